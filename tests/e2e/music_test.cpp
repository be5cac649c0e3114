// The commands for people who play music, on the sample folder.

#include "tests/e2e/troupe_scene.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

namespace troupe::testing {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string bytes_of(const fs::path& path) {
  std::ifstream stream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

/// A copy of the sample's music with its library, made once: analysing it
/// takes some seconds.
class music : public troupe_scene {
protected:
  music() {
    static const scene_files once;
    fs::copy(once.root / "music", media_ / "music");
    // The paths in the library are those of the first copy.
    library_ = once.root / "library.db";
    songs_ = once.root / "music";
  }

  /// For tests that change files or the library: their own.
  void make_own() {
    library_ = root_ / "own.db";
    songs_ = media_ / "music";
    ASSERT_EQ(run(troupe({"index", songs_.string()})).code, 0);
  }

  [[nodiscard]] std::string song(const std::string& name) const {
    return (songs_ / name).string();
  }

  [[nodiscard]] json json_of(std::vector<std::string> words) const {
    words.emplace_back("--json");
    const auto end = run(troupe(std::move(words)));
    EXPECT_EQ(end.code, 0) << end.err;
    return json::parse(end.out, nullptr, false);
  }

  fs::path songs_;

private:
  struct scene_files {
    scene_files() {
      auto name = (fs::temp_directory_path() / "troupe-music-XXXXXX").string();
      root = mkdtemp(name.data());
      fs::create_directory(root / "music");
      for (const auto& file :
           fs::directory_iterator{fs::path{TROUPE_SAMPLE} / "music"})
        if (file.is_regular_file())
          fs::copy(file.path(), root / "music");
      const auto end =
        run({TROUPE_BINARY, "--library", (root / "library.db").string(),
             "index", (root / "music").string()});
      EXPECT_EQ(end.code, 0) << end.err;
    }

    ~scene_files() {
      std::error_code ignored;
      fs::remove_all(root, ignored);
    }

    scene_files(const scene_files&) = delete;
    scene_files& operator=(const scene_files&) = delete;

    fs::path root;
  };
};

// -- similar ------------------------------------------------------------------

TEST_F(music, similar_names_others_and_says_why) {
  const auto found = json_of({"similar", song("night-tram.flac"), "-n", "4"});
  ASSERT_EQ(found["items"].size(), 4U);
  for (const auto& item : found["items"]) {
    EXPECT_NE(item["path"], song("night-tram.flac"));
    double sum = 0.0;
    for (const auto& [name, part] : item["why"].items())
      sum += part["share"].get<double>();
    EXPECT_NEAR(sum, 1.0, 1e-6);
    EXPECT_TRUE(item["why"].contains("timbre"));
  }
}

TEST_F(music, similar_takes_a_file_that_no_library_knows) {
  // The same sound in another container: its own twin must come first.
  const auto outside = (media_ / "music" / "night-tram.flac").string();
  const auto known = json_of({"similar", song("night-tram.flac")});
  const auto unknown = json_of({"similar", outside});
  EXPECT_EQ(unknown["items"], known["items"]);
}

TEST_F(music, similar_writes_a_page_and_replaces_none) {
  const auto page = root_ / "like.html";
  const std::vector<std::string> words{"similar", song("night-tram.flac"),
                                       "--html", page.string()};
  EXPECT_EQ(run(troupe(words)).code, 0);
  const auto text = bytes_of(page);
  EXPECT_TRUE(text.starts_with("<!doctype html>"));
  EXPECT_NE(text.find("Night Tram"), std::string::npos);
  // Self-contained: nothing is fetched but the files themselves.
  EXPECT_EQ(text.find("http"), std::string::npos);
  const auto again = run(troupe(words));
  EXPECT_EQ(again.code, 4);
  EXPECT_NE(again.err.find("--force"), std::string::npos);
}

TEST_F(music, similar_tells_what_is_not_there) {
  const auto absent = run(troupe({"similar", "nowhere.flac"}));
  EXPECT_EQ(absent.code, 3);
  EXPECT_NE(absent.err.find("troupe list"), std::string::npos);
  library_ = root_ / "none.db";
  const auto bare = run(troupe({"similar", song("night-tram.flac")}));
  EXPECT_EQ(bare.code, 3);
  EXPECT_NE(bare.err.find("troupe index"), std::string::npos);
}

// -- playlist -----------------------------------------------------------------

TEST_F(music, playlist_starts_with_its_seed_and_repeats_nothing) {
  const auto list =
    json_of({"playlist", "--seed", song("night-tram.flac"), "-n", "8"});
  ASSERT_EQ(list["items"].size(), 8U);
  EXPECT_EQ(list["items"][0]["path"], song("night-tram.flac"));
  EXPECT_EQ(list["items"][0]["seed"], true);
  std::set<std::string> paths;
  for (const auto& item : list["items"])
    EXPECT_TRUE(paths.insert(item["path"].get<std::string>()).second);
}

TEST_F(music, playlist_file_has_relative_paths_and_is_not_replaced) {
  const auto file = songs_ / "set.m3u8";
  const std::vector<std::string> words{
    "playlist", "--seed",     song("night-tram.flac"), "-n", "5",
    "-o",       file.string()};
  ASSERT_EQ(run(troupe(words)).code, 0);
  std::istringstream lines{bytes_of(file)};
  std::string line;
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_EQ(line, "#EXTM3U");
  int tracks = 0;
  while (std::getline(lines, line)) {
    EXPECT_TRUE(line.starts_with("#EXTINF:"));
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_TRUE(fs::exists(songs_ / line)) << line;
    EXPECT_FALSE(line.starts_with('/'));
    ++tracks;
  }
  EXPECT_EQ(tracks, 5);
  EXPECT_EQ(run(troupe(words)).code, 4);
  fs::remove(file);
}

TEST_F(music, playlist_refuses_what_makes_no_sense) {
  const auto seed = song("night-tram.flac");
  EXPECT_EQ(run(troupe({"playlist"})).code, 2);
  EXPECT_EQ(run(troupe({"playlist", "--seed", seed, seed, seed, seed})).code,
            2);
  EXPECT_EQ(run(troupe({"playlist", "--seed", seed, "-n", "0"})).code, 2);
  EXPECT_EQ(run(troupe({"playlist", "--seed", seed, "--energy", "up"})).code,
            2);
  EXPECT_EQ(run(troupe({"playlist", "--seed", "nowhere.mp3"})).code, 3);
}

// -- vectors ------------------------------------------------------------------

TEST_F(music, vectors_are_as_many_as_their_ids) {
  const auto spaces = json_of({"vectors"});
  ASSERT_EQ(spaces["items"].size(), 1U);
  const auto space = spaces["items"][0];
  const auto numbers = root_ / "v.npy";
  const auto ids = root_ / "ids.txt";
  const std::vector<std::string> words{
    "vectors", "--space", space["space"], "-o", numbers, "--ids", ids.string()};
  ASSERT_EQ(run(troupe(words)).code, 0);
  const auto rows = space["vectors"].get<std::size_t>();
  const auto bytes = bytes_of(numbers);
  EXPECT_EQ((bytes.size() % 64),
            (rows * 4 * space["dim"].get<std::size_t>()) % 64);
  EXPECT_NE(bytes.find("(" + std::to_string(rows) + ", "), std::string::npos);
  const auto text = bytes_of(ids);
  EXPECT_EQ(
    static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')), rows);
  EXPECT_EQ(run(troupe({"show", text.substr(0, 26)})).code, 0);
  EXPECT_EQ(run(troupe(words)).code, 4);
  EXPECT_EQ(run(troupe({"vectors", "--space", "none"})).code, 3);
}

// -- tag ----------------------------------------------------------------------

TEST_F(music, tag_keeps_sound_id_and_results) {
  make_own();
  const auto path = song("night-tram.flac");
  const auto before = json_of({"show", path});
  ASSERT_TRUE(before.contains("loudness"));
  const auto done = json_of({"tag", "--write", "bpm,key,replaygain", path});
  EXPECT_EQ(done["items"][0]["outcome"], "written");
  const auto after = json_of({"show", path});
  EXPECT_EQ(after["id"], before["id"]);
  EXPECT_EQ(after["state"], "done");
  EXPECT_NE(after["content_sha256"], before["content_sha256"]);
  EXPECT_EQ(after["loudness"], before["loudness"]);
  // Nothing to do, neither for the index nor for another tagging.
  const auto index = run(troupe({"index", songs_.string()}));
  EXPECT_NE(index.out.find("nothing to do"), std::string::npos) << index.out;
  const auto again = json_of({"tag", "--write", "bpm,key,replaygain", path});
  EXPECT_EQ(again["items"][0]["outcome"], "unchanged");
}

TEST_F(music, tag_works_without_a_library_and_makes_none) {
  library_ = root_ / "none.db";
  const auto path = (media_ / "music" / "night-tram.flac").string();
  const auto done = json_of({"tag", "--write", "replaygain", path});
  EXPECT_EQ(done["items"][0]["outcome"], "written");
  EXPECT_FALSE(fs::exists(library_));
  EXPECT_NE(bytes_of(path).find("REPLAYGAIN_TRACK_GAIN"), std::string::npos);
  EXPECT_EQ(bytes_of(path).find("REPLAYGAIN_ALBUM_GAIN="), std::string::npos);
}

TEST_F(music, tag_leaves_alone_what_it_cannot_tag) {
  library_ = root_ / "none.db";
  const auto path = (media_ / "music" / "night-tram.flac").string();
  const auto text = (media_ / "words.flac").string();
  std::ofstream{text} << "no music";
  const auto before = bytes_of(path);
  EXPECT_EQ(run(troupe({"tag", path})).code, 2);
  EXPECT_EQ(run(troupe({"tag", "--write", "mood", path})).code, 2);
  EXPECT_EQ(run(troupe({"tag", "--write", "bpm", "nowhere.flac"})).code, 3);
  EXPECT_EQ(run(troupe({"tag", "--write", "bpm", media_.string()})).code, 2);
  EXPECT_EQ(bytes_of(path), before);
  const auto partly = run(troupe({"tag", "--write", "replaygain", path, text}));
  EXPECT_EQ(partly.code, 5) << partly.err;
  EXPECT_NE(partly.err.find("words.flac"), std::string::npos);
  EXPECT_EQ(bytes_of(text), "no music");
}

TEST_F(music, tag_gives_a_whole_album_one_gain) {
  library_ = root_ / "none.db";
  // One piece twice is an album as loud as the piece.
  const auto folder = media_ / "album";
  fs::create_directory(folder);
  for (const auto* name : {"1.flac", "2.flac"})
    fs::copy(media_ / "music" / "night-tram.flac", folder / name);
  const auto first = (folder / "1.flac").string();
  const auto part = json_of({"tag", "--write", "replaygain", first});
  EXPECT_FALSE(part["items"][0].contains("album_gain_db"));
  const auto whole = json_of(
    {"tag", "--write", "replaygain", first, (folder / "2.flac").string()});
  for (const auto& item : whole["items"])
    EXPECT_NEAR(item["album_gain_db"].get<double>(),
                item["track_gain_db"].get<double>(), 1e-6);
}

// -- pictures -----------------------------------------------------------------

TEST_F(music, plot_is_drawn_of_known_and_unknown_files) {
  const auto known = root_ / "known.svg";
  const auto end =
    run(troupe({"show", song("night-tram.flac"), "--plot", known.string()}));
  EXPECT_EQ(end.code, 0) << end.err;
  const auto picture = bytes_of(known);
  EXPECT_TRUE(picture.starts_with("<svg "));
  EXPECT_LE(picture.size(), 300'000U);
  EXPECT_NE(picture.find("Night Tram"), std::string::npos);
  library_ = root_ / "none.db";
  const auto unknown = root_ / "unknown.svg";
  EXPECT_EQ(run(troupe({"show", (media_ / "music" / "night-tram.flac").string(),
                        "--plot", unknown.string()}))
              .code,
            0);
  EXPECT_TRUE(bytes_of(unknown) == picture);
  EXPECT_EQ(run(troupe({"show", (media_ / "music" / "night-tram.flac").string(),
                        "--plot", unknown.string()}))
              .code,
            4);
}

} // namespace

} // namespace troupe::testing
