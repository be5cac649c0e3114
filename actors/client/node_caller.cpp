#include "actors/client/node_caller.hpp"

#include <fmt/format.h>

namespace troupe {

node_caller::node_caller(caf::actor_config& cfg, porter_actor porter,
                         caller_tunables tunables, caller_events events)
  : caf::event_based_actor(cfg), porter_(std::move(porter)),
    tunables_(std::move(tunables)), events_(std::move(events)) {}

caf::behavior node_caller::make_behavior() {
  set_down_handler([this](const caf::down_msg&) {
    on_gone({errc::unreachable,
             fmt::format("node: it (pid {}) went away before it answered; "
                         "whether it did what was asked is not known: look, "
                         "then run the same command again",
                         tunables_.node_pid)});
  });
  monitor(porter_);
  return {
    [this](const caller_errand& x) { (*x)(*this); },
    [this](news_atom, run_news& x) {
      events_.on_news(std::move(x));
      return true;
    },
    [this](watch_atom) { on_ping(); },
  };
}

void node_caller::on_ping() {
  watching_ = false;
  if (open_.empty() || gone_.code != errc::none)
    return;
  watching_ = true;
  request(porter_, tunables_.patience, hello_atom_v, tunables_.self)
    .then(
      [this](const node_hello&) {
        watching_ = false;
        watch();
      },
      [this](caf::error&) {
        on_gone({errc::unreachable,
                 fmt::format(
                   "node: it (pid {}) has not answered for {:.0f} "
                   "s; whether it did what was asked is not known: "
                   "look, then end it and start it again",
                   tunables_.node_pid,
                   std::chrono::duration<double>(tunables_.patience).count())});
      });
}

void node_caller::on_gone(error why) {
  if (gone_.code != errc::none)
    return;
  const auto said = tunables_.said->get();
  gone_ = said.code == errc::none ? std::move(why) : said;
  for (const auto& [number, end] : std::exchange(open_, {}))
    end(gone_);
  events_.on_end(gone_);
}

/// The first look comes soon after a call that is not answered at once, so
/// that a node that hangs is known by twice the patience.
void node_caller::watch() {
  if (!std::exchange(watching_, true))
    delayed_send(this, tunables_.patience / 4, watch_atom_v);
}

error node_caller::explain(const caf::error& why) const {
  auto known = from_caf(why);
  if (why.category() == error_category)
    return known;
  if (auto said = tunables_.said->get(); said.code != errc::none)
    return said;
  return {errc::unreachable,
          fmt::format("node: it (pid {}) does not answer: {}",
                      tunables_.node_pid, known.detail)};
}

} // namespace troupe
