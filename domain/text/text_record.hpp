#pragma once

#include "domain/jobs/job.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::text {

/// Names what computed a `text_record`: results of another version are
/// recomputed. Raise it whenever a figure changes.
inline constexpr const char* text_record_version = "text-1";

/// Bytes of a text by which a search finds it: its beginning.
inline constexpr std::size_t body_bytes_max = std::size_t{1} << 20U;

/// Everything that the description of one text gives.
struct text_record {
  std::int64_t bytes = 0;
  std::int64_t words = 0;
  /// Its first words, on one line.
  std::string excerpt;
  /// See text_features.hpp; empty for a text without words.
  std::vector<std::uint32_t> features;
  /// Valid UTF-8, at most `body_bytes_max`.
  std::string body;
  /// What a person should know: "not UTF-8 in places".
  std::vector<std::string> notes;
};

/// Describes a text, whatever bytes it has: what is no UTF-8 is left out.
/// Complexity: O(bytes). Memory: a few times its distinct words.
[[nodiscard]] text_record describe(std::string_view bytes);

/// What the library keeps of it: the block `text` of an entry as JSON, the
/// features as fingerprint, the body for search. The vector is not kept: it
/// depends on the other texts (see `feature_rarity`) and is made of the
/// features whenever it is asked for.
[[nodiscard]] job_output output_of(const text_record& record);

} // namespace troupe::text
