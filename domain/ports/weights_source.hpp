#pragma once

#include "domain/result.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace troupe {

/// The bytes of one weights file, valid as long as this object lives.
class weights_file {
public:
  virtual ~weights_file() = default;

  /// All bytes, 64-byte aligned. Not yet checked in any way.
  [[nodiscard]] virtual std::span<const std::byte> bytes() const noexcept = 0;
};

/// Finds the files of trained networks. Thread-safe.
class weights_source {
public:
  virtual ~weights_source() = default;

  /// Opens a built-in set by its name and factor, e.g. `natural-default-x2`,
  /// or the file that a path (anything with a slash or a dot) names.
  /// @returns `errc::not_found` naming what there is, `errc::too_large`,
  /// `errc::permission_denied`, `errc::io_failure`
  [[nodiscard]] virtual result<std::unique_ptr<weights_file>>
  open(const std::string& name_or_path) const = 0;

  /// The built-in names, sorted.
  [[nodiscard]] virtual std::vector<std::string> names() const = 0;
};

} // namespace troupe
