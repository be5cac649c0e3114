#pragma once

#include "domain/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

/// A bulk import's hold on intake: others' new work is refused while it
/// lasts, never claims (a queue that stands still cannot drain). It ends by
/// itself, so that a dead importer blocks nobody for long.
///
/// The last lease is remembered after its end, so that ending it twice is no
/// error and extending it too late is told apart from a wrong token.
struct import_lease {
  /// Who may submit; empty: there never was a lease.
  std::string token;
  std::string owner;
  /// Microseconds UTC; `ended_us` 0 = not ended by anybody.
  std::int64_t begun_us = 0;
  std::int64_t until_us = 0;
  std::int64_t ended_us = 0;

  friend bool operator==(const import_lease&, const import_lease&) = default;
};

/// Longest time to live: a day.
inline constexpr std::int64_t import_ttl_ms_max = 86'400'000;

/// The lease holds intake now.
[[nodiscard]] bool holds_intake(const import_lease& lease,
                                std::int64_t now_us) noexcept;

/// What somebody wants of the lease.
struct import_request {
  std::string_view token;
  std::string_view owner;
  /// In [1, import_ttl_ms_max].
  std::int64_t ttl_ms = 0;
  std::int64_t now_us = 0;
};

/// Begins a lease. The same token again is the same lease: a reply that got
/// lost may be asked for again. `errc::refused` while another one holds,
/// `errc::invalid_argument` for a time to live out of range.
[[nodiscard]] result<import_lease> begin_import(const import_lease& present,
                                                const import_request& request);

/// Lets the lease last `ttl_ms` from now, never shorter than it would.
/// `errc::refused` when it has ended, `errc::not_found` for another token.
[[nodiscard]] result<import_lease> extend_import(const import_lease& present,
                                                 const import_request& request);

/// Ends the lease; no effect on one that has ended already.
/// `errc::not_found` for another token.
[[nodiscard]] result<import_lease> end_import(const import_lease& present,
                                              const import_request& request);

} // namespace troupe
