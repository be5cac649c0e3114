#include "config/config_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <numeric>

namespace troupe {

namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> words;
  for (;;) {
    const auto end = text.find(separator);
    words.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos)
      return words;
    text.remove_prefix(end + 1);
  }
}

/// Insertions, removals and replacements that turn `a` into `b` (Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

error refusal(std::string_view wanted) {
  return {errc::bad_configuration, fmt::format("must be {}", wanted)};
}

template <class Owner>
result<void> check_text(const config_key<Owner>& key, std::string_view text) {
  if (key.wanted != nullptr)
    if (const auto wanted = key.wanted(text); !wanted.empty())
      return refusal(wanted);
  return {};
}

} // namespace

template <class Owner>
std::string allowed_values(const config_key<Owner>& key) {
  switch (key.shape) {
  case config_shape::integer:
    if (key.largest == std::numeric_limits<std::int64_t>::max())
      return fmt::format("a whole number from {}", key.smallest);
    return fmt::format("a whole number from {} to {}", key.smallest,
                       key.largest);
  case config_shape::choice:
    return fmt::format("\"{}\"",
                       fmt::join(split(key.choices, '|'), "\" or \""));
  case config_shape::text:
    return "a text in quotation marks";
  case config_shape::text_list:
    return R"(a list of texts, like ["a", "b"])";
  }
  return {};
}

template <class Owner>
result<void> check_value(const config_key<Owner>& key,
                         const config_value& value) {
  if (key.shape == config_shape::integer) {
    const auto* number = std::get_if<std::int64_t>(&value);
    const bool fits =
      number != nullptr && *number >= key.smallest && *number <= key.largest;
    return fits ? result<void>{} : refusal(allowed_values(key));
  }
  if (key.shape == config_shape::text_list) {
    const auto* list = std::get_if<std::vector<std::string>>(&value);
    if (list == nullptr)
      return refusal(allowed_values(key));
    for (const auto& element : *list)
      if (auto checked = check_text(key, element); !checked)
        return checked;
    return {};
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr)
    return refusal(allowed_values(key));
  if (key.shape == config_shape::text)
    return check_text(key, *text);
  const auto words = split(key.choices, '|');
  const bool known =
    std::find(words.begin(), words.end(), *text) != words.end();
  return known ? result<void>{} : refusal(allowed_values(key));
}

template <class Owner>
config_value parse_value(const config_key<Owner>& key, std::string_view text) {
  if (key.shape == config_shape::text_list)
    return text.empty() ? std::vector<std::string>{} : split(text, ',');
  if (key.shape != config_shape::integer)
    return std::string{text};
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc{} || stop != end)
    return unusable_value{fmt::format("\"{}\"", text)};
  return number;
}

std::string nearest_word(std::string_view word,
                         const std::vector<std::string>& words) {
  // A third of the letters may be wrong, two in a short word.
  std::size_t distance_max = std::max<std::size_t>(2, word.size() / 3);
  std::string nearest;
  for (const auto& candidate : words) {
    const auto distance = edit_distance(word, candidate);
    if (distance > distance_max || distance >= candidate.size())
      continue;
    if (nearest.empty() || distance < distance_max) {
      nearest = candidate;
      distance_max = distance;
    }
  }
  return nearest;
}

template std::string allowed_values(const config_key<node_config>&);
template std::string allowed_values(const config_key<broker_service>&);
template result<void> check_value(const config_key<node_config>&,
                                  const config_value&);
template result<void> check_value(const config_key<broker_service>&,
                                  const config_value&);
template config_value parse_value(const config_key<node_config>&,
                                  std::string_view);
template config_value parse_value(const config_key<broker_service>&,
                                  std::string_view);

} // namespace troupe
