#include "io/inotify_folder_watch.hpp"
#include "tests/fakes/scratch_folder.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <sys/stat.h>

namespace troupe::io {
namespace {

using ::testing::HasSubstr;

/// Inotify queues an event before the call that causes it returns, so no test
/// here has to wait.
class inotify_folder_watch_test : public ::testing::Test {
protected:
  void SetUp() override {
    std::filesystem::create_directories(folder.at("music/deep"));
    std::filesystem::create_directories(folder.at("music/.hidden"));
    auto opened = open_inotify_folder_watch({folder.at("music")});
    ASSERT_TRUE(opened) << opened.failure().detail;
    watch = std::move(opened).value();
    EXPECT_FALSE(changed());
  }

  bool changed() {
    const auto drained = watch->drain();
    EXPECT_TRUE(drained) << drained.failure().detail;
    return drained && drained.value();
  }

  bool readable() {
    pollfd request{watch->descriptor(), POLLIN, 0};
    return ::poll(&request, 1, 0) == 1;
  }

  fakes::scratch_folder folder;
  std::unique_ptr<folder_watch> watch;
};

TEST_F(inotify_folder_watch_test, sees_a_file_that_was_written) {
  folder.write("music/deep/a.wav", "x");
  EXPECT_TRUE(readable());
  EXPECT_TRUE(changed());
  EXPECT_FALSE(readable());
  EXPECT_FALSE(changed());
}

TEST_F(inotify_folder_watch_test, waits_until_a_file_is_closed) {
  {
    std::ofstream file{folder.at("music/a.wav")};
    file << "x" << std::flush;
    EXPECT_FALSE(changed());
  }
  EXPECT_TRUE(changed());
}

TEST_F(inotify_folder_watch_test, sees_removal_and_moves) {
  folder.write("music/a.wav", "x");
  EXPECT_TRUE(changed());
  std::filesystem::rename(folder.at("music/a.wav"), folder.at("music/b.wav"));
  EXPECT_TRUE(changed());
  std::filesystem::remove(folder.at("music/b.wav"));
  EXPECT_TRUE(changed());
}

TEST_F(inotify_folder_watch_test, sees_links_though_nobody_writes_them) {
  const auto outside = folder.write("outside.wav", "x");
  std::filesystem::create_hard_link(outside, folder.at("music/hard.wav"));
  EXPECT_TRUE(changed());
  std::filesystem::create_symlink(outside, folder.at("music/soft.wav"));
  EXPECT_TRUE(changed());
}

TEST_F(inotify_folder_watch_test, watches_folders_that_come_later) {
  std::filesystem::create_directories(folder.at("music/new/newer"));
  EXPECT_TRUE(changed());
  folder.write("music/new/newer/a.wav", "x");
  EXPECT_TRUE(changed());
}

TEST_F(inotify_folder_watch_test, watches_a_tree_that_is_moved_in) {
  folder.write("album/disc/a.wav", "x");
  std::filesystem::rename(folder.at("album"), folder.at("music/album"));
  EXPECT_TRUE(changed());
  folder.write("music/album/disc/b.wav", "x");
  EXPECT_TRUE(changed());
}

TEST_F(inotify_folder_watch_test, leaves_a_tree_that_is_moved_away) {
  std::filesystem::create_directories(folder.at("music/album/disc"));
  EXPECT_TRUE(changed());
  std::filesystem::rename(folder.at("music/album"), folder.at("album"));
  EXPECT_TRUE(changed());
  // The watches end with the next call's events, and nothing follows.
  changed();
  folder.write("album/disc/a.wav", "x");
  EXPECT_FALSE(changed());
}

TEST_F(inotify_folder_watch_test, ignores_hidden_names) {
  folder.write("music/.a.wav.part", "x");
  folder.write("music/.hidden/a.wav", "x");
  std::filesystem::create_directories(folder.at("music/.new/deep"));
  EXPECT_FALSE(changed());
  folder.write("music/.new/deep/a.wav", "x");
  EXPECT_FALSE(changed());
}

TEST_F(inotify_folder_watch_test, ignores_reading) {
  folder.write("music/a.wav", "x");
  EXPECT_TRUE(changed());
  std::string text;
  std::ifstream{folder.at("music/a.wav")} >> text;
  EXPECT_FALSE(changed());
}

TEST_F(inotify_folder_watch_test, says_so_when_events_are_lost) {
  // fs.inotify.max_queued_events bounds the queue; equal neighbours are one
  // event, so that two files take turns.
  std::ifstream limit{"/proc/sys/fs/inotify/max_queued_events"};
  int events_max = 0;
  ASSERT_TRUE(limit >> events_max);
  if (events_max > 100'000)
    GTEST_SKIP() << "the queue is too long to fill: " << events_max;
  const auto first = folder.write("music/.a", "");
  const auto second = folder.write("music/.b", "");
  for (int i = 0; i < events_max; ++i)
    ::close(::open((i % 2 == 0 ? first : second).c_str(), O_WRONLY));
  EXPECT_TRUE(changed());
  while (readable())
    changed();
  EXPECT_FALSE(changed());
}

TEST_F(inotify_folder_watch_test, names_a_root_that_is_not_there) {
  const auto opened =
    open_inotify_folder_watch({folder.at("music"), folder.at("none")});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.failure().code, errc::not_found);
  EXPECT_THAT(opened.failure().detail, HasSubstr("none"));
}

TEST_F(inotify_folder_watch_test, names_the_limit_of_watches) {
  // A user namespace of its own bounds the child's watches at two: the roots
  // music and music/deep fit, a third folder does not.
  constexpr int no_namespace = 77;
  const auto status = fakes::in_child([&] {
    if (::unshare(CLONE_NEWUSER) != 0)
      return no_namespace;
    std::ofstream limit{"/proc/sys/user/max_inotify_watches"};
    if (!(limit << 2 << std::flush))
      return no_namespace;
    auto limited = open_inotify_folder_watch({folder.at("music")});
    if (!limited)
      return 1;
    if (::mkdir(folder.at("music/third").c_str(), 0700) != 0)
      return no_namespace;
    const auto drained = limited.value()->drain();
    const auto named =
      !drained && drained.failure().code == errc::overloaded
      && drained.failure().detail.find("fs.inotify.max_user_watches")
           != std::string::npos;
    return named && limited.value()->drain() ? 0 : 2;
  });
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == no_namespace)
    GTEST_SKIP() << "no user namespaces here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(inotify_folder_watch_test, sees_that_its_root_is_gone) {
  std::filesystem::remove_all(folder.at("music"));
  EXPECT_TRUE(changed());
}

} // namespace
} // namespace troupe::io
