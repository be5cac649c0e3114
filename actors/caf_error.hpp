#pragma once

#include "domain/result.hpp"

#include <caf/atom.hpp>
#include <caf/error.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>

#include <cstdint>
#include <string>

namespace troupe {

/// The category of our codes inside a `caf::error`.
inline constexpr caf::atom_value error_category = caf::atom("troupe");

/// Converts at the boundary; nothing else in the program builds a caf::error.
[[nodiscard]] inline caf::error to_caf(const error& failure) {
  return {static_cast<std::uint8_t>(failure.code), error_category,
          caf::make_message(failure.detail)};
}

/// The inverse of `to_caf`. CAF's own codes become `errc::timeout` (unknown
/// whether it happened), or `errc::unreachable` with CAF's number.
[[nodiscard]] inline error from_caf(const caf::error& failure) {
  if (failure.category() == error_category) {
    std::string detail;
    if (failure.context().match_elements<std::string>())
      detail = failure.context().get_as<std::string>(0);
    return {static_cast<errc>(failure.code()), std::move(detail)};
  }
  if (failure == caf::sec::request_timeout)
    return {errc::timeout, "no answer within the deadline"};
  return {errc::unreachable,
          "an actor is gone (code " + std::to_string(failure.code()) + ")"};
}

} // namespace troupe
