#pragma once

#include "actors/messages/admin_values.hpp"
#include "domain/result.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/terminal/terminal.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

/// Who holds what: pauses as JSON.
[[nodiscard]] json pauses_json(const std::vector<pause>& pauses);

/// Imports that hold intake now; CONTRACT's `imports`.
[[nodiscard]] json imports_json(const held_state& held, std::int64_t now_us);

/// One line each for pauses, import and saved scales; empty without any.
[[nodiscard]] std::string held_text(const held_state& held,
                                    std::int64_t now_us);

[[nodiscard]] json drain_json(const drain_outcome& outcome);

/// The blockers of a drain, one a line.
[[nodiscard]] std::string blockers_text(const drain_outcome& outcome,
                                        const terminal_traits& traits);

/// One pool, with each of its workers and their sum.
[[nodiscard]] json pool_json(const pool_status& pool);

/// What is in hand, with the time it has taken and usually takes.
[[nodiscard]] json running_json(const std::vector<work_in_hand>& running);

[[nodiscard]] json workers_json(const workers_report& report);
[[nodiscard]] std::string workers_text(const workers_report& report,
                                       const terminal_traits& traits);

[[nodiscard]] json audit_json(const audit_row& row);
[[nodiscard]] std::string audit_text(const audit_rows& rows,
                                     const terminal_traits& traits);

/// Milliseconds of "500ms", "90s", "10m", "2h" or "7d"; a bare number is
/// seconds. `errc::invalid_argument` else.
[[nodiscard]] result<std::int64_t> parse_span_ms(std::string_view word);

/// Microseconds UTC of "2026-05-01", "2026-05-01T08:30", "2026-05-01T08:30:15Z"
/// or "2026-05-01 08:30:15 UTC", or of a span before `now_us`.
/// `errc::invalid_argument` else.
[[nodiscard]] result<std::int64_t> parse_since_us(const std::string& word,
                                                  std::int64_t now_us);

} // namespace troupe
