#pragma once

#include "domain/models/model_facts.hpp"
#include "domain/models/model_sheet.hpp"
#include "domain/ports/content_hash.hpp"
#include "domain/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::models {

/// One model of the registry.
struct model_card {
  /// The file's name without its extension.
  std::string name;
  std::int64_t bytes = 0;
  /// SHA-256 of the file, hexadecimal.
  std::string fingerprint;
  model_facts facts;
  /// Nothing without a sheet that can be read.
  std::optional<model_sheet> sheet;
  /// Names the space of its vectors; empty while it cannot embed.
  std::string space;
  /// Numbers of a vector; 0 where the file leaves it open.
  std::int64_t dim = 0;
  /// What keeps it from embedding, each with what to do; empty: nothing.
  std::vector<std::string> obstacles;
};

/// What a card is made of. Borrowed.
struct model_files {
  std::string_view name;
  std::span<const std::byte> model;
  /// Nothing: there is no sheet.
  std::optional<std::string_view> sheet;
};

/// Makes the card of a model file.
/// @returns `errc::corrupt` for what is no model, the hasher's error; what a
/// person can mend is an obstacle instead
[[nodiscard]] result<model_card> make_model_card(const model_files& files,
                                                 const content_hasher& hasher);

} // namespace troupe::models
