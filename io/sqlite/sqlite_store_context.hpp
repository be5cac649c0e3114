#pragma once

#include "domain/identity/ulid.hpp"
#include "domain/jobs/job.hpp"
#include "domain/ports/library_store.hpp"
#include "io/sqlite/sqlite_database.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::io::sqlite {

/// A recipe of this run with its row.
struct known_recipe {
  recipe text;
  std::int64_t id = 0;
};

/// The last id given per table. Ids only rise, also over deletions and
/// restarts; an undone transaction leaves a gap.
struct row_ids {
  std::int64_t content = 0;
  std::int64_t entry = 0;
  std::int64_t job = 0;
  std::int64_t vector = 0;
  std::int64_t fingerprint = 0;
};

/// What the parts of the store share: the connection, the recipes of this run,
/// and the rules that turn time into ids and ranks.
struct store_context {
  database& db;
  std::vector<known_recipe> recipes;
  std::int64_t aging_us = 0;
  ulid_sequence ulids;
  row_ids last_ids = {};

  /// A fresh public id.
  [[nodiscard]] std::string next_ulid(std::int64_t now_us) {
    return to_string(ulids.next(now_us / 1000));
  }

  /// See table `jobs`.
  [[nodiscard]] std::int64_t rank(std::int64_t ready_since_us,
                                  std::int64_t priority) const noexcept {
    return ready_since_us - priority * aging_us;
  }

  [[nodiscard]] const known_recipe* recipe_of(media_kind media) const noexcept {
    for (const auto& known : recipes)
      if (known.text.media == media)
        return &known;
    return nullptr;
  }

  [[nodiscard]] const known_recipe*
  recipe_with_id(std::int64_t id) const noexcept {
    for (const auto& known : recipes)
      if (known.id == id)
        return &known;
    return nullptr;
  }
};

/// Priority of a job that nobody waits for.
inline constexpr std::int64_t coverage_priority = 4;

/// Enumerators are stored by number.
template <class Enum>
[[nodiscard]] constexpr std::int64_t number_of(Enum value) noexcept {
  return static_cast<std::int64_t>(value);
}

[[nodiscard]] inline std::string_view
bytes_of(const content_hash& hash) noexcept {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes.
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

/// @pre `bytes` has 32 of them; else the rest is zero
[[nodiscard]] inline content_hash hash_of(std::string_view bytes) noexcept {
  content_hash hash{};
  for (std::size_t i = 0; i < hash.size() && i < bytes.size(); ++i)
    hash[i] = static_cast<std::uint8_t>(bytes[i]);
  return hash;
}

/// The bytes of an even number of lower-case hexadecimal digits.
[[nodiscard]] std::string bytes_of_hex(std::string_view digits);

/// The longest prefix of at most `bytes_max` that ends between two UTF-8
/// characters.
[[nodiscard]] std::string_view cut_text(std::string_view text,
                                        std::size_t bytes_max) noexcept;

/// The last ids of the file.
[[nodiscard]] row_ids read_last_ids(database& db);

/// Keeps the last ids, before rows are deleted that may carry them.
void keep_last_ids(store_context& store);

/// Appends an audit row.
void write_audit(database& db, std::int64_t now_us, const audit_note& note,
                 std::int64_t affected);

} // namespace troupe::io::sqlite
