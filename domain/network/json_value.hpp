#pragma once

#include "domain/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::network {

/// One value of a JSON document, as the header of a weights file needs it.
///
/// Reads RFC 8259 strictly: no comments, no trailing commas, no duplicate
/// keys, valid escapes only; at most 32 levels deep. Bytes of strings are
/// taken as they are. Rejected: a JSON library, which domain/ may not know.
class json_value {
public:
  /// What kind of value it is.
  enum class kind : std::uint8_t { null, boolean, number, text, list, map };

  /// Reads a whole document. @returns `errc::corrupt` with the byte's place.
  [[nodiscard]] static result<json_value> read(std::string_view document);

  /// The kind of this value.
  [[nodiscard]] kind type() const noexcept {
    return kind_;
  }

  /// The number as a whole one. @returns `errc::corrupt` if it is none, or
  /// negative, or above 2^53.
  [[nodiscard]] result<std::size_t> count() const;

  /// The number. @returns `errc::corrupt` if it is none.
  [[nodiscard]] result<double> number() const;

  /// Whether this is `true`.
  [[nodiscard]] bool is_true() const noexcept {
    return kind_ == kind::boolean && number_ != 0;
  }

  /// The string; empty for other kinds.
  [[nodiscard]] const std::string& text() const noexcept {
    return text_;
  }

  /// The members of a list; empty for other kinds.
  [[nodiscard]] const std::vector<json_value>& items() const noexcept {
    return items_;
  }

  /// The keys of a map in their order; values are `items()`.
  [[nodiscard]] const std::vector<std::string>& keys() const noexcept {
    return keys_;
  }

  /// The member of a map, or null if there is none. Borrowed.
  [[nodiscard]] const json_value* find(std::string_view key) const noexcept;

private:
  friend class json_reader;

  kind kind_ = kind::null;
  double number_ = 0;
  std::string text_;
  std::vector<std::string> keys_;
  std::vector<json_value> items_;
};

} // namespace troupe::network
