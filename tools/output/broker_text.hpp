#pragma once

#include "actors/messages/broker_status.hpp"
#include "tools/output/entry_json.hpp"

#include <string>

namespace troupe {

/// The block `broker` of `admin status --json`.
[[nodiscard]] json broker_json(const broker_status& x);

/// The same for a person, one line and one more per trouble.
[[nodiscard]] std::string broker_text(const broker_status& x);

} // namespace troupe
