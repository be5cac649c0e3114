#pragma once

#include "config/config_value.hpp"
#include "config/node_config.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace troupe {

/// What a key takes.
enum class config_shape : std::uint8_t { integer, text, choice, text_list };

/// All that is known about one key of an `Owner`, said once: loading, checking,
/// showing and suggesting go by it.
template <class Owner>
struct config_key {
  /// Without brackets; empty for the keys of a service.
  std::string_view section;
  std::string_view key;
  config_shape shape = config_shape::text;
  /// Bounds of an integer, both allowed.
  std::int64_t smallest = 0;
  std::int64_t largest = 0;
  /// Words of a choice, separated by '|'; an empty word allows none.
  std::string_view choices;
  /// Rule for a text or its elements; null allows any. Gives what is wanted,
  /// for a person, when the value is wrong, and nothing when it is right.
  std::string_view (*wanted)(std::string_view text) = nullptr;
  config_value (*read)(const Owner&) = nullptr;
  /// @pre the value has this key's shape.
  void (*write)(Owner&, config_value) = nullptr;
};

/// Every key but those of services, in the order of CONTRACT's table.
[[nodiscard]] std::span<const config_key<node_config>> node_keys();

/// The keys of every `[broker.service.NAME]`.
[[nodiscard]] std::span<const config_key<broker_service>> service_keys();

} // namespace troupe
