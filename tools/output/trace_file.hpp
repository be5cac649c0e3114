#pragma once

#include "actors/messages/admin_values.hpp"
#include "domain/ports/library_reader.hpp"
#include "tools/output/entry_json.hpp"

namespace troupe {

/// A job's life in the Trace Event Format (Chrome, Perfetto): its waiting and
/// its attempts as the library has them in one row, each actor in a row of its
/// own with the messages it handled, arrows from sender to receiver. Times in
/// microseconds since the job was created.
[[nodiscard]] json chrome_trace(const job_details& details,
                                const trace_report& report);

} // namespace troupe
