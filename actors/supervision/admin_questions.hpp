#pragma once

#include "actors/messages/admin_values.hpp"
#include "domain/jobs/why_not_running.hpp"
#include "domain/result.hpp"

#include <string>

namespace troupe {

/// One audit row's text.
[[nodiscard]] audit_note note_of(const std::string& asker, std::string action,
                                 std::string target, std::string detail = {});

/// The filter that the words of a request mean; its id is not looked up.
/// `errc::invalid_argument` for a word that is none, and for no word at all.
[[nodiscard]] result<job_filter> filter_of(const job_change_request& request);

/// The filter in one line, for the audit.
[[nodiscard]] std::string describe_filter(const job_change_request& request);

/// The change that a request means, with its audit row.
[[nodiscard]] hold_order order_of(const pause_request& x);
[[nodiscard]] hold_order order_of(const resume_request& x);

/// What of a change of holds its asker gets.
[[nodiscard]] hold_outcome as_it_is(const hold_outcome& outcome);
[[nodiscard]] import_lease lease_of(const hold_outcome& outcome);

/// What the SUPERVISOR's status says about one job.
[[nodiscard]] idle_facts facts_of(job_row job,
                                  const supervision_status& status);

} // namespace troupe
