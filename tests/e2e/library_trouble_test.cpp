#include "tests/e2e/small_disk.hpp"
#include "tests/e2e/troupe_scene.hpp"

#include <unistd.h>

#include <csignal>
#include <fstream>

namespace troupe::testing {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class library_trouble : public troupe_scene {
protected:
  void forbid_writing(const fs::path& folder) {
    for (const auto& one : fs::directory_iterator(folder))
      if (one.is_regular_file())
        fs::permissions(one.path(),
                        fs::perms::owner_write | fs::perms::group_write
                          | fs::perms::others_write,
                        fs::perm_options::remove);
    fs::permissions(folder, fs::perms::owner_read | fs::perms::owner_exec);
  }
};

TEST_F(library_trouble, a_read_only_library_is_read_and_not_written) {
  write_wav("tone.wav");
  ASSERT_EQ(run(unprivileged(troupe({"index", media_.string()}))).code, 0);
  forbid_writing(root_);
  const auto listed = run(unprivileged(troupe({"list"})));
  EXPECT_EQ(listed.code, 0) << listed.err;
  EXPECT_NE(listed.out.find("tone.wav"), std::string::npos);
  const auto end = run(unprivileged(troupe({"index", media_.string()})));
  EXPECT_EQ(end.code, 1) << end.err;
  EXPECT_NE(end.err.find("library.db"), std::string::npos) << end.err;
  EXPECT_NE(end.err.find("\nnext: "), std::string::npos) << end.err;
}

TEST_F(library_trouble, what_a_crash_left_in_the_log_is_read_where_read_only) {
  write_wav("tone.wav");
  write_wav("crash.wav");
  const auto crashed = run(unprivileged(doubles({"index", media_.string()})),
                           {{"ASAN_OPTIONS", "handle_segv=0:detect_leaks=0:"
                                             "allow_user_segv_handler=1"}});
  ASSERT_EQ(crashed.code, 128 + SIGSEGV) << crashed.err;
  ASSERT_GT(fs::file_size(library_.string() + "-wal"), 0U);
  forbid_writing(root_);
  const auto listed = run(unprivileged(troupe({"list"})));
  EXPECT_EQ(listed.code, 0) << listed.err;
  EXPECT_NE(listed.out.find("tone.wav"), std::string::npos) << listed.out;
  EXPECT_NE(listed.out.find("crash.wav"), std::string::npos) << listed.out;
}

// -- a full disk --------------------------------------------------------------

TEST_F(library_trouble, a_full_disk_stops_the_run_and_loses_nothing) {
  const small_disk disk{root_ / "disk"};
  library_ = root_ / "disk" / "library.db";
  for (int i = 0; i < 100; ++i)
    write_wav("tone" + std::to_string(i) + ".wav", 200);
  write_wav("first.wav");
  const auto first = (media_ / "first.wav").string();
  ASSERT_EQ(run(troupe({"index", first})).code, 0);
  // A result takes about 4 kB in the log and again in the file: the schema
  // fits, a hundred results do not.
  constexpr std::uintmax_t bytes_left = 200'000;
  disk.fill(bytes_left);
  const auto end =
    run(disk.full(troupe({"index", media_.string()}), bytes_left));
  EXPECT_EQ(end.code, 1) << end.err << end.out;
  EXPECT_NE(end.err.find("next:"), std::string::npos) << end.err;
  // "stopped: N done and kept"
  const auto at = end.err.find("stopped: ");
  ASSERT_NE(at, std::string::npos) << end.err;
  const auto kept = std::stoul(end.err.substr(at + 9));
  EXPECT_LT(kept, 100U);
  disk.clear();
  EXPECT_GE(count("done"), kept + 1);
  const auto again = run(troupe({"index", media_.string()}));
  EXPECT_EQ(again.code, 0) << again.err << again.out;
  EXPECT_EQ(count("done"), 101U);
  const auto checked = run(troupe({"admin", "check"}));
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
}

// -- an unmounted source ------------------------------------------------------

TEST_F(library_trouble, an_unmounted_folder_loses_no_entry) {
  const auto disk = media_ / "disk";
  for (int i = 0; i < 3; ++i)
    write_wav("tone" + std::to_string(i) + ".wav");
  fs::rename(media_, root_ / "kept");
  fs::create_directory(media_);
  fs::rename(root_ / "kept", disk);
  ASSERT_EQ(run(troupe({"index", media_.string()})).code, 0);
  // What is left of a mount point is an empty folder.
  fs::remove_all(disk);
  fs::create_directory(disk);
  const auto plain = run(troupe({"index", media_.string()}));
  EXPECT_EQ(plain.code, 0) << plain.err << plain.out;
  EXPECT_NE(plain.err.find("is a disk not mounted?"), std::string::npos)
    << plain.err;
  EXPECT_EQ(count("done"), 3U);
  EXPECT_EQ(run(troupe({"index", "--prune", media_.string()})).code, 4);
  EXPECT_EQ(count("done"), 3U);
  const auto forced =
    run(troupe({"index", "--prune", "--force", media_.string()}));
  EXPECT_EQ(forced.code, 0) << forced.err;
  EXPECT_EQ(count("done"), 0U);
}

TEST_F(library_trouble, a_corrupt_library_names_the_way_out) {
  std::ofstream{library_} << std::string(8'192, 'x');
  for (const auto& words : {std::vector<std::string>{"list"},
                            std::vector<std::string>{"admin", "status"},
                            std::vector<std::string>{"index", media_}}) {
    const auto end = run(troupe(words));
    EXPECT_EQ(end.code, 1) << words.front();
    EXPECT_NE(end.err.find("library.db"), std::string::npos) << end.err;
    EXPECT_NE(end.err.find("next:"), std::string::npos) << end.err;
  }
  EXPECT_EQ(run(troupe({"doctor"})).code, 1);
}

} // namespace

} // namespace troupe::testing
