#pragma once

#include "actors/messages/admin_inspection.hpp"
#include "actors/messages/crossing.hpp"
#include "actors/messages/values.hpp"

#include <caf/error.hpp>
#include <caf/meta/load_callback.hpp>
#include <caf/none.hpp>

#include <cstdint>
#include <optional>

// How what crosses a socket is written: field after field, in the order given
// here; integers in network byte order, strings and lists behind their length
// (CAF's binary format). A change of types, fields or order here is a new
// `door_protocol`.

namespace troupe {

// -- parts --------------------------------------------------------------------

/// An optional enumerator as a number; -1 = nothing.
template <class Enum>
std::int16_t wire_code(const std::optional<Enum>& x) {
  return x ? static_cast<std::int16_t>(*x) : std::int16_t{-1};
}

template <class Enum>
std::optional<Enum> from_wire_code(std::int16_t code) {
  if (code < 0)
    return std::nullopt;
  return static_cast<Enum>(code);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, error& x) {
  return crosses(f, x.code, x.detail);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, audit_note& x) {
  return crosses(f, x.actor, x.action, x.target, x.detail);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, found_file& x) {
  return crosses(f, x.path, x.stamp.bytes, x.stamp.mtime_ns, x.kind, x.hash);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_filter& x) {
  auto state = wire_code(x.state);
  auto kind = wire_code(x.kind);
  auto why = wire_code(x.why);
  const auto load = [&]() -> caf::error {
    x.state = from_wire_code<job_state>(state);
    x.kind = from_wire_code<job_kind>(kind);
    x.why = from_wire_code<error_class>(why);
    return caf::none;
  };
  return crosses(f, x.ulid, state, kind, why, caf::meta::load_callback(load));
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, record_report& x) {
  return crosses(f, x.entries_new, x.entries_changed, x.entries_moved,
                 x.entries_touched, x.jobs_new);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, sweep_report& x) {
  return crosses(f, x.entries_missing, x.entries_moved, x.entries_pruned);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, find_problem& x) {
  return crosses(f, x.path, x.why);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, find_progress& x) {
  return crosses(f, x.files_seen, x.media, x.unchanged, x.bytes_read,
                 x.recorded, x.current, x.finished, x.walk);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, near_row& x) {
  return crosses(f, x.content, x.entry, x.cosine, x.proximity, x.vector);
}

// -- messages -----------------------------------------------------------------

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, client_hello& x) {
  return crosses(f, x.protocol, x.pid, x.role);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, node_hello& x) {
  return crosses(f, x.protocol, x.pid, x.epoch);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, run_news& x) {
  return crosses(f, x.finding, x.work);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, find_request& x) {
  return crosses(f, x.roots, x.dry_run, x.prune, x.force, x.walk, x.token);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, find_report& x) {
  return crosses(f, x.counts, x.swept, x.vanished, x.known, x.vanish_refused,
                 x.problems, x.problems_total, x.cancelled);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, text_entry& x) {
  return crosses(f, x.text, x.title, x.key, x.hash);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_order& x) {
  return crosses(f, x.kind, x.hash, x.media, x.bytes, x.params, x.priority,
                 x.key);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ordered_job& x) {
  return crosses(f, x.ulid, x.is_new);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, forget_request& x) {
  return crosses(f, x.entry, x.note);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, retag_request& x) {
  return crosses(f, x.entry, x.now, x.note);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_verb& x) {
  return crosses(f, x.filter, x.dry_run, x.note);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, drain_report& x) {
  return crosses(f, x.handed_back, x.abandoned);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, near_query& x) {
  return crosses(f, x.space, x.vector, x.features, x.count, x.skip,
                 x.filter.under, x.filter.tag, x.with_vectors);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, near_answer& x) {
  return crosses(f, x.rows, x.asked, x.vectors);
}

} // namespace troupe
