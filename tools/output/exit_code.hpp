#pragma once

#include "domain/result.hpp"

#include <string_view>

namespace troupe {

/// The exit codes of CONTRACT; scripts rely on them.
namespace exit_code {

inline constexpr int ok = 0;
/// The operation failed: all items, a damaged library, a full disk.
inline constexpr int failed = 1;
inline constexpr int usage = 2;
inline constexpr int not_found = 3;
/// The present state forbids it.
inline constexpr int refused = 4;
/// Some items failed.
inline constexpr int partly = 5;
/// Node or broker cannot be reached.
inline constexpr int unreachable = 69;
/// The node's own core failed.
inline constexpr int core_failed = 70;
/// Locked, or a drain timed out: try again.
inline constexpr int try_again = 75;
/// The certificate's role does not allow it.
inline constexpr int not_authorised = 77;
/// Wrong configuration, or a library of a newer schema.
inline constexpr int configuration = 78;
/// The first Ctrl-C of a one-shot command.
inline constexpr int interrupted = 130;

} // namespace exit_code

/// The exit code that tells a script about this failure.
[[nodiscard]] int exit_code_of(errc code) noexcept;

/// Says on stderr what failed and what to try next, and returns the exit code.
/// @param next the next command to try; empty when the detail says it
int report_failure(const error& why, std::string_view next = {});

} // namespace troupe
