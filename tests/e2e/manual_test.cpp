// Manual page, completion and `--help` name the same commands and options.

#include "tests/e2e/troupe_scene.hpp"

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace troupe::testing {

namespace {

/// "admin status" → its options.
using options_by_command = std::map<std::string, std::set<std::string>>;

std::set<std::string> options_in(const std::string& text) {
  static const std::regex option{"(^|[^a-z-])(--[a-z][a-z-]*)"};
  std::set<std::string> found;
  for (std::sregex_iterator at{text.begin(), text.end(), option}, end;
       at != end; ++at)
    if ((*at)[2] != "--help")
      found.insert((*at)[2]);
  return found;
}

std::string text_of(const std::string& path) {
  std::ifstream stream{std::string{TROUPE_ROOT} + "/" + path};
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// The first words of indented lines behind a title, up to an empty line.
std::vector<std::string> listed_behind(const std::string& text,
                                       const std::string& title) {
  std::vector<std::string> names;
  const auto at = text.find(title);
  if (at == std::string::npos)
    return names;
  std::istringstream lines{text.substr(at + title.size())};
  for (std::string line; std::getline(lines, line) && line.starts_with("  ");)
    names.push_back(line.substr(2, line.find(' ', 2) - 2));
  return names;
}

std::string help_of(const std::string& command) {
  std::vector<std::string> words{TROUPE_BINARY};
  std::istringstream stream{command};
  for (std::string word; stream >> word;)
    words.push_back(word);
  words.emplace_back("--help");
  const auto end = run(words);
  EXPECT_EQ(end.code, 0) << command;
  EXPECT_NE(end.out.find("\nExample: "), std::string::npos) << command;
  return end.out;
}

/// Adds a command, or what is below it.
void add_help(const std::string& command, options_by_command& found) {
  const auto text = help_of(command);
  const auto below = listed_behind(text, "Subcommands:\n");
  for (const auto& name : below)
    add_help(command + " " + name, found);
  if (below.empty())
    found[command] = options_in(text.substr(0, text.find("\nExample: ")));
}

/// What the program says of itself; asked once.
const options_by_command& by_program() {
  static const auto found = [] {
    options_by_command all;
    const auto overview = run({TROUPE_BINARY, "help", "--all"}).out;
    for (const auto& command : listed_behind(overview, "All commands:\n"))
      add_help(command, all);
    return all;
  }();
  return found;
}

/// A heading of the manual page in plain text: `.BI "add \-\-text " STRING`.
std::string plain(std::string line) {
  line = std::regex_replace(line, std::regex{R"(\\-)"}, "-");
  line = std::regex_replace(line, std::regex{"\""}, "");
  return line.substr(line.find(' ') + 1);
}

options_by_command by_manual() {
  auto text = text_of("tools/troupe.1");
  text = text.substr(0, text.find("\n.SH OPTIONS"));
  text = text.substr(text.find("\n.SH COMMANDS"));
  options_by_command found;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    if (line != ".TP" || !std::getline(lines, line))
      continue;
    const auto heading = plain(line);
    std::smatch words;
    std::regex_search(heading, words, std::regex{"^[a-z]+( [a-z]+)*"});
    found[words.str()] = options_in(heading);
  }
  return found;
}

TEST(manual, names_the_commands_and_options_that_exist) {
  EXPECT_EQ(by_manual(), by_program());
}

TEST(manual, names_the_options_that_every_command_takes) {
  const auto overview = run({TROUPE_BINARY, "help", "--all"}).out;
  const auto text = text_of("tools/troupe.1");
  const auto from = text.find("\n.SH OPTIONS");
  const auto section =
    std::regex_replace(text.substr(from, text.find("\n.SH", from + 1) - from),
                       std::regex{R"(\\-)"}, "-");
  auto manual = options_in(section);
  EXPECT_EQ(manual,
            options_in(overview.substr(overview.find("Every command takes"))));
}

TEST(completion, offers_the_commands_and_options_that_exist) {
  options_by_command offered;
  for (const auto& [command, options] : by_program()) {
    const auto end =
      run({"/bin/bash", "-c",
           "source \"$1\"; COMP_WORDS=(troupe $2 --); "
           "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _troupe; "
           "printf ' %s' \"${COMPREPLY[@]}\"",
           "bash", std::string{TROUPE_ROOT} + "/tools/completion/troupe.bash",
           command});
    EXPECT_EQ(end.code, 0) << end.err;
    offered[command] = options_in(end.out);
    // The last word of the command itself is offered behind those before it.
    const auto parent = command.substr(0, command.rfind(' '));
    if (parent == command)
      continue;
    const auto below =
      run({"/bin/bash", "-c",
           "source \"$1\"; COMP_WORDS=(troupe $2 ''); "
           "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _troupe; "
           "printf '%s ' \"${COMPREPLY[@]}\"",
           "bash", std::string{TROUPE_ROOT} + "/tools/completion/troupe.bash",
           parent});
    EXPECT_NE((" " + below.out)
                .find(" " + command.substr(command.rfind(' ') + 1) + " "),
              std::string::npos)
      << command << ": " << below.out;
  }
  auto expected = by_program();
  const auto everywhere =
    options_in("--library --config --json --jsonl --no-node --node --cert");
  for (auto& [command, options] : expected)
    options.insert(everywhere.begin(), everywhere.end());
  EXPECT_EQ(offered, expected);
}

} // namespace

} // namespace troupe::testing
