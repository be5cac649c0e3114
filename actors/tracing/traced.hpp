#pragma once

#include "actors/actor_settings.hpp"
#include "actors/tracing/message_trace.hpp"

#include <caf/actor_system.hpp>
#include <caf/atom.hpp>
#include <caf/detail/init_fun_factory.hpp>
#include <caf/infer_handle.hpp>
#include <caf/invoke_message_result.hpp>
#include <caf/local_actor.hpp>
#include <caf/mailbox_element.hpp>

#include <bit>
#include <cstdint>
#include <memory>
#include <utility>

namespace troupe {

/// An actor whose messages are recorded, where its system has a recorder.
/// @tparam Base a `stateful_actor` on an event-based actor
template <class Base>
class traced : public Base {
public:
  template <class... Ts>
  explicit traced(caf::actor_config& cfg, Ts&&... xs)
    : Base(cfg, std::forward<Ts>(xs)...) {
    const auto* settings =
      dynamic_cast<const actor_settings*>(&this->home_system().config());
    if (settings != nullptr && settings->trace)
      ring_ = settings->trace->enrol(this->id(), this->name());
  }

  void enqueue(caf::mailbox_element_ptr message,
               caf::execution_unit* host) override {
    if (ring_)
      ring_->arrive(message.get());
    Base::enqueue(std::move(message), host);
  }

  using Base::consume;

  caf::invoke_message_result consume(caf::mailbox_element& x) override {
    if (!ring_)
      return Base::consume(x);
    ring_record record;
    // Before the handler, which may move the message away.
    describe(x, record);
    ring_->begin(&x);
    present_ring = ring_.get();
    const auto outcome = Base::consume(x);
    present_ring = nullptr;
    ring_->end(record);
    return outcome;
  }

private:
  void describe(const caf::mailbox_element& x, ring_record& record) {
    const auto& content = x.content();
    if (content.size() > 0) {
      const auto type = content.type(0);
      record.type_number = type.first;
      record.type_detail = content.template match_element<caf::atom_value>(0)
                             ? static_cast<std::uint64_t>(
                               content.template get_as<caf::atom_value>(0))
                             : std::bit_cast<std::uint64_t>(type.second);
    }
    if (!x.sender)
      return;
    record.sender_id = x.sender->id();
    // Most messages come from the one that sent the last.
    if (record.sender_id != last_sender_id_) {
      last_sender_id_ = record.sender_id;
      const auto* local =
        dynamic_cast<const caf::local_actor*>(x.sender->get());
      last_sender_ = local == nullptr ? nullptr : local->name();
    }
    record.sender = last_sender_;
  }

  std::shared_ptr<message_ring> ring_;
  std::uint64_t last_sender_id_ = 0;
  const char* last_sender_ = nullptr;
};

/// `system.spawn<Os>(fun, xs...)` for an actor that is recorded.
template <caf::spawn_options Os = caf::no_spawn_options, class F, class... Ts>
auto spawn_traced(caf::actor_system& system, F fun, Ts&&... xs) {
  using impl = caf::infer_impl_from_fun_t<F>;
  caf::actor_config config;
  caf::detail::init_fun_factory<impl, F> factory;
  config.init_fun = factory(std::move(fun), std::forward<Ts>(xs)...);
  return system.spawn_class<traced<impl>, Os>(config);
}

} // namespace troupe
