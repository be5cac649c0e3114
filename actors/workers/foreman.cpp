#include "actors/workers/foreman.hpp"

#include "actors/caf_error.hpp"

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

namespace troupe {

namespace {

// -- state --------------------------------------------------------------------

/// Invariant: a helper is idle, or lent to one borrower, or unknown.
class foreman_state {
public:
  static constexpr const char* name = "troupe.foreman";

  explicit foreman_state(foreman_actor::pointer self) : self_(self) {}

  foreman_actor::behavior_type make_behavior(const foreman_ports& ports,
                                             placement where) {
    shelf_.emplace(*ports.weights, *ports.hasher);
    if (ports.threads != nullptr && where == placement::detached)
      ports.threads->name_thread("foreman");
    self_->set_down_handler([this](const caf::down_msg& x) { on_down(x); });
    return {
      [this](weights_atom, const weights_wish& x) { return on_weights(x); },
      [this](ask_atom, const helper_actor& x) { on_ask(x); },
      [this](leave_atom, const helper_actor& x) { forget_helper(x.address()); },
      [this](lend_atom, const borrower_actor& x) { on_lend(x); },
      [this](finish_atom, const borrower_actor& x) { on_finish(x.address()); },
    };
  }

private:
  struct borrowing {
    borrower_actor borrower;
    std::vector<helper_actor> helpers;
  };

  // -- message handlers, in the order of foreman_actor ------------------------

  caf::result<weights_grant> on_weights(const weights_wish& wish) {
    auto found = shelf_->take(wish.model, wish.from, wish.to);
    if (!found)
      return to_caf(found.failure());
    return weights_grant{std::move(*found)};
  }

  void on_ask(const helper_actor& helper) {
    forget_helper(helper.address());
    watch(helper);
    idle_.push_back(helper);
    lend();
  }

  void on_lend(const borrower_actor& borrower) {
    on_finish(borrower.address());
    watch(borrower);
    borrowings_.push_back({borrower, {}});
    lend();
  }

  void on_finish(const caf::actor_addr& borrower) {
    const auto found = std::find_if(
      borrowings_.begin(), borrowings_.end(),
      [&](const borrowing& x) { return x.borrower.address() == borrower; });
    if (found == borrowings_.end())
      return;
    idle_.insert(idle_.end(), found->helpers.begin(), found->helpers.end());
    borrowings_.erase(found);
    lend();
  }

  void on_down(const caf::down_msg& x) {
    watched_.erase(x.source);
    forget_helper(x.source);
    on_finish(x.source);
  }

  // -- helpers ----------------------------------------------------------------

  template <class Handle>
  void watch(const Handle& actor) {
    if (watched_.insert(actor.address()).second)
      self_->monitor(actor);
  }

  void forget_helper(const caf::actor_addr& helper) {
    const auto is_it = [&](const helper_actor& x) {
      return x.address() == helper;
    };
    std::erase_if(idle_, is_it);
    for (auto& each : borrowings_)
      std::erase_if(each.helpers, is_it);
  }

  /// Every idle helper goes to the borrower that has the fewest.
  void lend() {
    while (!idle_.empty() && !borrowings_.empty()) {
      auto& poorest =
        *std::min_element(borrowings_.begin(), borrowings_.end(),
                          [](const borrowing& a, const borrowing& b) {
                            return a.helpers.size() < b.helpers.size();
                          });
      auto helper = std::move(idle_.back());
      idle_.pop_back();
      self_->send(poorest.borrower, lend_atom_v, helper);
      poorest.helpers.push_back(std::move(helper));
    }
  }

  // -- members ----------------------------------------------------------------

  /// The hosting actor; outlives this state.
  foreman_actor::pointer self_;

  /// Never empty after make_behavior.
  std::optional<upscale::weights_shelf> shelf_;

  std::vector<helper_actor> idle_;
  std::vector<borrowing> borrowings_;

  /// Whose end is told.
  std::set<caf::actor_addr> watched_;
};

foreman_actor::behavior_type
foreman(foreman_actor::stateful_pointer<foreman_state> self,
        const foreman_ports& ports, placement where) {
  return self->state.make_behavior(ports, where);
}

} // namespace

// -- spawn --------------------------------------------------------------------

foreman_actor spawn_foreman(caf::actor_system& system,
                            const foreman_ports& ports, placement where) {
  if (where == placement::detached)
    return system.spawn<caf::detached>(foreman, ports, where);
  return system.spawn(foreman, ports, where);
}

} // namespace troupe
