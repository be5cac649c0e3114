// Runs the console blocks of the README, in order and in one shell, and
// compares what they print.
//
// A line that begins with "$ " is a command, the lines up to the next one are
// its output, stdout and stderr together. "…" within a line stands for any
// text, a line that is only "…" for any number of lines: times, ids and
// folders of a machine are left out so, and what is too long. A command that
// does not end with 0 is followed by "; echo $?" in the README itself.

#include "tests/e2e/troupe_scene.hpp"

#include <fstream>
#include <iterator>
#include <sstream>

namespace troupe::testing {

namespace {

namespace fs = std::filesystem;

const std::string gap = "…";

struct step {
  std::string command;
  std::vector<std::string> output;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

std::string text_of(const fs::path& path) {
  std::ifstream stream{path};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

std::vector<step> steps_of(const std::string& readme) {
  std::vector<step> steps;
  bool inside = false;
  for (const auto& line : lines_of(readme)) {
    if (line.starts_with("```")) {
      inside = line == "```console";
    } else if (inside && line.starts_with("$ ")) {
      steps.push_back({line.substr(2), {}});
    } else if (inside && !steps.empty()) {
      steps.back().output.push_back(line);
    }
  }
  return steps;
}

/// `expected` with its gaps against a whole line.
bool same_line(const std::string& expected, const std::string& line) {
  const auto at = expected.find(gap);
  if (at == std::string::npos)
    return expected == line;
  if (!line.starts_with(expected.substr(0, at)))
    return false;
  const auto rest = expected.substr(at + gap.size());
  for (auto from = at; from <= line.size(); ++from)
    if (same_line(rest, line.substr(from)))
      return true;
  return false;
}

bool same_lines(const std::vector<std::string>& expected, std::size_t i,
                const std::vector<std::string>& lines, std::size_t j) {
  if (i == expected.size())
    return j == lines.size();
  if (expected[i] == gap)
    return same_lines(expected, i + 1, lines, j)
           || (j < lines.size() && same_lines(expected, i, lines, j + 1));
  return j < lines.size() && same_line(expected[i], lines[j])
         && same_lines(expected, i + 1, lines, j + 1);
}

class readme : public troupe_scene {
protected:
  void write_program(const fs::path& path, const std::string& text) const {
    std::ofstream{root_ / path} << "#!/bin/sh\n" << text << '\n';
    fs::permissions(root_ / path, fs::perms::owner_all);
  }

  /// A tree in which tools/run finds nothing to install, nothing to build, and
  /// a sample maker that has already made.
  void make_tree() const {
    for (const auto* folder : {"tools", "bin", "build/release"})
      fs::create_directories(root_ / folder);
    for (const auto* script : {"tools/run", "tools/steps.bash"})
      fs::copy_file(fs::path{TROUPE_ROOT} / script, root_ / script);
    std::ofstream{root_ / "tools/packages.txt"} << "build bash\nrun bash\n";
    fs::create_symlink(TROUPE_BINARY, root_ / "build/release/troupe");
    write_program("build/release/troupe_make_sample",
                  "cp -r '" TROUPE_SAMPLE "' \"$1\"");
    write_program("bin/cmake", "echo '[1/1] built'");
  }
};

TEST_F(readme, shows_what_its_commands_print) {
  make_tree();
  const auto steps = steps_of(text_of(fs::path{TROUPE_ROOT} / "README.md"));
  ASSERT_GE(steps.size(), 6U);
  const std::string mark = "@@ end of step";
  std::string script = "cd '" + root_.string() + "'\n";
  for (const auto& one : steps)
    script += one.command + "\necho '" + mark + "'\n";
  const auto end = run({"/bin/bash", "-c", "exec 2>&1\n" + script},
                       {{"HOME", root_.string()},
                        {"PATH", (root_ / "bin").string() + ":/usr/bin:/bin"}});
  std::vector<std::vector<std::string>> outputs(1);
  for (const auto& line : lines_of(end.out)) {
    if (line == mark)
      outputs.emplace_back();
    else
      outputs.back().push_back(line);
  }
  ASSERT_EQ(outputs.size(), steps.size() + 1) << end.out;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    std::string printed;
    for (const auto& line : outputs[i])
      printed += line + "\n";
    EXPECT_TRUE(same_lines(steps[i].output, 0, outputs[i], 0))
      << "$ " << steps[i].command << "\n"
      << printed;
  }
}

TEST_F(readme, comparison_fails_where_a_word_differs) {
  EXPECT_TRUE(same_line("a … c", "a b c"));
  EXPECT_FALSE(same_line("a … c", "a b d"));
  EXPECT_TRUE(same_lines({gap, "b"}, 0, {"x", "y", "b"}, 0));
  EXPECT_FALSE(same_lines({gap, "b"}, 0, {"x", "y", "c"}, 0));
  EXPECT_FALSE(same_lines({"a"}, 0, {"a", "b"}, 0));
}

} // namespace

} // namespace troupe::testing
