#include "tests/tidy/text_rules.hpp"

#include <regex>
#include <set>

namespace troupe::testing {

namespace {

/// A sleeping test double stands in for a decoder that hangs.
bool may_sleep(const source_file& file) {
  return file.layer() != "tests"
         || file.path.starts_with("tests/fakes/sleeping_");
}

void check_line(const source_file& file, std::size_t number,
                const std::string& line, complaints& found) {
  // Written in halves: this file obeys the rule it states.
  static const auto silenced = std::string{"NO"} + "LINT";
  static const std::regex unfinished{R"(\b(TO)"
                                     R"(DO|FIX)"
                                     R"(ME|XX)"
                                     R"(X)\b)"};
  static const std::regex reasoned{"// NO"
                                   R"(LINTNEXTLINE\([a-z0-9.,* -]+\): \S)"};
  if (std::regex_search(line, unfinished))
    found.push_back(
      complaint(file, number, "do it, or write it under Limits in the README"));
  if (line.find(silenced) != std::string::npos
      && !std::regex_search(line, reasoned))
    found.push_back(
      complaint(file, number,
                "silence lint by // " + silenced + "NEXTLINE(check): reason"));
}

void check_sleeps(const source_file& file, complaints& found) {
  static const std::regex sleeps{
    R"(\b(sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\()"};
  std::size_t number = 0;
  for (const auto& line : lines_of(code_only(file.text))) {
    ++number;
    if (std::regex_search(line, sleeps))
      found.push_back(complaint(
        file, number, "a test waits for an event, never for time to pass"));
  }
}

} // namespace

complaints check_text(const source_file& file) {
  complaints found;
  if (file.is_header() && !file.text.starts_with("#pragma once\n"))
    found.push_back(complaint(file, 1, "a header opens with #pragma once"));
  if (!file.text.ends_with('\n'))
    found.push_back(complaint(file, 1, "the file does not end with a newline"));
  std::size_t number = 0;
  for (const auto& line : lines_of(file.text))
    check_line(file, ++number, line, found);
  if (!may_sleep(file))
    check_sleeps(file, found);
  return found;
}

bool is_vague_name(std::string_view name) {
  static const std::set<std::string, std::less<>> vague = {
    "util",    "utils",   "utilities", "common", "helper",
    "helpers", "manager", "managers",  "misc"};
  name = name.substr(0, name.find('.'));
  while (!name.empty()) {
    const auto end = name.find('_');
    if (vague.contains(name.substr(0, end)))
      return true;
    name.remove_prefix(end == std::string_view::npos ? name.size() : end + 1);
  }
  return false;
}

} // namespace troupe::testing
