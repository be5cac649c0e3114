#include "tools/commands/music/asked_item.hpp"

#include "tools/commands/music/in_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

namespace troupe {

namespace {

/// The vector of an entry, of the right space and with a direction.
result<asked_item> with_vector(const result<content_vector>& vector,
                               const std::string& word, entry_row entry,
                               const std::string& space) {
  if (!vector && vector.failure().code != errc::not_found)
    return vector.failure();
  const bool fits = vector && vector->space == space
                    && search::dot(vector->values, vector->values) > 0.0F;
  if (!fits)
    return error{errc::refused,
                 fmt::format("{}: has no vector to compare by (state {}); see "
                             "why by: troupe show {}",
                             word, to_string(entry.state), word)};
  return asked_item{std::move(entry), vector->values};
}

/// The vector of what was analysed in memory; a text's is made by what is rare
/// in the library that it is compared with.
result<content_vector> vector_among(troupe_system& library,
                                    troupe_system& memory,
                                    const entry_row& entry) {
  if (entry.kind != media_kind::text)
    return memory.vector_of(entry.content);
  auto features = memory.fingerprint_of(entry.content);
  if (!features)
    return features.failure();
  return library.text_vector(std::move(features.value()));
}

/// Notes by what a text is known; `from` is where it was analysed.
void note_features(troupe_system& from, content_id content, asked_item& item) {
  if (item.entry.kind != media_kind::text)
    return;
  if (auto features = from.fingerprint_of(content))
    item.features = std::move(features->words);
}

/// The library's entry of a word; nothing when only an analysis can tell.
result<std::optional<asked_item>>
known_item(assembly& open, const std::string& word, const std::string& space) {
  std::error_code ignored;
  const bool is_file = std::filesystem::is_regular_file(word, ignored);
  auto entry = named_entry(open, word);
  if (!entry) {
    if (is_file && entry.failure().code == errc::not_found)
      return std::optional<asked_item>{};
    return entry.failure();
  }
  if (is_file) {
    // Changed since it was analysed: what the library knows is about others.
    const auto stamp = open.finder().stamp(entry->path);
    if (entry->state != entry_state::done || !stamp
        || !(*stamp == entry->stamp))
      return std::optional<asked_item>{};
  }
  const auto vector = open.system().vector_of(entry->content);
  auto item = with_vector(vector, word, std::move(entry.value()), space);
  if (!item)
    return item.failure();
  note_features(open.system(), item->entry.content, *item);
  return std::optional<asked_item>{std::move(item.value())};
}

} // namespace

result<std::vector<asked_item>>
asked_items(const command_context& context, assembly& open,
            const std::vector<std::string>& words, const std::string& space) {
  std::vector<std::optional<asked_item>> items;
  std::vector<std::string> unknown;
  for (const auto& word : words) {
    auto item = known_item(open, word, space);
    if (!item)
      return item.failure();
    if (!*item)
      unknown.push_back(word);
    items.push_back(std::move(item.value()));
  }
  if (!unknown.empty()) {
    auto memory = analyse_in_memory(context, unknown);
    if (!memory)
      return memory.failure();
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (items[i])
        continue;
      auto entry = analysed_entry(*memory.value(), words[i]);
      if (!entry)
        return entry.failure();
      const auto vector =
        vector_among(open.system(), memory.value()->system(), *entry);
      auto item =
        with_vector(vector, words[i], std::move(entry.value()), space);
      if (!item)
        return item.failure();
      note_features(memory.value()->system(), item->entry.content, *item);
      // Ids of the library in memory name nothing in the real one.
      item->entry.content = {};
      items[i] = std::move(item.value());
    }
  }
  std::vector<asked_item> found;
  for (auto& item : items)
    found.push_back(std::move(*item));
  return found;
}

} // namespace troupe
