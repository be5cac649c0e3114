#include "domain/basp/verb_table.hpp"

#include <array>

namespace troupe::basp {

namespace {

constexpr auto viewer = peer_role::viewer;
constexpr auto operating = peer_role::operating;
constexpr auto admin = peer_role::admin;
constexpr auto porter = door::porter;
constexpr auto desk = door::administrator;
constexpr auto nowhere = asker_place::nowhere;
constexpr auto first = asker_place::first;

// CONTRACT: a viewer reads; an operator also submits, retries and pauses; an
// admin may do all. Files are tagged on the node's own host: no "retag".
constexpr std::array table{
  verb{porter, "hello", "troupe::client_hello", viewer, nowhere, false, true},
  verb{porter, "desk", "", viewer, nowhere, false},
  verb{porter, "leave", "", viewer, nowhere, false},
  verb{porter, "progress", "", viewer, nowhere, false},
  verb{porter, "status", "", viewer, nowhere, false},
  verb{porter, "idle", "", viewer, nowhere, false},
  verb{porter, "find", "troupe::find_request", operating, nowhere, true},
  verb{porter, "text", "troupe::text_entry+@str", operating, nowhere, true},
  verb{porter, "order", "troupe::job_order+@str", operating, nowhere, true},
  verb{porter, "forget", "troupe::forget_request", admin, asker_place::after_id,
       true},
  verb{desk, "status", "@str", viewer, first, false},
  verb{desk, "workers", "@str", viewer, first, false},
  verb{desk, "convicts", "troupe::quarantine_query", viewer, first, false},
  verb{desk, "why", "troupe::why_request", viewer, first, false},
  verb{desk, "audit", "troupe::audit_request", viewer, first, false},
  verb{desk, "trace", "troupe::trace_request", viewer, first, false},
  verb{desk, "pause", "troupe::pause_request", operating, first, true},
  verb{desk, "resume", "troupe::resume_request", operating, first, true},
  verb{desk, "retry", "troupe::job_change_request", operating, first, true},
  verb{desk, "cancel", "troupe::job_change_request", admin, first, true},
  verb{desk, "drain", "troupe::drain_request", admin, first, true},
  verb{desk, "scale", "troupe::scale_request", admin, first, true},
  verb{desk, "import", "troupe::import_begin_request", admin, first, true},
  verb{desk, "extend", "troupe::import_change_request", admin, first, true},
  verb{desk, "finish", "troupe::import_change_request", admin, first, true},
  verb{desk, "release", "troupe::release_request", admin, first, true},
  verb{desk, "cover", "troupe::reconcile_request", admin, first, true},
  verb{desk, "backup", "troupe::backup_request", admin, first, true},
  verb{desk, "check", "@str", admin, first, false},
  verb{desk, "prune", "troupe::prune_request", admin, first, true},
  verb{desk, "shutdown", "@str", admin, first, true},
};

/// 1 to 63, in the order 0-9, A-Z, _, a-z.
std::uint64_t six_bits(char letter) noexcept {
  const auto code =
    static_cast<std::uint64_t>(static_cast<unsigned char>(letter));
  if (letter >= '0' && letter <= '9')
    return code - '0' + 1;
  if (letter >= 'A' && letter <= 'Z')
    return code - 'A' + 11;
  if (letter >= 'a' && letter <= 'z')
    return code - 'a' + 38;
  return 37;
}

} // namespace

std::span<const verb> verbs() noexcept {
  return table;
}

bool may_ask(peer_role role, const verb& what) noexcept {
  switch (role) {
  case peer_role::viewer:
  case peer_role::operating:
  case peer_role::admin:
    return role >= what.least;
  case peer_role::worker:
    return what.for_workers;
  case peer_role::node:
    return false;
  }
  return false;
}

std::uint64_t atom_number(std::string_view word) noexcept {
  std::uint64_t number = 0xF;
  for (const char letter : word)
    number = (number << 6U) | six_bits(letter);
  return number;
}

const verb* find_verb(door where, std::uint64_t atom,
                      std::string_view types) noexcept {
  for (const auto& each : table)
    if (each.door == where && each.types == types
        && atom_number(each.word) == atom)
      return &each;
  return nullptr;
}

} // namespace troupe::basp
