// Checks the house rules that no compiler checks, on the whole tree; and that
// each rule rejects a small text that breaks it.

#include "tests/tidy/folder_rules.hpp"
#include "tests/tidy/function_rules.hpp"
#include "tests/tidy/include_rules.hpp"
#include "tests/tidy/text_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace troupe::testing {

namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// -- the tree -----------------------------------------------------------------

class tidy_test : public ::testing::Test {
protected:
  /// Reports everything that a check finds in any source of the tree.
  static void expect_clean(complaints (*check)(const source_file&)) {
    const auto sources = read_sources(root());
    ASSERT_FALSE(sources.empty());
    for (const auto& file : sources)
      for (const auto& found : check(file))
        ADD_FAILURE() << found;
  }

  static fs::path root() {
    return TROUPE_SOURCE_DIR;
  }
};

TEST_F(tidy_test, layers_point_inwards) {
  expect_clean(check_includes);
}

TEST_F(tidy_test, files_and_functions_are_short) {
  expect_clean(check_lengths);
}

TEST_F(tidy_test, texts_keep_the_house_rules) {
  expect_clean(check_text);
}

TEST_F(tidy_test, folders_are_small_named_and_opened_by_a_readme) {
  EXPECT_THAT(check_folders(root()), IsEmpty());
}

TEST_F(tidy_test, the_root_holds_only_what_must_be_there) {
  EXPECT_THAT(check_root(root()), IsEmpty());
}

TEST_F(tidy_test, readmes_name_only_what_exists) {
  for (const auto& readme : read_readmes(root()))
    EXPECT_THAT(check_named_paths(root(), readme), IsEmpty());
}

// -- the rules reject what breaks them ----------------------------------------

struct bad_include {
  const char* path;
  const char* line;
  const char* complaint;
};

TEST(include_rules, reject_each_wrong_arrow) {
  const std::vector<bad_include> cases = {
    {"domain/bad.hpp", "#include \"io/a.hpp\"",
     "domain/bad.hpp:1: domain must not include io"},
    {"domain/bad.hpp", "#include \"config/a_config.hpp\"",
     "domain/bad.hpp:1: domain must not include config"},
    {"config/bad.cpp", "#include \"actors/a.hpp\"",
     "config/bad.cpp:1: config must not include actors"},
    {"io/bad.hpp", "#include <caf/fwd.hpp>",
     "io/bad.hpp:1: only actors/ may include CAF"},
    {"tools/bad.cpp", "#include <caf/actor.hpp>",
     "tools/bad.cpp:1: only actors/ may include CAF"},
    {"io/bad.cpp", "#include \"actors/a.hpp\"",
     "io/bad.cpp:1: io must not include actors"},
    {"io/bad.hpp", "#include <sqlite3.h>",
     "io/bad.hpp:1: the header shows sqlite; keep it in the .cpp"},
    {"actors/bad.cpp", "#include \"io/a.hpp\"",
     "actors/bad.cpp:1: actors must not include io"},
    {"actors/bad.cpp", "#include \"config/toml_loader.hpp\"",
     "actors/bad.cpp:1: actors may include only the plain structs of config"},
    {"actors/bad.cpp", "#include <sys/socket.h>",
     "actors/bad.cpp:1: actors must not call the OS"},
    {"domain/bad.cpp", "#include <unistd.h>",
     "domain/bad.cpp:1: domain must not call the OS"},
    {"domain/bad.cpp", "#include <fftw3.h>",
     "domain/bad.cpp:1: domain may not know fftw"},
    {"actors/bad.cpp", "#include <spdlog/spdlog.h>",
     "actors/bad.cpp:1: actors may not know spdlog"},
    {"config/bad.cpp", "#include <sndfile.h>",
     "config/bad.cpp:1: config may not know sndfile"},
    {"domain/bad.hpp", "#include \"near.hpp\"",
     "domain/bad.hpp:1: \"near.hpp\" does not start at the repository's root"},
  };
  for (const auto& bad : cases)
    EXPECT_THAT(check_includes({bad.path, bad.line}),
                ElementsAre(bad.complaint));
}

TEST(include_rules, accept_each_right_arrow) {
  const std::vector<source_file> right = {
    {"domain/good.cpp", "#include <vector>\n#include <Eigen/Dense>\n"
                        "#include <hwy/highway.h>\n#include <fmt/format.h>\n"},
    {"config/good.cpp",
     "#include \"domain/a.hpp\"\n#include <toml++/toml.h>\n"},
    {"io/good.cpp", "#include <fileref.h>\n#include <tpropertymap.h>\n"
                    "#include <sys/stat.h>\n#include <string>\n"},
    {"actors/good.cpp", "#include \"config/a_config.hpp\"\n"
                        "#include <caf/fwd.hpp>\n"},
    {"actors/poll_actor.hpp", "#include <poll.h>\n"},
    {"actors/basp_door.cpp", "#include <sys/socket.h>\n"},
    {"tests/good.cpp", "#include \"tools/a.hpp\"\n#include <caf/all.hpp>\n"},
    {"tools/good.cpp", "#include \"actors/a.hpp\"\n#include <CLI/CLI.hpp>\n"},
  };
  for (const auto& file : right)
    EXPECT_THAT(check_includes(file), IsEmpty());
}

TEST(include_rules, reject_an_adapter_of_two_libraries) {
  EXPECT_THAT(check_includes({"io/bad.cpp", "#include <sndfile.h>\n"
                                            "#include <fftw3.h>\n"}),
              ElementsAre("io/bad.cpp:2: an adapter knows one library; this "
                          "is its second: fftw"));
}

TEST(text_rules, reject_what_breaks_them) {
  // Split, so that this file keeps the rules it tests.
  EXPECT_THAT(check_text({"domain/a.hpp", "// A\n#pragma once\n"}),
              ElementsAre("domain/a.hpp:1: a header opens with #pragma once"));
  EXPECT_THAT(check_text({"domain/a.cpp", "\n// TO"
                                          "DO: later\n"}),
              ElementsAre("domain/a.cpp:2: do it, or write it under Limits in "
                          "the README"));
  EXPECT_THAT(check_text({"domain/a.cpp", "int a; // NO"
                                          "LINT\n"}),
              ElementsAre("domain/a.cpp:1: silence lint by // NO"
                          "LINTNEXTLINE(check): reason"));
  EXPECT_THAT(check_text({"domain/a.cpp", "int a;"}),
              ElementsAre("domain/a.cpp:1: the file does not end with a "
                          "newline"));
  EXPECT_THAT(check_text({"tests/a.cpp", "void f() { sleep(1); }\n"}),
              ElementsAre("tests/a.cpp:1: a test waits for an event, never "
                          "for time to pass"));
}

TEST(text_rules, accept_what_keeps_them) {
  EXPECT_THAT(check_text({"domain/a.cpp", "// NO"
                                          "LINTNEXTLINE(google-x): y\n"
                                          "char name[] = \"XXXXXX\";\n"}),
              IsEmpty());
  EXPECT_THAT(check_text({"tests/a.cpp", "// sleep(1) would race\n"}),
              IsEmpty());
  EXPECT_THAT(check_text({"tests/fakes/sleeping_decoder.hpp",
                          "#pragma once\nvoid f() { sleep_for(forever); }\n"}),
              IsEmpty());
}

TEST(text_rules, know_a_vague_name) {
  for (const auto* name : {"utils.hpp", "audio_utils.cpp", "helpers", "misc.md",
                           "job_manager.hpp", "common"})
    EXPECT_TRUE(is_vague_name(name)) << name;
  for (const auto* name : {"commons_licence.md", "media_kind.hpp", "tools"})
    EXPECT_FALSE(is_vague_name(name)) << name;
}

// -- lengths ------------------------------------------------------------------

std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += "  ++i;\n";
  return text;
}

TEST(function_rules, find_each_function_once) {
  const std::string text = R"(namespace n {
enum class e { a, b };
const table t = {{"x", 1}, {"y", 2}};
template <class T = box<int>>
struct s : base {
  explicit s(int a) : a_{a}, b_(std::vector<int>{1, 2}) {
    if (a)
      call({1, 2});
  }

  void empty() override {}

private:
  int a_ = 1'000;
};

char brace() {
  // } not the end
  return '}';
}

bool operator()(int x) const noexcept {
  for (;;) {
  }
}
} // namespace n
)";
  std::vector<std::string> seen;
  for (const auto& function : functions_of(text))
    seen.push_back(function.name + " " + std::to_string(function.first_line)
                   + "-" + std::to_string(function.last_line));
  EXPECT_THAT(
    seen, ElementsAre("s 6-9", "empty 11-11", "brace 17-20", "operator 22-25"));
}

TEST(function_rules, reject_a_long_function_and_only_that) {
  // 60 lines are allowed: the two braces' and 58 between them.
  const auto body = [](std::size_t count) {
    return "void f(int i) {\n" + lines(count) + "}\n";
  };
  EXPECT_THAT(check_lengths({"io/a.cpp", body(58)}), IsEmpty());
  EXPECT_THAT(check_lengths({"io/a.cpp", "\n" + body(59)}),
              ElementsAre("io/a.cpp:2: f has 61 lines (max 60)"));
  EXPECT_THAT(check_lengths({"io/a.cpp", body(50) + body(50)}), IsEmpty());
}

TEST(function_rules, hold_a_handler_to_forty_lines) {
  const auto text = "void on_tick(int i) {\n" + lines(39) + "}\n";
  EXPECT_THAT(check_lengths({"actors/a.cpp", text}),
              ElementsAre("actors/a.cpp:1: on_tick has 41 lines (max 40)"));
  EXPECT_THAT(check_lengths({"domain/a.cpp", text}), IsEmpty());
}

TEST(function_rules, reject_a_long_file) {
  EXPECT_THAT(check_lengths({"io/a.hpp", lines(500)}), IsEmpty());
  EXPECT_THAT(check_lengths({"io/a.hpp", lines(501)}),
              ElementsAre("io/a.hpp:501: 501 lines; split the file by noun "
                          "(max 500)"));
}

// -- folders ------------------------------------------------------------------

class folder_rules : public ::testing::Test {
protected:
  folder_rules() {
    std::string name = (fs::temp_directory_path() / "tidy-XXXXXX").string();
    root_ = mkdtemp(name.data());
  }

  ~folder_rules() override {
    fs::remove_all(root_);
  }

  void write(const fs::path& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream{root_ / name} << text;
  }

  fs::path root_;
};

TEST_F(folder_rules, reject_a_folder_without_a_readme) {
  write("domain/README.md", "# domain\n");
  write("domain/audio/pcm.hpp", "");
  write("tests/README.md", "# tests\n");
  write("tests/audio/pcm_test.cpp", "");
  EXPECT_THAT(check_folders(root_), ElementsAre("domain/audio: has no "
                                                "README.md"));
}

TEST_F(folder_rules, reject_a_long_readme) {
  write("io/README.md", lines(41));
  EXPECT_THAT(check_folders(root_),
              ElementsAre("io/README.md: more than 40 lines"));
}

TEST_F(folder_rules, reject_a_sixteenth_pair) {
  write("io/README.md", "# io\n");
  for (int i = 0; i < 15; ++i) {
    write("io/a" + std::to_string(i) + ".hpp", "");
    write("io/a" + std::to_string(i) + ".cpp", "");
  }
  write("io/port.hpp", "");
  EXPECT_THAT(check_folders(root_), IsEmpty());
  write("io/b.cpp", "");
  EXPECT_THAT(check_folders(root_),
              ElementsAre("io: 16 file pairs; split the folder by noun "
                          "(max 15)"));
}

TEST_F(folder_rules, reject_a_vague_name) {
  write("io/README.md", "# io\n");
  write("io/string_utils.hpp", "");
  EXPECT_THAT(check_folders(root_),
              ElementsAre("io/string_utils.hpp: name what it holds"));
}

TEST_F(folder_rules, reject_a_path_that_does_not_exist) {
  write("io/a.hpp", "");
  const source_file readme{"io/README.md", "`io/a.hpp`, `io/b.hpp`, io/*.hpp\n"
                                           "    tools/run\n"};
  EXPECT_THAT(check_named_paths(root_, readme),
              ElementsAre("io/README.md:1: io/b.hpp does not exist",
                          "io/README.md:2: tools/run does not exist"));
}

TEST_F(folder_rules, reject_a_stray_file_at_the_root) {
  write("io/README.md", "# io\n");
  write(".gitignore", "");
  write("notes.txt", "");
  EXPECT_THAT(check_root(root_),
              ElementsAre("notes.txt: does not belong at the root"));
}

} // namespace

} // namespace troupe::testing
