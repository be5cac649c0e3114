#include "tests/e2e/troupe_scene.hpp"

#include <sys/stat.h>

#include <fstream>
#include <sstream>

namespace troupe::testing {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// What the sample maker wrote for these tests.
const fs::path sample{TROUPE_SAMPLE};

/// What a run says of the first failure whose path ends so.
std::string message_for(const json& summary, const std::string& name) {
  for (const auto& one : summary["failures"])
    if (one["path"].get<std::string>().ends_with(name))
      return one["message"].get<std::string>();
  return {};
}

class bad_input : public troupe_scene {
protected:
  /// Indexes beside one good file, which must be done whatever else happens.
  json index_beside_a_good_file(int expected_code) {
    write_wav("good.wav");
    const auto end = run(doubles({"index", "--json", media_.string()}));
    EXPECT_EQ(end.code, expected_code) << end.err << end.out;
    EXPECT_EQ(entry_of("good.wav")["state"], "done");
    return json::parse(end.out, nullptr, false);
  }
};

TEST_F(bad_input, a_symlink_loop_ends) {
  fs::create_directory(media_ / "folder");
  fs::create_directory_symlink(media_, media_ / "folder" / "again");
  fs::create_symlink("b.wav", media_ / "a.wav");
  fs::create_symlink("a.wav", media_ / "b.wav");
  const auto summary = index_beside_a_good_file(5);
  EXPECT_EQ(summary["found"]["audio"], 1);
  EXPECT_NE(message_for(summary, "a.wav"), "");
}

TEST_F(bad_input, a_path_of_4000_bytes_is_like_any_other) {
  // PATH_MAX is 4,096 with its zero byte; NAME_MAX 255.
  auto folder = media_.string();
  while (folder.size() < 3'900) {
    const auto left = 3'980 - folder.size();
    folder += "/" + std::string(std::min<std::size_t>(left, 200), 'd');
    fs::create_directory(folder);
  }
  const auto name = std::string(4'000 - 5 - folder.size(), 'n') + ".wav";
  write_wav("short.wav");
  fs::rename(media_ / "short.wav", fs::path{folder} / name);
  index_beside_a_good_file(0);
  const auto shown = run(troupe({"show", "--json", folder + "/" + name}));
  const auto entry = json::parse(shown.out, nullptr, false);
  EXPECT_EQ(entry["state"], "done");
  EXPECT_EQ(entry["path"].get<std::string>().size(), 4'000U);
}

TEST_F(bad_input, a_name_that_is_not_utf8_is_listed_and_shown) {
  // 0xFF never occurs in UTF-8.
  const auto path = write_wav("\xff.wav");
  index_beside_a_good_file(0);
  const auto table = run(troupe({"list"}));
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_EQ(table.out.find('\xff'), std::string::npos) << table.out;
  const auto shown = run(troupe({"show", "--json", path}));
  const auto entry = json::parse(shown.out);
  EXPECT_TRUE(entry.contains("path_b64"));
  EXPECT_EQ(entry["state"], "done");
  const auto csv = run(troupe({"export", "--format", "csv"}));
  EXPECT_EQ(csv.code, 0);
  EXPECT_EQ(csv.out.find('\xff'), std::string::npos);
}

TEST_F(bad_input, files_without_music_do_not_disturb) {
  std::ofstream{media_ / "empty.mp3"};
  std::ofstream{media_ / "letter.mp3"} << "Dear all, this is no music.\n";
  const auto summary = index_beside_a_good_file(5);
  EXPECT_NE(message_for(summary, "empty.mp3"), "");
  EXPECT_NE(message_for(summary, "letter.mp3"), "");
}

TEST_F(bad_input, a_truncated_flac_says_so) {
  std::ifstream whole{sample / "music" / "night-tram.flac", std::ios::binary};
  std::ostringstream bytes;
  bytes << whole.rdbuf();
  ASSERT_GT(bytes.str().size(), 100'000U);
  std::ofstream{media_ / "half.flac", std::ios::binary}
    << bytes.str().substr(0, bytes.str().size() / 2);
  const auto summary = index_beside_a_good_file(5);
  EXPECT_NE(message_for(summary, "half.flac"), "") << summary;
}

TEST_F(bad_input, samples_that_are_no_numbers_give_no_number) {
  sound odd;
  odd.every_nan = 100;
  write_wav("nan.wav", odd);
  index_beside_a_good_file(0);
  const auto entry = entry_of("nan.wav");
  EXPECT_EQ(entry["state"], "done");
  // JSON has no NaN: a library that wrote one would write null.
  EXPECT_TRUE(entry["loudness"]["integrated_lufs"].is_number()) << entry;
  EXPECT_EQ(entry.dump().find("null"), std::string::npos) << entry;
}

TEST_F(bad_input, odd_formats_are_analysed) {
  sound many;
  many.rate_hz = 192'000;
  many.channels = 6;
  write_wav("many.wav", many);
  index_beside_a_good_file(0);
  EXPECT_EQ(entry_of("many.wav")["audio"]["sample_rate_hz"], 192'000);
  EXPECT_EQ(entry_of("many.wav")["audio"]["channels"], 6);
  EXPECT_EQ(entry_of("good.wav")["audio"]["sample_rate_hz"], 8'000);
  EXPECT_EQ(entry_of("good.wav")["audio"]["channels"], 1);
}

TEST_F(bad_input, a_file_that_grows_or_vanishes_while_read_is_no_result) {
  write_wav("grow.wav", 3'000);
  write_wav("vanish.wav", 3'000);
  const auto summary = index_beside_a_good_file(5);
  EXPECT_NE(message_for(summary, "grow.wav"), "") << summary;
  EXPECT_NE(message_for(summary, "vanish.wav"), "") << summary;
  EXPECT_NE(entry_of("grow.wav")["state"], "done");
  // Seen again by a decoder that leaves it alone, it is a changed file.
  const auto again = run(troupe({"index", media_.string()}));
  EXPECT_EQ(again.code, 0) << again.err << again.out;
  EXPECT_EQ(entry_of("grow.wav")["state"], "done");
}

TEST_F(bad_input, a_file_without_permission_is_named) {
  const auto closed = write_wav("closed.wav");
  write_wav("good.wav");
  ASSERT_EQ(chmod(closed.c_str(), 0), 0);
  const auto end = run(unprivileged(troupe({"index", media_.string()})));
  EXPECT_EQ(end.code, 5) << end.err << end.out;
  EXPECT_NE(end.out.find("closed.wav"), std::string::npos) << end.out;
  EXPECT_NE(end.out.find("ermission"), std::string::npos) << end.out;
  EXPECT_EQ(entry_of("good.wav")["state"], "done");
}

} // namespace

} // namespace troupe::testing
