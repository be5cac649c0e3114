#include "actors/gate/gate.hpp"

#include "actors/caf_error.hpp"
#include "actors/poll_actor.hpp"
#include "domain/basp/gatehouse.hpp"

#include <caf/actor_cast.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

namespace troupe {

namespace {

/// A node's id as CAF writes it into frames.
std::string bytes_of(caf::actor_system& system, const caf::node_id& id) {
  std::vector<char> bytes;
  caf::binary_serializer write{system, bytes};
  // Writing into memory cannot fail.
  static_cast<void>(write(id));
  return {bytes.begin(), bytes.end()};
}

// -- state --------------------------------------------------------------------

/// Invariant: the house is there from make_behavior on.
class gate_state {
public:
  static constexpr const char* name = "troupe.gate";

  explicit gate_state(gate_actor::pointer self) : self_(self) {}

  gate_actor::behavior_type make_behavior(gate_parts parts) {
    parts_ = std::move(parts);
    node_ = bytes_of(self_->system(), self_->node());
    house_.emplace(
      std::move(parts_.ports.listener), parts_.ports.limits,
      [this](const certificate_facts& x) { return join(x); },
      [this](const basp::gate_news& x) { record(x); });
    return {[this](pause_atom) {
      house_->close();
    }};
  }

  // -- the loop ---------------------------------------------------------------

  int prepare(std::vector<pollfd>& descriptors) {
    if (!house_)
      return 0;
    wishes_.clear();
    house_->add_wishes(wishes_);
    for (const auto& each : wishes_) {
      const int events = (each.read ? POLLIN : 0) | (each.write ? POLLOUT : 0);
      // A negative descriptor is passed over, or its hang-up would keep us
      // awake while the other side is full.
      descriptors.push_back(
        {events == 0 ? -1 : each.descriptor, static_cast<short>(events), 0});
    }
    const auto due = house_->due_ms();
    if (due == 0)
      return -1;
    constexpr std::int64_t longest_ms = 60'000;
    return static_cast<int>(std::clamp<std::int64_t>(
      due - parts_.clock->monotonic_ms(), 0, longest_ms));
  }

  void advance(std::span<const pollfd> descriptors) {
    if (!house_)
      return;
    ready_.clear();
    for (const auto& each : descriptors)
      if (each.revents != 0)
        ready_.insert(each.fd);
    house_->advance(ready_, parts_.clock->monotonic_ms());
  }

private:
  result<basp::gate_joint> join(const certificate_facts& facts) {
    if (facts.role == basp::peer_role::worker)
      return error{errc::refused,
                   "gate: this node takes no workers of other hosts"};
    auto door = parts_.ports.open_door(parts_.socket);
    if (!door)
      return door.failure();
    basp::gate_joint joint;
    joint.door = std::move(door.value());
    joint.rules.role = facts.role;
    joint.rules.asker = "cert:" + facts.name;
    joint.rules.node = node_;
    joint.rules.porter = parts_.porter.id();
    if (parts_.administrator)
      joint.rules.administrator = parts_.administrator.id();
    return joint;
  }

  // -- the record -------------------------------------------------------------

  void record(const basp::gate_news& x) {
    using kind = basp::gate_news::kind;
    switch (x.what) {
    case kind::admitted:
      parts_.log->write(
        log_level::info, "gate",
        fmt::format("let in {} role={} from={}", x.who, x.detail, x.address));
      return;
    case kind::trouble:
      parts_.log->write(log_level::error, "gate",
                        "keep the old certificate: " + x.detail);
      return note({"gate", "gate.certificate", {}, x.detail});
    case kind::asked:
      return note({x.who, "gate." + x.detail, x.address, {}});
    case kind::refused:
      break;
    }
    const auto why =
      x.times > 1 ? fmt::format("{} ({} times)", x.detail, x.times) : x.detail;
    parts_.log->write(log_level::warning, "gate",
                      fmt::format("refuse {}: {}", x.who, why));
    note({x.who, "gate.refuse", x.address, why});
  }

  void note(audit_note x) {
    self_->request(parts_.librarian, caf::infinite, note_atom_v, std::move(x))
      .then([](bool) {},
            [this](caf::error& why) {
              parts_.log->write(log_level::error, "gate",
                                "no record: " + from_caf(why).detail);
            });
  }

  // -- members ----------------------------------------------------------------

  /// The hosting actor; outlives this state.
  gate_actor::pointer self_;

  gate_parts parts_;
  std::string node_;
  std::optional<basp::gatehouse> house_;
  std::vector<basp::relay::wish> wishes_;
  std::unordered_set<int> ready_;
};

// -- host ---------------------------------------------------------------------

using gate_base = poll_actor<gate_actor::stateful_base<gate_state>>;

/// Sleeps in poll(2) on every connection.
class gate_host final : public gate_base {
public:
  gate_host(caf::actor_config& cfg, std::shared_ptr<gate_parts> parts)
    : gate_base(cfg), parts_(std::move(parts)) {}

  behavior_type make_behavior() override {
    return state.make_behavior(std::move(*parts_));
  }

protected:
  void on_thread_start() override {
    if (parts_->threads != nullptr)
      parts_->threads->name_thread("gate");
  }

  int prepare_poll(std::vector<pollfd>& descriptors) override {
    return state.prepare(descriptors);
  }

  void on_poll(std::span<const pollfd> descriptors) override {
    state.advance(descriptors);
  }

private:
  std::shared_ptr<gate_parts> parts_;
};

} // namespace

// -- spawn --------------------------------------------------------------------

gate_actor spawn_gate(caf::actor_system& system, gate_parts parts) {
  return system.spawn<gate_host>(
    std::make_shared<gate_parts>(std::move(parts)));
}

} // namespace troupe
