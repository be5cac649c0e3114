#include "actors/porter.hpp"

#include "actors/caf_error.hpp"

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace troupe {

namespace {

/// A client that said hello.
struct visitor {
  caf::actor client;
  /// The name of its walk; 0 = none.
  std::int64_t walk = 0;
  bool wants_news = false;
  /// News are on their way: a client that does not take them gets no more.
  bool news_under_way = false;
};

// -- state --------------------------------------------------------------------

/// Invariant: a `news` message is on its way exactly while some visitor wants
/// news.
class porter_state {
public:
  static constexpr const char* name = "troupe.porter";

  explicit porter_state(porter_actor::pointer self) : self_(self) {}

  porter_actor::behavior_type make_behavior(const porter_tunables& tunables,
                                            const porter_links& links,
                                            log_sink& log) {
    tunables_ = tunables;
    links_ = links;
    log_ = &log;
    self_->set_down_handler([this](const caf::down_msg& x) { on_down(x); });
    return {
      [this](hello_atom, const client_hello& x) { return on_hello(x); },
      [this](desk_atom) { return on_desk(); },
      [this](find_atom, find_request& x) { return on_find(x); },
      [this](idle_atom) { return on_idle(); },
      [this](leave_atom) { return on_leave(); },
      [this](progress_atom) {
        return pass_on<work_progress>(links_.supervisor, progress_atom_v);
      },
      [this](status_atom) {
        return pass_on<pool_statuses>(links_.supervisor, status_atom_v);
      },
      [this](text_atom, text_entry& x, const std::string& token) {
        return pass_on<std::string>(links_.supervisor, text_atom_v, x, token);
      },
      [this](order_atom, job_order& x, const std::string& token) {
        return pass_on<ordered_job>(links_.supervisor, order_atom_v, x, token);
      },
      [this](forget_atom, forget_request& x) {
        return pass_on<bool>(links_.librarian, forget_atom_v, x);
      },
      [this](retag_atom, retag_request& x) {
        return pass_on<bool>(links_.librarian, retag_atom_v, x);
      },
      [this](near_atom, near_query& x) {
        return pass_on<near_answer>(links_.indexer, near_atom_v, std::move(x));
      },
      [this](news_atom) { on_news(); },
    };
  }

private:
  // -- message handlers, in the order of porter_actor -------------------------

  caf::result<node_hello> on_hello(const client_hello& x) {
    if (x.protocol != door_protocol)
      return to_caf({errc::unsupported,
                     fmt::format("node: it speaks version {} of the door's "
                                 "protocol, the caller version {}",
                                 door_protocol, x.protocol)});
    const auto from = caf::actor_cast<caf::actor>(self_->current_sender());
    if (from && !visitors_.contains(from.address())) {
      visitors_[from.address()].client = from;
      self_->monitor(from);
      log_->write(log_level::debug, "porter",
                  fmt::format("let in pid={} role={}", x.pid, x.role));
    }
    return tunables_.self;
  }

  caf::result<caf::strong_actor_ptr> on_desk() {
    if (!links_.administrator)
      return to_caf({errc::refused, "node: it has no ADMINISTRATOR"});
    return caf::actor_cast<caf::strong_actor_ptr>(links_.administrator);
  }

  caf::result<find_report> on_find(find_request& request) {
    auto* from = sender();
    if (from == nullptr)
      return not_introduced();
    request.walk = ++last_walk_;
    from->walk = request.walk;
    want_news(*from);
    // A walk may take hours; a FINDER that ends bounces the request.
    return pass_on_within<find_report>(caf::infinite, links_.finder,
                                       find_atom_v, request);
  }

  caf::result<work_progress> on_idle() {
    auto* from = sender();
    if (from == nullptr)
      return not_introduced();
    want_news(*from);
    return pass_on_within<work_progress>(caf::infinite, links_.supervisor,
                                         idle_atom_v);
  }

  bool on_leave() {
    if (auto* from = sender())
      release(*from);
    return true;
  }

  void on_news() {
    const bool wanted =
      std::any_of(visitors_.begin(), visitors_.end(),
                  [](const auto& each) { return each.second.wants_news; });
    if (!wanted) {
      news_scheduled_ = false;
      return;
    }
    ask_finder();
    self_->request(links_.supervisor, tunables_.news_deadline, progress_atom_v)
      .then(
        [this](const work_progress& work) {
          tell_visitors(work);
          self_->delayed_send(self_, tunables_.news_every, news_atom_v);
        },
        [this](caf::error&) {
          // Stuck or gone; who waits for it is told by other ways.
          self_->delayed_send(self_, tunables_.news_every, news_atom_v);
        });
  }

  void on_down(const caf::down_msg& x) {
    const auto found = visitors_.find(x.source);
    if (found == visitors_.end())
      return;
    release(found->second);
    visitors_.erase(found);
  }

  // -- news -------------------------------------------------------------------

  void want_news(visitor& who) {
    who.wants_news = true;
    if (!std::exchange(news_scheduled_, true))
      self_->send(self_, news_atom_v);
  }

  /// The FINDER may be inside a large file: the last known figures do.
  void ask_finder() {
    if (std::exchange(finder_asked_, true))
      return;
    self_->request(links_.finder, caf::infinite, progress_atom_v)
      .then(
        [this](find_progress& x) {
          finder_asked_ = false;
          finding_ = std::move(x);
        },
        [this](caf::error&) { finder_asked_ = false; });
  }

  void tell_visitors(const work_progress& work) {
    for (auto& [address, who] : visitors_)
      if (who.wants_news && !std::exchange(who.news_under_way, true))
        tell(address, who, work);
  }

  /// One at a time: a client that is stopped must not fill our memory.
  void tell(const caf::actor_addr& address, const visitor& who,
            const work_progress& work) {
    run_news news;
    news.work = work;
    if (finding_.walk == who.walk)
      news.finding = finding_;
    const auto taken = [this, address] {
      if (const auto found = visitors_.find(address); found != visitors_.end())
        found->second.news_under_way = false;
    };
    self_
      ->request(who.client, tunables_.news_deadline, news_atom_v,
                std::move(news))
      .then([taken](bool) { taken(); }, [taken](caf::error&) { taken(); });
  }

  /// Ends what a client began. What was recorded stays.
  void release(visitor& who) {
    who.wants_news = false;
    if (who.walk != 0)
      self_->send(links_.finder, cancel_atom_v, std::exchange(who.walk, 0));
  }

  // -- passing on -------------------------------------------------------------

  visitor* sender() {
    const auto found =
      visitors_.find(caf::actor_cast<caf::actor_addr>(self_->current_sender()));
    return found == visitors_.end() ? nullptr : &found->second;
  }

  static caf::error not_introduced() {
    return to_caf({errc::refused, "node: say hello first"});
  }

  template <class T, class Handle, class... Ts>
  caf::result<T> pass_on(const Handle& to, Ts&&... xs) {
    return pass_on_within<T>(tunables_.verb_deadline, to,
                             std::forward<Ts>(xs)...);
  }

  template <class T, class Deadline, class Handle, class... Ts>
  caf::result<T> pass_on_within(Deadline deadline, const Handle& to,
                                Ts&&... xs) {
    auto promise = self_->template make_response_promise<T>();
    self_->request(to, deadline, std::forward<Ts>(xs)...)
      .then([promise](T& x) mutable { promise.deliver(std::move(x)); },
            [promise](caf::error& why) mutable {
              // CAF's own codes mean nothing in another process.
              promise.deliver(to_caf(from_caf(why)));
            });
    return promise;
  }

  // -- members ----------------------------------------------------------------

  /// The hosting actor; outlives this state.
  porter_actor::pointer self_;

  porter_tunables tunables_;
  porter_links links_;

  /// Borrowed. Never null after make_behavior.
  log_sink* log_ = nullptr;

  std::map<caf::actor_addr, visitor> visitors_;
  find_progress finding_;
  std::int64_t last_walk_ = 0;
  bool finder_asked_ = false;
  bool news_scheduled_ = false;
};

porter_actor::behavior_type
porter(porter_actor::stateful_pointer<porter_state> self,
       const porter_tunables& tunables, const porter_links& links,
       log_sink* log) {
  return self->state.make_behavior(tunables, links, *log);
}

} // namespace

// -- spawn --------------------------------------------------------------------

porter_actor spawn_porter(caf::actor_system& system,
                          const porter_tunables& tunables,
                          const porter_links& links, log_sink& log) {
  return system.spawn(porter, tunables, links, &log);
}

} // namespace troupe
