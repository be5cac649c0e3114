#pragma once

#include "actors/messages/admin_values.hpp"
#include "actors/messages/broker_status.hpp"
#include "domain/ports/library_reader.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/terminal/terminal.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace troupe {

/// What a status needs besides the library's own figures.
struct status_facts {
  std::string library;
  /// Who writes the library now; empty: nobody.
  std::string holder;
  std::int64_t now_us = 0;
  /// ANALYZERs under the configuration that this command sees.
  int analyzers = 0;
  /// How the node stands with RabbitMQ; "off" where no node answers.
  broker_status broker = {};
  /// How the node that works on it stands, and since when it runs; nothing
  /// when no node answered.
  std::optional<supervision_status> live;
  std::int64_t started_us = 0;
};

/// The time until no job of this kind is left, at its present pace; nothing
/// while that is not known, or the kind is paused.
[[nodiscard]] std::optional<double> remaining_s(const queue_depth& queue,
                                                const status_facts& facts);

/// CONTRACT's `admin status --json`; blocks without a source are absent.
[[nodiscard]] json status_json(const library_status& status,
                               const status_facts& facts);

/// The same for a person.
[[nodiscard]] std::string status_text(const library_status& status,
                                      const status_facts& facts,
                                      const terminal_traits& traits);

/// Share of entries that are done, in [0, 1]; 1 without entries.
[[nodiscard]] double covered_share(const library_status& status);

} // namespace troupe
