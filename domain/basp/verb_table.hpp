#pragma once

#include "domain/basp/peer_role.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

// Which requests a node takes from other hosts, and from whom. A request is
// known by the door it goes to, its first element, an atom, and the names of
// the types that follow, as CAF writes them: "troupe::pause_request", "@str".

namespace troupe::basp {

/// Who takes a request.
enum class door : std::uint8_t { porter, administrator };

/// Where a request says who asks: a string, counted in bytes behind the atom.
/// It must be the name in the certificate.
enum class asker_place : std::uint8_t {
  nowhere,
  first,
  /// Behind an entry's id.
  after_id,
};

struct verb {
  basp::door door = basp::door::porter;
  /// At most ten letters: the atom.
  std::string_view word;
  /// Of what follows the atom, joined by '+'; empty: nothing does.
  std::string_view types;
  /// The weakest of viewer, operator and admin who may ask it.
  peer_role least = peer_role::admin;
  asker_place asker = asker_place::nowhere;
  /// It changes something: on record whenever it passes.
  bool changes = false;
  /// Workers may ask it as well.
  bool for_workers = false;
};

/// Every request that may come from another host.
[[nodiscard]] std::span<const verb> verbs() noexcept;

/// May a holder of this role ask it?
[[nodiscard]] bool may_ask(peer_role role, const verb& what) noexcept;

/// The number that CAF 0.17 makes of an atom's letters: from the left, six
/// bits for each, behind a leading 15 (caf/detail/atom_val.hpp).
/// @pre at most ten characters of [0-9A-Za-z_]
[[nodiscard]] std::uint64_t atom_number(std::string_view word) noexcept;

/// The request with this atom and these types at this door, if any.
[[nodiscard]] const verb* find_verb(door where, std::uint64_t atom,
                                    std::string_view types) noexcept;

} // namespace troupe::basp
