#include "tests/e2e/troupe_scene.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

namespace troupe::testing {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

class index_command : public troupe_scene {};

TEST_F(index_command, does_no_work_the_second_time_and_says_so) {
  for (int i = 0; i < 12; ++i)
    write_wav("tone" + std::to_string(i) + ".wav");
  const auto first = run(troupe({"index", media_.string()}));
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_NE(first.out.find("analysed: 12 of 12"), std::string::npos)
    << first.out;
  const auto second = run(troupe({"index", media_.string()}));
  EXPECT_EQ(second.code, 0) << second.err;
  EXPECT_NE(second.out.find("nothing to do: 12 files unchanged"),
            std::string::npos)
    << second.out;
}

TEST_F(index_command, prints_contracts_json_of_an_entry) {
  write_wav("tone.wav", 2'000);
  ASSERT_EQ(run(troupe({"index", media_.string()})).code, 0);
  const auto entry = entry_of("tone.wav");
  EXPECT_EQ(entry["schema"], 1);
  EXPECT_EQ(entry["kind"], "audio");
  EXPECT_EQ(entry["state"], "done");
  EXPECT_EQ(entry["content_sha256"].get<std::string>().size(), 64U);
  EXPECT_NEAR(entry["audio"]["duration_s"].get<double>(), 2.0, 1e-6);
  EXPECT_EQ(entry["audio"]["sample_rate_hz"], 8'000);
  EXPECT_TRUE(entry["loudness"].contains("integrated_lufs"));
  EXPECT_EQ(entry["timbre"]["mfcc_mean"].size(), 20U);
  for (const char* key : {"tempo_bpm", "tempo_confidence", "beats_s",
                          "tempo_alternatives_bpm", "onset_rate_hz"})
    EXPECT_TRUE(entry["rhythm"].contains(key)) << key;
  for (const char* key : {"key", "mode", "camelot", "tuning_hz", "chroma"})
    EXPECT_TRUE(entry["tonal"].contains(key)) << key;
  EXPECT_EQ(entry["embedding"]["dim"], 256);
}

TEST_F(index_command, ends_with_3_when_the_path_is_absent) {
  const auto end = run(troupe({"index", (root_ / "nowhere").string()}));
  EXPECT_EQ(end.code, 3);
  EXPECT_NE(end.err.find("nowhere does not exist"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(library_));
}

TEST_F(index_command, ends_with_2_on_wrong_usage) {
  EXPECT_EQ(run(troupe({"index"})).code, 2);
  EXPECT_EQ(run(troupe({"index", "--colour", media_.string()})).code, 2);
  EXPECT_EQ(run(troupe({"conduct"})).code, 2);
}

TEST_F(index_command, ends_with_78_on_a_wrong_setting) {
  const auto end = run(troupe({"index", media_.string()}),
                       {{"TROUPE_ANALYZER_WORKERS", "many"}});
  EXPECT_EQ(end.code, 78);
  EXPECT_NE(end.err.find("TROUPE_ANALYZER_WORKERS"), std::string::npos);
}

TEST_F(index_command, takes_an_empty_folder_with_a_notice) {
  const auto end = run(troupe({"index", media_.string()}));
  EXPECT_EQ(end.code, 0);
  EXPECT_NE(end.out.find("nothing found"), std::string::npos) << end.out;
}

TEST_F(index_command, ends_with_5_when_some_and_1_when_all_failed) {
  std::ofstream{media_ / "text.mp3"} << "this is no music\n";
  // A signature of FLAC and nothing behind it.
  std::ofstream{media_ / "torn.flac"} << "fLaC";
  const auto all = run(troupe({"index", media_.string()}));
  EXPECT_EQ(all.code, 1) << all.out;
  EXPECT_NE(all.out.find("torn.flac"), std::string::npos) << all.out;
  write_wav("tone.wav");
  std::ofstream{media_ / "torn2.flac"} << "fLaC2";
  const auto some = run(troupe({"index", media_.string()}));
  EXPECT_EQ(some.code, 5) << some.out;
  EXPECT_NE(some.out.find("torn2.flac"), std::string::npos) << some.out;
}

TEST_F(index_command, leaves_what_is_paused_and_says_so) {
  ASSERT_EQ(run(troupe({"add", "--text", "slow", "--id", "mood"})).code, 0);
  ASSERT_EQ(run(troupe({"admin", "pause", "text.embed"})).code, 0);
  write_wav("tone.wav");
  const auto end = run(troupe({"index", media_.string()}));
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_NE(end.out.find("waiting: text.embed (1 text)"), std::string::npos)
    << end.out;
  ASSERT_EQ(run(troupe({"admin", "resume", "text.embed"})).code, 0);
  const auto again = run(troupe({"index", media_.string()}));
  EXPECT_EQ(again.out.find("waiting"), std::string::npos) << again.out;
  EXPECT_EQ(count("pending"), 0U);
}

TEST_F(index_command, gives_a_name_that_is_not_utf8_exactly_too) {
  // 0xFF never occurs in UTF-8; "\xff.wav" in base64 ends the path.
  write_wav("\xff.wav");
  ASSERT_EQ(run(troupe({"index", media_.string()})).code, 0);
  const auto listed = run(troupe({"list", "--json"}));
  const auto document = json::parse(listed.out);
  EXPECT_TRUE(document["items"][0].contains("path_b64"));
}

TEST_F(index_command, finishes_and_keeps_what_is_done_on_ctrl_c) {
  for (int i = 0; i < 20; ++i)
    write_wav("slow" + std::to_string(i) + ".wav", 4'000);
  child_process index{doubles({"index", "--workers", "1", media_.string()})};
  // The lock file appears before the first job.
  while (!std::filesystem::exists(library_))
    if (!index.wait_for("never said", 1s) && index.pid() < 0)
      break;
  index.signal(SIGINT);
  const auto end = index.end(120s);
  EXPECT_TRUE(end.code == 130) << end.code << end.err << end.out;
  EXPECT_NE(end.err.find("run the same command to go on"), std::string::npos)
    << end.err;
  EXPECT_EQ(run(troupe({"index", media_.string()})).code, 0);
  EXPECT_EQ(count("done"), 20U);
}

TEST_F(index_command, ends_with_75_naming_the_pid_that_holds_the_library) {
  child_process node{troupe({"node"})};
  ASSERT_TRUE(node.wait_for("ready pid=", 60s));
  const auto end = run(troupe({"--no-node", "index", media_.string()}));
  EXPECT_EQ(end.code, 75);
  EXPECT_NE(end.err.find(std::to_string(node.pid())), std::string::npos)
    << end.err;
  // Reading works meanwhile.
  EXPECT_EQ(run(troupe({"list"})).code, 0);
  node.signal(SIGTERM);
  EXPECT_EQ(node.end(60s).code, 0);
}

TEST_F(index_command, ends_with_1_on_a_corrupt_library_and_says_where) {
  std::ofstream{library_} << std::string(8'192, 'x');
  const auto end = run(troupe({"index", media_.string()}));
  EXPECT_EQ(end.code, 1);
  EXPECT_NE(end.err.find("library.db"), std::string::npos) << end.err;
}

TEST_F(index_command, ends_with_78_on_a_library_of_a_newer_schema) {
  write_wav("tone.wav");
  ASSERT_EQ(run(troupe({"index", media_.string()})).code, 0);
  // A backup is one file without a log: what is patched is what is read.
  const auto copy = (root_ / "copy.db").string();
  ASSERT_EQ(run(troupe({"admin", "backup", copy})).code, 0);
  std::filesystem::rename(copy, library_);
  std::filesystem::remove(library_.string() + "-wal");
  std::filesystem::remove(library_.string() + "-shm");
  // SQLite's file format, 1.3: user_version is the four bytes at 60.
  std::fstream file{library_, std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(60);
  file.write("\0\0\0\x63", 4);
  file.close();
  EXPECT_EQ(run(troupe({"index", media_.string()})).code, 78);
  EXPECT_EQ(run(troupe({"list"})).code, 78);
}

TEST_F(index_command, loses_nothing_when_no_more_can_be_written) {
  constexpr int files = 60;
  for (int i = 0; i < files; ++i)
    write_wav("tone" + std::to_string(i) + ".wav");
  auto command = troupe({"index", media_.string()});
  // No file may grow beyond 200 kB: the log reaches that after a few commits.
  command.insert(command.begin(), {"/usr/bin/prlimit", "--fsize=200000"});
  const auto full = run(command);
  EXPECT_EQ(full.code, 1) << full.out << full.err;
  EXPECT_NE(full.err.find("next: "), std::string::npos) << full.err;
  const auto kept = count("done");
  const auto later = run(troupe({"index", media_.string()}));
  EXPECT_EQ(later.code, 0) << later.err;
  EXPECT_EQ(count("done"), static_cast<std::size_t>(files));
  EXPECT_EQ(run(troupe({"admin", "check"})).code, 0);
  EXPECT_LT(kept, static_cast<std::size_t>(files));
}

class other_commands : public troupe_scene {};

TEST_F(other_commands, name_what_does_not_exist_by_3) {
  EXPECT_EQ(run(troupe({"list"})).code, 3);
  write_wav("tone.wav");
  ASSERT_EQ(run(troupe({"index", media_.string()})).code, 0);
  EXPECT_EQ(run(troupe({"show", "nothing"})).code, 3);
  EXPECT_EQ(run(troupe({"jobs", "show", "ZZZZ"})).code, 3);
}

TEST_F(other_commands, refuse_an_ambiguous_id_with_the_matches) {
  write_wav("one.wav");
  write_wav("two.wav");
  ASSERT_EQ(run(troupe({"index", media_.string()})).code, 0);
  // ULIDs of one second share their first characters.
  const auto id = entry_of("one.wav")["id"].get<std::string>();
  const auto end = run(troupe({"show", id.substr(0, 2)}));
  EXPECT_EQ(end.code, 2);
  EXPECT_NE(end.err.find(id), std::string::npos) << end.err;
  EXPECT_EQ(run(troupe({"show", id})).code, 0);
}

TEST_F(other_commands, export_never_overwrites_without_force) {
  write_wav("tone.wav");
  ASSERT_EQ(run(troupe({"index", media_.string()})).code, 0);
  const auto file = (root_ / "all.json").string();
  EXPECT_EQ(run(troupe({"export", "-o", file})).code, 0);
  EXPECT_EQ(run(troupe({"export", "-o", file})).code, 4);
  EXPECT_EQ(run(troupe({"export", "--force", "-o", file})).code, 0);
  const auto document = json::parse(std::ifstream{file});
  EXPECT_EQ(document["schema"], 1);
  EXPECT_EQ(document["entries"].size(), 1U);
}

TEST_F(other_commands, analyze_without_a_library) {
  const auto file = write_wav("tone.wav");
  const auto end = run(troupe({"analyze", file}));
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_EQ(json::parse(end.out)["state"], "done");
  EXPECT_FALSE(std::filesystem::exists(library_));
}

TEST_F(other_commands, keep_a_text_and_forget_it) {
  const auto added = run(troupe({"add", "--text", "slow", "--id", "mood"}));
  EXPECT_EQ(added.code, 0) << added.err;
  EXPECT_EQ(count("pending"), 1U);
  EXPECT_EQ(run(troupe({"add", "--text", "fast", "--id", "mood"})).code, 2);
  EXPECT_EQ(run(troupe({"forget", "mood"})).code, 0);
  EXPECT_EQ(count("pending"), 0U);
}

TEST_F(index_command, refuses_to_prune_when_half_vanished) {
  for (int i = 0; i < 4; ++i)
    write_wav("tone" + std::to_string(i) + ".wav");
  ASSERT_EQ(run(troupe({"index", media_.string()})).code, 0);
  for (int i = 0; i < 3; ++i)
    std::filesystem::remove(media_ / ("tone" + std::to_string(i) + ".wav"));
  EXPECT_EQ(run(troupe({"index", "--prune", media_.string()})).code, 4);
  EXPECT_EQ(count("done"), 4U);
  EXPECT_EQ(run(troupe({"index", "--prune", "--force", media_.string()})).code,
            0);
  EXPECT_EQ(count("done"), 1U);
}

TEST_F(index_command, records_nothing_in_a_dry_run) {
  write_wav("tone.wav");
  const auto end = run(troupe({"index", "--dry-run", media_.string()}));
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_NE(end.out.find("1 new or changed file"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(library_));
}

} // namespace

} // namespace troupe::testing
