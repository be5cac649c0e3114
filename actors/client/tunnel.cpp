#include "actors/client/tunnel.hpp"

#include "actors/poll_actor.hpp"
#include "domain/basp/relay.hpp"

#include <caf/event_based_actor.hpp>

#include <utility>

namespace troupe {

namespace {

using tunnel_base = poll_actor<caf::event_based_actor>;

/// What CAF says passes as it is; what the node says, through the same sieve
/// as at its GATE, so that no node can harm its clients either.
class tunnel final : public tunnel_base {
public:
  tunnel(caf::actor_config& cfg, const std::shared_ptr<gate_line>& line,
         std::function<void(const error&)> on_end)
    : tunnel_base(cfg),
      way_(std::make_unique<basp::relay>(
        std::move(line->inside), std::make_unique<basp::open_sieve>(),
        std::move(line->gate), std::make_unique<basp::node_sieve>())),
      on_end_(std::move(on_end)) {}

  caf::behavior make_behavior() override {
    return {[](int) {
    }};
  }

protected:
  int prepare_poll(std::vector<pollfd>& descriptors) override {
    if (!way_)
      return 0;
    for (const auto& each : {way_->visitor_wish(), way_->node_wish()}) {
      const int events = (each.read ? POLLIN : 0) | (each.write ? POLLOUT : 0);
      descriptors.push_back(
        {events == 0 ? -1 : each.descriptor, static_cast<short>(events), 0});
    }
    return -1;
  }

  void on_poll(std::span<const pollfd>) override {
    const auto moved = way_ ? way_->advance() : result<void>{};
    if (moved)
      return;
    on_end_(moved.failure());
    // Now, not with the last handle: CAF waits for it.
    way_.reset();
    quit();
  }

private:
  /// Null once it has ended.
  std::unique_ptr<basp::relay> way_;
  std::function<void(const error&)> on_end_;
};

} // namespace

caf::actor spawn_tunnel(caf::actor_system& system, gate_line line,
                        std::function<void(const error&)> on_end) {
  return system.spawn<tunnel>(std::make_shared<gate_line>(std::move(line)),
                              std::move(on_end));
}

} // namespace troupe
