// `troupe upscale` as its user meets it.

#include "tests/e2e/small_disk.hpp"
#include "tests/e2e/troupe_scene.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>

namespace troupe::testing {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class upscale : public troupe_scene {
protected:
  static std::string small_file(const std::string& name) {
    return std::string{TROUPE_ROOT} + "/tests/data/images/" + name;
  }

  /// The command with the set that is shipped.
  [[nodiscard]] static std::vector<std::string>
  command(std::vector<std::string> words) {
    words.insert(words.begin(), {TROUPE_BINARY, "upscale"});
    words.insert(words.end(), {"--model", "bicubic-fast"});
    return words;
  }

  [[nodiscard]] static process_end enlarge(std::vector<std::string> words) {
    return run(command(std::move(words)));
  }

  static std::string bytes_of(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file},
            std::istreambuf_iterator<char>{}};
  }

  /// Width and height of a PNG, by its header (PNG 1.2, section 11.2.2).
  static std::pair<unsigned, unsigned> size_of(const fs::path& path) {
    const auto bytes = bytes_of(path);
    const auto number = [&](std::size_t at) {
      unsigned value = 0;
      for (std::size_t i = 0; i < 4; ++i)
        value = value << 8U | static_cast<unsigned char>(bytes.at(at + i));
      return value;
    };
    EXPECT_EQ(bytes.substr(1, 3), "PNG") << path;
    return {number(16), number(20)};
  }

  /// A folder of pictures, one below another folder, and a text.
  fs::path make_folder() {
    const auto folder = root_ / "pictures";
    fs::create_directories(folder / "deep");
    int number = 0;
    for (const auto* name :
         {"rgb.png", "rgba.png", "grey.png", "rgb_16.png", "palette.png",
          "baseline.jpg", "progressive.jpg", "cmyk.jpg", "lossy.webp"})
      fs::copy_file(small_file(name),
                    folder / (std::to_string(number++) + name));
    fs::copy_file(small_file("orientation_6.jpg"),
                  folder / "deep" / "turn.jpg");
    std::ofstream{folder / "notes.txt"} << "no picture";
    return folder;
  }

  static bool has_thread(int pid, const std::string& name) {
    std::error_code ignored;
    for (const auto& task : fs::directory_iterator{
           "/proc/" + std::to_string(pid) + "/task", ignored}) {
      std::ifstream file{task.path() / "comm"};
      std::string found;
      if (std::getline(file, found) && found == name)
        return true;
    }
    return false;
  }

  /// Files below a folder, temporary ones included.
  static std::vector<std::string> files_in(const fs::path& folder) {
    std::vector<std::string> found;
    for (const auto& each : fs::recursive_directory_iterator{folder})
      if (each.is_regular_file())
        found.push_back(each.path().lexically_relative(folder).string());
    std::sort(found.begin(), found.end());
    return found;
  }
};

// -- one picture --------------------------------------------------------------

TEST_F(upscale, makes_a_picture_twice_as_large_beside_it) {
  const auto picture = root_ / "cat.png";
  fs::copy_file(small_file("rgb.png"), picture);
  const auto end = enlarge({picture});
  ASSERT_EQ(end.code, 0) << end.err;
  const auto [width, height] = size_of(picture);
  EXPECT_EQ(size_of(root_ / "cat-x2.png"), (std::pair{2 * width, 2 * height}));
  EXPECT_EQ(end.out, (root_ / "cat-x2.png").string() + "\n");
  EXPECT_EQ(files_in(root_),
            (std::vector<std::string>{"cat-x2.png", "cat.png"}));
}

TEST_F(upscale, takes_any_size_and_says_what_it_did) {
  const auto out = root_ / "out.png";
  const auto [width, height] = size_of(small_file("rgb.png"));
  ASSERT_EQ(enlarge({small_file("rgb.png"), out, "--factor", "3.5"}).code, 0);
  EXPECT_EQ(size_of(out).first, static_cast<unsigned>(3.5 * width + 0.5));
  const auto end = enlarge(
    {small_file("rgb.png"), out, "--width", "200", "--force", "--json"});
  ASSERT_EQ(end.code, 0) << end.err;
  EXPECT_EQ(size_of(out).first, 200U);
  const auto document = json::parse(end.out);
  EXPECT_EQ(document["state"], "done");
  EXPECT_EQ(document["output"], out.string());
  const auto animated =
    enlarge({small_file("animated.webp"), root_ / "a.jpg", "--json"});
  ASSERT_EQ(animated.code, 0) << animated.err;
  EXPECT_NE(
    json::parse(animated.out)["message"].get<std::string>().find("first frame"),
    std::string::npos);
}

TEST_F(upscale, never_overwrites_unless_forced) {
  const auto out = root_ / "out.png";
  std::ofstream{out} << "mine";
  const auto refused = enlarge({small_file("rgb.png"), out});
  EXPECT_EQ(refused.code, 4) << refused.err;
  EXPECT_NE(refused.err.find("--force"), std::string::npos);
  EXPECT_EQ(bytes_of(out), "mine");
  EXPECT_EQ(enlarge({small_file("rgb.png"), out, "--force"}).code, 0);
  EXPECT_NE(bytes_of(out), "mine");
}

TEST_F(upscale, one_two_four_and_eight_workers_write_the_same_bytes) {
  const auto in = root_ / "in.png";
  ASSERT_EQ(enlarge({small_file("rgba.png"), in, "--factor", "14"}).code, 0);
  ASSERT_EQ(enlarge({in, root_ / "by1.png", "--workers", "1"}).code, 0);
  for (const std::string workers : {"2", "4", "8"}) {
    const auto out = root_ / ("by" + workers + ".png");
    ASSERT_EQ(enlarge({in, out, "--workers", workers}).code, 0);
    EXPECT_EQ(bytes_of(out), bytes_of(root_ / "by1.png")) << workers;
  }
}

// -- folders ------------------------------------------------------------------

TEST_F(upscale, a_folder_keeps_its_names_and_goes_on_where_it_ended) {
  const auto folder = make_folder();
  const auto into = root_ / "large";
  const auto end = enlarge({folder, into, "--workers", "8"});
  ASSERT_EQ(end.code, 0) << end.err;
  auto expected = files_in(folder);
  std::erase(expected, "notes.txt");
  EXPECT_EQ(expected.size(), 10U);
  EXPECT_EQ(files_in(into), expected);
  EXPECT_NE(end.err.find("enlarged: 10 of 10, 0 skipped, 0 failed"),
            std::string::npos)
    << end.err;
  // Eight at once made what one alone makes.
  ASSERT_EQ(enlarge({folder, root_ / "alone", "--workers", "1"}).code, 0);
  for (const auto& name : expected)
    EXPECT_EQ(bytes_of(into / name), bytes_of(root_ / "alone" / name)) << name;
  fs::remove(into / expected[3]);
  const auto again = enlarge({folder, into});
  EXPECT_EQ(again.code, 0);
  EXPECT_NE(again.err.find("enlarged: 1 of 10, 9 skipped, 0 failed"),
            std::string::npos)
    << again.err;
  EXPECT_EQ(files_in(into), expected);
}

TEST_F(upscale, bad_pictures_of_a_folder_fail_by_name_and_stop_nobody) {
  const auto folder = make_folder();
  const auto whole = bytes_of(small_file("rgb.png"));
  std::ofstream{folder / "torn.png"} << whole.substr(0, whole.size() / 2);
  std::ofstream{folder / "tiff.png"} << bytes_of(small_file("plain.tiff"));
  const auto end = enlarge({folder, root_ / "large", "--json"});
  EXPECT_EQ(end.code, 5) << end.err;
  EXPECT_NE(end.err.find("torn.png"), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("convert"), std::string::npos) << end.err;
  const auto items = json::parse(end.out)["items"];
  ASSERT_EQ(items.size(), 12U);
  EXPECT_EQ(std::count_if(items.begin(), items.end(),
                          [](const json& x) { return x["state"] == "failed"; }),
            2);
  EXPECT_EQ(files_in(root_ / "large").size(), 10U);
}

// -- what goes wrong ----------------------------------------------------------

TEST_F(upscale, each_refusal_has_its_code_and_leaves_nothing) {
  struct row {
    std::vector<std::string> words;
    int code;
    std::string named;
  };

  const auto rgb = small_file("rgb.png");
  const auto out = (root_ / "out" / "x.png").string();
  const auto empty = (root_ / "empty.png").string();
  const auto model = (root_ / "torn.safetensors").string();
  std::ofstream{empty};
  std::ofstream{model} << "junk";
  const std::string shipped = "there are: bicubic-fast (x2)";
  for (const auto& [words, code, named] : std::vector<row>{
         {{root_ / "none.png", out}, 3, "does not exist"},
         {{empty, out}, 1, "empty.png"},
         {{small_file("plain.tiff"), out}, 1, "convert"},
         {{rgb, out, "--factor", "0"}, 2, "--factor"},
         {{rgb, out, "--factor", "2", "--width", "9"}, 2, "excludes"},
         {{rgb, out, "--denoise", "2"}, 2, "--denoise"},
         {{rgb, out, "--model", "natural-best"}, 3, shipped},
         {{rgb, out, "--model", root_ / "none.onnx"}, 3, "none.onnx"},
         {{rgb, out, "--model", model}, 1, "torn.safetensors"},
         {{rgb, "/proc/x.png"}, 1, "/proc"},
       }) {
    std::vector<std::string> command{TROUPE_BINARY, "upscale"};
    command.insert(command.end(), words.begin(), words.end());
    if (std::find(words.begin(), words.end(), "--model") == words.end())
      command.insert(command.end(), {"--model", "bicubic-fast"});
    const auto end = run(command);
    EXPECT_EQ(end.code, code) << named << "\n" << end.err;
    EXPECT_NE(end.err.find(named), std::string::npos) << end.err;
    EXPECT_FALSE(fs::exists(out));
    if (fs::exists(root_ / "out")) {
      EXPECT_TRUE(fs::is_empty(root_ / "out")) << named;
    }
  }
}

TEST_F(upscale, a_full_disk_is_said_and_leaves_no_partial_file) {
  const auto out = root_ / "out";
  const small_disk disk{out};
  disk.fill(4'096);
  const auto before = files_in(out);
  // 61 x 47 pixels of noise, five times as large: more than a page.
  const auto end = run(disk.full(
    command({small_file("rgb.png"), (out / "x.png").string(), "--factor", "5"}),
    4'096));
  EXPECT_EQ(end.code, 1) << end.err;
  EXPECT_NE(end.err.find("x.png"), std::string::npos) << end.err;
  EXPECT_EQ(files_in(out), before);
}

TEST_F(upscale, ctrl_c_ends_it_and_leaves_nothing) {
  const auto in = root_ / "in.png";
  ASSERT_EQ(enlarge({small_file("rgb.png"), in, "--factor", "40"}).code, 0);
  fs::create_directories(root_ / "out");
  child_process child{command(
    {in.string(), (root_ / "out" / "x.png").string(), "--factor", "5"})};
  // Its UPSCALERs have named their threads.
  ASSERT_TRUE(until([&] { return has_thread(child.pid(), "upscaler-0"); }));
  child.signal(SIGINT);
  const auto end = child.end(std::chrono::seconds{60});
  EXPECT_EQ(end.code, 130) << end.err;
  EXPECT_TRUE(files_in(root_ / "out").empty());
}

} // namespace
} // namespace troupe::testing
