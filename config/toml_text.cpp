#include "config/toml_text.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>

namespace troupe {

namespace {

std::string kind_of(const toml::node& node) {
  switch (node.type()) {
  case toml::node_type::floating_point:
    return "a number with a fraction";
  case toml::node_type::boolean:
    return "a truth value";
  case toml::node_type::array:
    return "a list of other things than text";
  case toml::node_type::table:
    return "a table";
  default:
    return "a date or time";
  }
}

/// The integer that `number` equals, if any; nothing for NaN and infinity.
std::optional<std::int64_t> whole_number(double number) {
  constexpr double exact_max = 9'007'199'254'740'992.0; // 2^53
  if (!(number >= -exact_max && number <= exact_max))
    return std::nullopt;
  const auto whole = static_cast<std::int64_t>(number);
  if (static_cast<double>(whole) != number)
    return std::nullopt;
  return whole;
}

config_value value_of(const toml::node& node) {
  if (const auto* number = node.as_integer())
    return number->get();
  if (const auto* text = node.as_string())
    return text->get();
  if (const auto* array = node.as_array()) {
    std::vector<std::string> list;
    for (const auto& element : *array) {
      const auto* text = element.as_string();
      if (text == nullptr)
        return unusable_value{kind_of(node)};
      list.push_back(text->get());
    }
    return list;
  }
  // 30.0 is as good as 30 for a person.
  if (const auto* number = node.as_floating_point()) {
    if (const auto whole = whole_number(number->get()))
      return *whole;
  }
  return unusable_value{kind_of(node)};
}

/// Depth is bounded by toml++, which refuses deep nesting.
void flatten(const toml::table& table, const std::string& section,
             std::vector<config_entry>& out) {
  for (const auto& [key, node] : table) {
    const std::string name{key.str()};
    const auto line = static_cast<std::int64_t>(node.source().begin.line);
    if (const auto* inner = node.as_table()) {
      const auto path =
        section.empty() ? name : fmt::format("{}.{}", section, name);
      out.push_back({path, "", {}, line});
      flatten(*inner, path, out);
    } else {
      out.push_back({section, name, value_of(node),
                     static_cast<std::int64_t>(key.source().begin.line)});
    }
  }
}

} // namespace

result<std::vector<config_entry>> read_toml(std::string_view text,
                                            const std::string& path) {
  std::vector<config_entry> entries;
  try {
    flatten(toml::parse(text), "", entries);
  } catch (const toml::parse_error& failure) {
    return error{errc::bad_configuration,
                 fmt::format("config: {}:{}:{}: not TOML: {}", path,
                             failure.source().begin.line,
                             failure.source().begin.column,
                             failure.description())};
  }
  std::stable_sort(
    entries.begin(), entries.end(),
    [](const auto& a, const auto& b) { return a.line < b.line; });
  return entries;
}

} // namespace troupe
