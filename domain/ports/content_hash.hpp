#pragma once

#include "domain/library/found_file.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace troupe {

/// One SHA-256 in the making. Used by one thread at a time.
class content_digest {
public:
  virtual ~content_digest() = default;

  /// Adds bytes. @returns `errc::internal` when the library fails.
  virtual result<void> add(std::span<const std::uint8_t> bytes) = 0;

  /// The hash of all bytes added; the digest cannot be used afterwards.
  [[nodiscard]] virtual result<content_hash> finish() = 0;
};

/// Begins digests. Thread-safe.
class content_hasher {
public:
  virtual ~content_hasher() = default;

  /// A digest of no bytes yet. @returns `errc::internal`.
  [[nodiscard]] virtual result<std::unique_ptr<content_digest>>
  begin() const = 0;
};

} // namespace troupe
