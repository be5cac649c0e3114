#include "io/posix_library_lock.hpp"
#include "tests/fakes/scratch_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>

namespace troupe::io {
namespace {

using ::testing::HasSubstr;

class posix_library_lock_test : public ::testing::Test {
protected:
  result<std::unique_ptr<library_lock>> acquire(const std::string& name) {
    return locker->acquire(name, {::getpid(), "index", ""});
  }

  fakes::scratch_folder folder;
  std::string library = folder.at("library.db");
  std::unique_ptr<library_locker> locker = open_posix_library_lock();
};

TEST_F(posix_library_lock_test, names_the_holder_and_the_next_step) {
  const auto lock = locker->acquire(library, {4711, "index", ""});
  ASSERT_TRUE(lock) << lock.failure().detail;
  EXPECT_EQ(lock.value()->library(), library);
  const auto second = acquire(library);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.failure().code, errc::locked);
  EXPECT_EQ(second.failure().detail,
            "the library " + library
              + " is held by pid 4711 (troupe index); wait for it to end");
}

TEST_F(posix_library_lock_test, a_node_is_named_with_its_socket) {
  const auto lock = acquire(library);
  ASSERT_TRUE(lock.value()->announce({4711, "node", "/run/x.sock"}));
  EXPECT_EQ(locker->holder(library).value(),
            (holder_note{4711, "node", "/run/x.sock"}));
  EXPECT_THAT(acquire(library).failure().detail, HasSubstr("--no-node"));
}

TEST_F(posix_library_lock_test, is_free_again_when_the_object_ends) {
  EXPECT_FALSE(locker->holder(library).value());
  {
    const auto lock = acquire(library);
    EXPECT_TRUE(locker->holder(library).value());
  }
  EXPECT_FALSE(locker->holder(library).value());
  EXPECT_TRUE(acquire(library));
  EXPECT_TRUE(std::filesystem::exists(library + ".lock"));
}

TEST_F(posix_library_lock_test, asking_for_the_holder_never_disturbs_it) {
  const auto lock = acquire(library);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(locker->holder(library).value()->pid, ::getpid());
  EXPECT_EQ(acquire(library).failure().code, errc::locked);
}

TEST_F(posix_library_lock_test, a_process_killed_by_9_leaves_no_lock) {
  // The child says that it holds the lock, then waits to be killed.
  int says[2];
  ASSERT_EQ(::pipe(says), 0);
  const auto child = ::fork();
  if (child == 0) {
    const auto lock = acquire(library);
    const char held = lock ? 'y' : 'n';
    if (::write(says[1], &held, 1) != 1)
      ::_exit(1);
    for (;;)
      ::pause();
  }
  char held = 0;
  ASSERT_EQ(::read(says[0], &held, 1), 1);
  ASSERT_EQ(held, 'y');
  EXPECT_THAT(acquire(library).failure().detail,
              HasSubstr("pid " + std::to_string(child)));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(locker->holder(library).value());
  EXPECT_TRUE(acquire(library));
  ::close(says[0]);
  ::close(says[1]);
}

TEST_F(posix_library_lock_test, every_name_of_a_library_leads_to_one_lock) {
  folder.write("real/library.db", "");
  std::filesystem::create_directory_symlink(folder.at("real"),
                                            folder.at("by-folder"));
  std::filesystem::create_symlink("real/library.db", folder.at("by-file.db"));
  const auto lock = acquire(folder.at("real/library.db"));
  ASSERT_TRUE(lock);
  for (const auto* name :
       {"by-folder/library.db", "by-file.db", "real/../real/library.db"})
    EXPECT_EQ(acquire(folder.at(name)).failure().code, errc::locked) << name;
}

TEST_F(posix_library_lock_test, a_link_to_a_library_yet_to_be_made_counts_too) {
  std::filesystem::create_directories(folder.at("real"));
  std::filesystem::create_symlink("real/new.db", folder.at("link.db"));
  const auto lock = acquire(folder.at("link.db"));
  ASSERT_TRUE(lock) << lock.failure().detail;
  EXPECT_EQ(lock.value()->library(), folder.at("real/new.db"));
  EXPECT_EQ(acquire(folder.at("real/new.db")).failure().code, errc::locked);
}

TEST_F(posix_library_lock_test, names_links_in_a_circle) {
  std::filesystem::create_symlink(folder.at("a"), folder.at("b"));
  std::filesystem::create_symlink(folder.at("b"), folder.at("a"));
  EXPECT_EQ(acquire(folder.at("a")).failure().code, errc::refused);
}

TEST_F(posix_library_lock_test,
       never_locks_through_a_link_in_the_file_s_place) {
  std::filesystem::create_symlink(folder.at("victim"), library + ".lock");
  EXPECT_EQ(acquire(library).failure().code, errc::refused);
  EXPECT_FALSE(std::filesystem::exists(folder.at("victim")));
}

TEST_F(posix_library_lock_test, takes_a_fresh_file_when_the_old_was_removed) {
  const auto old = acquire(library);
  ASSERT_TRUE(old);
  std::filesystem::remove(library + ".lock");
  EXPECT_TRUE(acquire(library));
}

TEST_F(posix_library_lock_test, names_a_missing_folder) {
  const auto lock = acquire(folder.at("none/library.db"));
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.failure().code, errc::not_found);
  EXPECT_FALSE(locker->holder(folder.at("none/library.db")).value());
}

TEST_F(posix_library_lock_test, names_a_folder_that_may_not_be_written) {
  ::chmod(folder.path().c_str(), 0555);
  EXPECT_TRUE(fakes::holds_unprivileged([&] {
    const auto lock = acquire(library);
    return !lock && lock.failure().code == errc::permission_denied ? 0 : 1;
  }));
  ::chmod(folder.path().c_str(), 0700);
}

// Values of linux/magic.h; ext4 0xEF53, FUSE 0x65735546, 9p 0x01021997.
TEST(network_file_system, tells_shared_file_systems_from_local_ones) {
  EXPECT_EQ(network_file_system(0x6969), "NFS");
  EXPECT_EQ(network_file_system(0xFF534D42), "CIFS");
  EXPECT_EQ(network_file_system(0xFFFFFFFFFF534D42), "CIFS");
  EXPECT_EQ(network_file_system(0xFE534D42), "SMB");
  for (const std::uint64_t local : {0xEF53, 0x65735546, 0x01021997})
    EXPECT_EQ(network_file_system(local), "");
}

} // namespace
} // namespace troupe::io
