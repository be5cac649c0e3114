// Pictures and texts as their user meets them: indexed, shown, compared,
// searched.

#include "tests/e2e/troupe_scene.hpp"

#include <fstream>
#include <set>

namespace troupe::testing {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class picture_commands : public troupe_scene {
protected:
  /// Copies a test picture to `name` in the media folder.
  fs::path put(const std::string& from, const std::string& name) const {
    const auto to = media_ / name;
    fs::copy(fs::path{TROUPE_ROOT} / "tests/data/images" / from, to);
    return to;
  }

  /// Copies a picture of the sample folder.
  fs::path put_sample(const std::string& name) const {
    const auto to = media_ / name;
    fs::copy(fs::path{TROUPE_SAMPLE} / "pictures" / name, to);
    return to;
  }

  [[nodiscard]] std::vector<std::string> sample_names() const {
    std::set<std::string> names;
    for (const auto& one :
         fs::directory_iterator{fs::path{TROUPE_SAMPLE} / "pictures"})
      names.insert(one.path().filename());
    return {names.begin(), names.end()};
  }

  [[nodiscard]] json json_of(std::vector<std::string> words) const {
    words.emplace_back("--json");
    const auto end = run(troupe(std::move(words)));
    EXPECT_EQ(end.code, 0) << end.err;
    return json::parse(end.out, nullptr, false);
  }

  void index() const {
    const auto end = run(troupe({"index", media_.string()}));
    EXPECT_EQ(end.code, 0) << end.err << end.out;
  }

  /// Paths of a list, without their folders.
  static std::vector<std::string> names_of(const json& items) {
    std::vector<std::string> names;
    for (const auto& item : items)
      names.push_back(fs::path{item["path"].get<std::string>()}.filename());
    return names;
  }
};

TEST_F(picture_commands, finish_pictures_and_do_no_work_twice) {
  const auto names = sample_names();
  ASSERT_GE(names.size(), 3U);
  for (const auto& name : names)
    put_sample(name);
  index();
  EXPECT_EQ(count("done"), names.size());
  const auto entry = entry_of(names[0]);
  EXPECT_EQ(entry["kind"], "image");
  EXPECT_EQ(entry["image"]["format"], "png");
  EXPECT_EQ(entry["image"]["orientation"], 1);
  EXPECT_GT(entry["image"]["width"], 0);
  EXPECT_EQ(entry["image"]["pdq"].get<std::string>().size(), 64U);
  EXPECT_EQ(entry["image"]["phash"].get<std::string>().size(), 16U);
  EXPECT_EQ(entry["embedding"],
            (json{{"space", "scene353-1/exact"}, {"dim", 353}}));
  const auto again = run(troupe({"index", media_.string()}));
  EXPECT_NE(again.out.find("nothing to do"), std::string::npos) << again.out;
}

TEST_F(picture_commands, let_a_broken_picture_fail_alone) {
  for (const auto& name : sample_names())
    put_sample(name);
  const auto whole = sample_names().front();
  std::ifstream stream{media_ / whole, std::ios::binary};
  std::string bytes(2'000, '\0');
  stream.read(bytes.data(), 2'000);
  std::ofstream{media_ / "torn.png", std::ios::binary} << bytes;
  const auto end = run(troupe({"index", media_.string()}));
  EXPECT_EQ(end.code, 5) << end.out;
  EXPECT_NE(end.out.find("torn.png"), std::string::npos) << end.out;
  EXPECT_EQ(count("failed"), 1U);
  EXPECT_EQ(count("done"), sample_names().size());
}

TEST_F(picture_commands, find_what_is_like_a_picture_in_the_library_or_not) {
  for (const auto& name : sample_names())
    put_sample(name);
  const auto name = sample_names().front();
  index();
  const auto like = json_of({"similar", (media_ / name).string(), "-n", "3"});
  ASSERT_EQ(like["items"].size(), 3U);
  EXPECT_EQ(like["items"][0]["kind"], "image");
  EXPECT_GE(like["items"][0]["cosine"], like["items"][1]["cosine"]);
  // A file that the library does not know.
  const auto other = root_ / "elsewhere.png";
  fs::copy(media_ / name, other);
  const auto again = json_of({"similar", other.string(), "-n", "1"});
  ASSERT_EQ(again["items"].size(), 1U);
}

TEST_F(picture_commands, write_a_page_of_likenesses) {
  for (const auto& name : sample_names())
    put_sample(name);
  index();
  const auto page = root_ / "like.html";
  const auto end = run(troupe({"similar", (media_ / sample_names()[0]).string(),
                               "--html", page.string()}));
  EXPECT_EQ(end.code, 0) << end.err;
  std::ifstream stream{page};
  const std::string text{std::istreambuf_iterator<char>{stream}, {}};
  EXPECT_NE(text.find("<img src=\"data:image/jpeg;base64,/9j/"),
            std::string::npos);
  // Whole in itself: nothing is fetched, nothing runs.
  EXPECT_EQ(text.find("file://"), std::string::npos);
  EXPECT_EQ(text.find("http"), std::string::npos);
  EXPECT_EQ(text.find("<script"), std::string::npos);
  const auto thumbnails = [&text] {
    std::size_t count = 0;
    for (auto at = text.find("<img "); at != std::string::npos;
         at = text.find("<img ", at + 1))
      ++count;
    return count;
  };
  EXPECT_EQ(thumbnails(), sample_names().size());
}

TEST_F(picture_commands, search_names_texts_and_their_like) {
  std::ofstream{media_ / "harbour.txt"} << "Boats lie in the harbour at night.";
  std::ofstream{media_ / "tax.txt"} << "The tax report of the third quarter.";
  put_sample(sample_names().front());
  ASSERT_EQ(run(troupe({"add", "--text", "sailing in the evening", "--title",
                        "Wind", "--id", "mood"}))
              .code,
            0);
  index();
  EXPECT_EQ(count("pending"), 0U);
  const auto boats = json_of({"search", "boat"});
  ASSERT_EQ(boats["items"].size(), 1U);
  EXPECT_EQ(names_of(boats["items"])[0], "harbour.txt");
  EXPECT_EQ(boats["items"][0]["why"][0], "words");
  EXPECT_NE(boats["items"][0]["excerpt"].get<std::string>().find("Boats"),
            std::string::npos);
  EXPECT_EQ(json_of({"search", "WIND"})["items"][0]["name"], "Wind");
  EXPECT_EQ(names_of(json_of({"search", "harbour"})["items"])[0],
            "harbour.txt");
  // Typed wrongly: no word fits, its parts do.
  const auto typed = json_of({"search", "harbuor nihgt boats"});
  EXPECT_EQ(names_of(typed["items"])[0], "harbour.txt");
  const auto none = run(troupe({"search", "zzz"}));
  EXPECT_EQ(none.code, 0);
  EXPECT_NE(none.err.find("nothing in the library"), std::string::npos);
}

TEST_F(picture_commands, compare_texts_and_export_their_vectors) {
  std::ofstream{media_ / "a.txt"} << "Boats lie in the harbour at night.";
  std::ofstream{media_ / "b.txt"} << "At night the harbour is full of boats.";
  std::ofstream{media_ / "c.txt"} << "The tax report of the third quarter.";
  index();
  const auto like = json_of({"similar", (media_ / "a.txt").string()});
  ASSERT_EQ(like["items"].size(), 2U);
  EXPECT_EQ(names_of(like["items"]),
            (std::vector<std::string>{"b.txt", "c.txt"}));
  const auto shown = json_of({"show", (media_ / "a.txt").string(), "--vector"});
  EXPECT_EQ(shown["embedding"]["values"].size(), 256U);
  const auto written = json_of({"vectors", "--space", "text256-1", "-o",
                                (root_ / "v.npy").string(), "--ids",
                                (root_ / "ids.txt").string()});
  EXPECT_EQ(written["rows"], 3);
}

TEST_F(picture_commands, group_duplicates_with_the_largest_first) {
  const auto name = sample_names().front();
  put_sample(name);
  fs::copy(media_ / name, media_ / "copy.png");
  put_sample(sample_names().back());
  index();
  const auto groups = json_of({"duplicates", "--kind", "image"});
  ASSERT_EQ(groups["items"].size(), 1U);
  EXPECT_EQ(groups["items"][0]["entries"].size(), 2U);
}

} // namespace

} // namespace troupe::testing
