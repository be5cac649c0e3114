#include "io/openssl_content_hash.hpp"
#include "io/posix_media_finder.hpp"
#include "tests/fakes/scratch_folder.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <functional>

namespace troupe::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::shared_ptr<const content_hasher> sha256() {
  return std::move(open_openssl_content_hash()).value();
}

class posix_media_finder_test : public ::testing::Test {
protected:
  std::unique_ptr<media_finder> finder(media_finder_options options = {}) {
    return std::move(open_posix_media_finder(std::move(options), sha256()))
      .value();
  }

  struct outcome {
    std::vector<std::string> names;
    std::vector<find_problem> problems;
  };

  /// Walks to the end and gives paths relative to the scratch folder.
  outcome walk(const std::vector<std::string>& roots,
               media_finder_options options = {},
               std::size_t files_max = 1000) {
    auto walk = finder(std::move(options))->walk(roots);
    EXPECT_TRUE(walk) << walk.failure().detail;
    outcome all;
    for (bool finished = false; !finished;) {
      auto batch = walk.value()->next(files_max);
      EXPECT_LE(batch.files.size(), files_max);
      for (auto& file : batch.files)
        all.names.push_back(file.path.substr(folder.path().size() + 1));
      for (auto& problem : batch.problems)
        all.problems.push_back(std::move(problem));
      finished = batch.finished;
    }
    return all;
  }

  result<std::optional<found_file>> examine(const std::string& path) {
    return finder()->examine({path, {}});
  }

  fakes::scratch_folder folder;
};

// -- walking ------------------------------------------------------------------

TEST_F(posix_media_finder_test, walks_in_sorted_order_whatever_the_batch) {
  for (const auto* name : {"b/2.wav", "b/1.wav", "a.wav", "c.wav", "b/d/e.wav"})
    folder.write(name, "x");
  for (const std::size_t batch : {1, 2, 3, 100})
    EXPECT_THAT(
      walk({folder.path()}, {}, batch).names,
      ElementsAre("a.wav", "b/1.wav", "b/2.wav", "b/d/e.wav", "c.wav"));
}

TEST_F(posix_media_finder_test, an_empty_folder_gives_nothing_and_no_problem) {
  const auto all = walk({folder.path()});
  EXPECT_THAT(all.names, IsEmpty());
  EXPECT_THAT(all.problems, IsEmpty());
}

TEST_F(posix_media_finder_test, passes_over_hidden_names_and_git) {
  folder.write(".hidden.wav", "x");
  folder.write(".cache/a.wav", "x");
  folder.write(".git/a.wav", "x");
  folder.write("b.wav", "x");
  EXPECT_THAT(walk({folder.path()}).names, ElementsAre("b.wav"));
  media_finder_options everything;
  everything.exclude.clear();
  EXPECT_THAT(walk({folder.path()}, everything).names,
              ElementsAre(".cache/a.wav", ".hidden.wav", "b.wav"));
}

TEST_F(posix_media_finder_test, a_root_that_is_named_is_walked_though_hidden) {
  folder.write(".hidden/a.wav", "x");
  EXPECT_THAT(walk({folder.at(".hidden")}).names, ElementsAre(".hidden/a.wav"));
}

TEST_F(posix_media_finder_test, honours_include_and_exclude_globs) {
  for (const auto* name : {"a.wav", "a.flac", "old/b.wav", "new/old/c.wav"})
    folder.write(name, "x");
  media_finder_options options;
  options.include = {"*.wav"};
  options.exclude = {"old"};
  EXPECT_THAT(walk({folder.path()}, options).names, ElementsAre("a.wav"));
  options.exclude = {"new/old"};
  EXPECT_THAT(walk({folder.path()}, options).names,
              ElementsAre("a.wav", "old/b.wav"));
}

TEST_F(posix_media_finder_test, reports_a_file_once_under_overlapping_roots) {
  const auto file = folder.write("a/b/c.wav", "x");
  EXPECT_THAT(
    walk({folder.at("a/b"), folder.path(), file, folder.path()}).names,
    ElementsAre("a/b/c.wav"));
}

TEST_F(posix_media_finder_test, follows_a_link_to_a_file_outside_once) {
  folder.write("outside/song.wav", "x");
  std::filesystem::create_directories(folder.at("in"));
  for (const auto* name : {"in/1.wav", "in/2.wav"})
    std::filesystem::create_symlink(folder.at("outside/song.wav"),
                                    folder.at(name));
  EXPECT_THAT(walk({folder.at("in")}).names, ElementsAre("outside/song.wav"));
}

TEST_F(posix_media_finder_test, a_link_to_a_file_of_the_walk_adds_nothing) {
  folder.write("song.wav", "x");
  std::filesystem::create_symlink(folder.at("song.wav"), folder.at("a.wav"));
  EXPECT_THAT(walk({folder.path()}).names, ElementsAre("song.wav"));
}

TEST_F(posix_media_finder_test, a_link_into_a_hidden_folder_is_followed) {
  folder.write(".store/x.wav", "x");
  std::filesystem::create_symlink(folder.at(".store/x.wav"),
                                  folder.at("a.wav"));
  EXPECT_THAT(walk({folder.path()}).names, ElementsAre(".store/x.wav"));
}

TEST_F(posix_media_finder_test, never_follows_a_link_to_a_folder) {
  folder.write("a/song.wav", "x");
  std::filesystem::create_directory_symlink(folder.path(), folder.at("a/up"));
  const auto all = walk({folder.path()});
  EXPECT_THAT(all.names, ElementsAre("a/song.wav"));
  EXPECT_THAT(all.problems, IsEmpty());
}

TEST_F(posix_media_finder_test, names_a_link_loop_and_a_link_to_nothing) {
  std::filesystem::create_symlink(folder.at("loop"), folder.at("loop"));
  std::filesystem::create_symlink(folder.at("gone"), folder.at("song.mp3"));
  std::filesystem::create_symlink(folder.at("gone"), folder.at("whatever"));
  const auto all = walk({folder.path()});
  ASSERT_EQ(all.problems.size(), 2U);
  EXPECT_EQ(all.problems[0].path, folder.at("loop"));
  EXPECT_EQ(all.problems[0].why.code, errc::refused);
  EXPECT_EQ(all.problems[1].path, folder.at("song.mp3"));
  EXPECT_EQ(all.problems[1].why.code, errc::not_found);
}

TEST_F(posix_media_finder_test, passes_over_pipes_without_opening_them) {
  ASSERT_EQ(::mkfifo(folder.at("pipe.wav").c_str(), 0600), 0);
  const auto all = walk({folder.path()});
  EXPECT_THAT(all.names, IsEmpty());
  EXPECT_THAT(all.problems, IsEmpty());
  // A reader's open would make this writer's succeed; nobody is there.
  const auto found = examine(folder.at("pipe.wav"));
  ASSERT_TRUE(found);
  EXPECT_FALSE(found.value());
  EXPECT_EQ(::open(folder.at("pipe.wav").c_str(), O_WRONLY | O_NONBLOCK), -1);
}

TEST_F(posix_media_finder_test, keeps_raw_bytes_in_names) {
  const std::string name = "caf\xE9 \xFF\n.wav";
  folder.write(name, "x");
  EXPECT_THAT(walk({folder.path()}).names, ElementsAre(name));
}

TEST_F(posix_media_finder_test, names_a_root_that_is_not_there) {
  const auto walk = finder()->walk({folder.path(), folder.at("gone")});
  ASSERT_FALSE(walk);
  EXPECT_EQ(walk.failure().code, errc::not_found);
  EXPECT_THAT(walk.failure().detail, HasSubstr(folder.at("gone")));
}

TEST_F(posix_media_finder_test, a_folder_that_cannot_be_read_is_a_problem) {
  folder.write("closed/a.wav", "x");
  folder.write("open/b.wav", "x");
  ::chmod(folder.path().c_str(), 0755);
  ::chmod(folder.at("closed").c_str(), 0000);
  EXPECT_TRUE(fakes::holds_unprivileged([&] {
    const auto all = walk({folder.path()});
    const bool rest_goes_on =
      all.names == std::vector<std::string>{"open/b.wav"};
    const bool named = all.problems.size() == 1
                       && all.problems[0].path == folder.at("closed")
                       && all.problems[0].why.code == errc::permission_denied;
    const auto root = finder()->walk({folder.at("closed")});
    const bool root_denied =
      !root && root.failure().code == errc::permission_denied;
    return rest_goes_on && named && root_denied ? 0 : 1;
  }));
  ::chmod(folder.at("closed").c_str(), 0700);
}

/// Makes folders below `path` by relative names until `bytes` is reached, and
/// one file in the last, whose whole path is `bytes` long.
void make_deep_file(const std::string& path, std::size_t bytes) {
  std::size_t length = path.size();
  int at = ::open(path.c_str(), O_PATH | O_DIRECTORY);
  while (bytes - length > 300) {
    const std::string name(200, 'd');
    ::mkdirat(at, name.c_str(), 0755);
    const int below = ::openat(at, name.c_str(), O_PATH | O_DIRECTORY);
    ::close(at);
    at = below;
    length += 1 + name.size();
  }
  // The rest is one or two more names: a folder of half of it, then the file.
  const auto half = (bytes - length - 2) / 2;
  ::mkdirat(at, std::string(half, 'e').c_str(), 0755);
  const int below =
    ::openat(at, std::string(half, 'e').c_str(), O_PATH | O_DIRECTORY);
  const std::string name(bytes - length - 2 - half, 'f');
  ::close(::openat(below, name.c_str(), O_CREAT | O_WRONLY, 0644));
  ::close(below);
  ::close(at);
}

TEST_F(posix_media_finder_test, reads_a_path_of_4095_bytes) {
  make_deep_file(folder.path(), 4095);
  const auto all = walk({folder.path()});
  EXPECT_THAT(all.problems, IsEmpty());
  ASSERT_EQ(all.names.size(), 1U);
  const auto path = folder.at(all.names[0]);
  ASSERT_EQ(path.size(), 4095U);
  EXPECT_TRUE(finder()->examine({path, {}}));
}

TEST_F(posix_media_finder_test, names_a_path_that_is_too_long_and_goes_on) {
  make_deep_file(folder.path(), 4096);
  folder.write("z.wav", "x");
  const auto all = walk({folder.path()});
  EXPECT_THAT(all.names, ElementsAre("z.wav"));
  ASSERT_EQ(all.problems.size(), 1U);
  EXPECT_EQ(all.problems[0].why.code, errc::too_large);
  EXPECT_THAT(all.problems[0].why.detail, HasSubstr("4095"));
}

// -- examining ----------------------------------------------------------------

TEST_F(posix_media_finder_test, hashes_a_file_longer_than_its_block) {
  // sha256sum of "RIFF....WAVE" and 300,000 zero bytes is compared with the
  // same bytes hashed at once.
  std::string text = "RIFF\1\2\3\4WAVE" + std::string(300'000, '\0');
  const auto path = folder.write("a.wav", text);
  const auto found = examine(path);
  ASSERT_TRUE(found) << found.failure().detail;
  ASSERT_TRUE(found.value());
  auto digest = std::move(sha256()->begin()).value();
  ASSERT_TRUE(digest->add(
    {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
  EXPECT_EQ(found.value()->hash, digest->finish().value());
  EXPECT_EQ(found.value()->kind, media_kind::audio);
  EXPECT_EQ(found.value()->stamp.bytes, 300'012);
  EXPECT_EQ(found.value()->stamp, finder()->stamp(path).value());
}

TEST_F(posix_media_finder_test, gives_nothing_for_what_is_no_media) {
  const auto found = examine(folder.write("a.zip", "PK\x03\x04"));
  ASSERT_TRUE(found);
  EXPECT_FALSE(found.value());
}

TEST_F(posix_media_finder_test, gives_an_empty_file_by_its_name) {
  const auto found = examine(folder.write("a.mp3", ""));
  ASSERT_TRUE(found && found.value());
  EXPECT_EQ(found.value()->kind, media_kind::audio);
  EXPECT_EQ(found.value()->stamp.bytes, 0);
}

TEST_F(posix_media_finder_test, names_a_file_that_vanished) {
  const auto found = examine(folder.at("gone.wav"));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.failure().code, errc::not_found);
  EXPECT_THAT(found.failure().detail, HasSubstr("gone.wav"));
}

TEST_F(posix_media_finder_test, refuses_a_file_over_the_limit) {
  media_finder_options options;
  options.file_bytes_max = 8;
  const auto taker = finder(options);
  const auto found = taker->examine({folder.write("a.flac", "fLaC56789"), {}});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.failure().code, errc::too_large);
  EXPECT_THAT(found.failure().detail, HasSubstr("file_bytes_max"));
  EXPECT_TRUE(taker->examine({folder.write("b.flac", "fLaC5678"), {}}));
  EXPECT_TRUE(taker->examine({folder.write("c.zip", "PK\x03\x04 56789"), {}}));
}

TEST_F(posix_media_finder_test, names_a_file_that_may_not_be_read) {
  const auto path = folder.write("a.wav", "x");
  ::chmod(folder.path().c_str(), 0755);
  ::chmod(path.c_str(), 0000);
  EXPECT_TRUE(fakes::holds_unprivileged([&] {
    const auto found = examine(path);
    return !found && found.failure().code == errc::permission_denied ? 0 : 1;
  }));
}

/// A hasher during whose work something happens to the file.
class meddling_hasher final : public content_hasher {
public:
  explicit meddling_hasher(std::function<void()> meddle)
    : meddle_(std::move(meddle)) {}

  result<std::unique_ptr<content_digest>> begin() const override {
    meddle_();
    return sha256()->begin();
  }

private:
  std::function<void()> meddle_;
};

TEST_F(posix_media_finder_test, refuses_a_file_that_changes_while_it_is_read) {
  const auto path = folder.at("a.flac");
  const std::function<void()> changes[] = {
    [&] {
      std::ofstream{path, std::ios::app} << "more";
    },
    [&] { std::filesystem::resize_file(path, 5); },
    [&] {
      std::filesystem::last_write_time(
        path,
        std::filesystem::file_time_type::clock::now() - std::chrono::hours{1});
    },
  };
  for (const auto& change : changes) {
    folder.write("a.flac", "fLaC" + std::string(500'000, 'x'));
    const auto reader =
      open_posix_media_finder({}, std::make_shared<meddling_hasher>(change));
    const auto found = reader.value()->examine({path, {}});
    ASSERT_FALSE(found);
    EXPECT_EQ(found.failure().code, errc::refused);
    EXPECT_THAT(found.failure().detail, HasSubstr("changed while it was read"));
  }
}

TEST_F(posix_media_finder_test, resolves_links_to_one_real_path) {
  folder.write("real/a.wav", "x");
  std::filesystem::create_directory_symlink(folder.at("real"),
                                            folder.at("link"));
  EXPECT_EQ(finder()->resolve(folder.at("link/a.wav")).value(),
            folder.at("real/a.wav"));
  EXPECT_EQ(finder()->resolve(folder.at("none")).failure().code,
            errc::not_found);
}

TEST_F(posix_media_finder_test, needs_a_hasher) {
  EXPECT_EQ(open_posix_media_finder({}, nullptr).failure().code,
            errc::invalid_argument);
}

} // namespace
} // namespace troupe::io
