#pragma once

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/detail/sync_request_bouncer.hpp>
#include <caf/exit_reason.hpp>
#include <caf/resumable.hpp>
#include <caf/scoped_execution_unit.hpp>
#include <caf/sec.hpp>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace troupe {

/// An event-based actor with a thread of its own that waits on descriptors as
/// well as on its mailbox. Requests, promises, timers and monitors work as in
/// any other actor.
///
/// How: the thread runs the actor's own `resume` in bounded slices and sleeps
/// in poll(2) between them; whoever fills the empty mailbox writes to an
/// eventfd that is among the descriptors. One write per sleep, not per message.
///
/// Spawn it without `caf::detached`: with that flag CAF would give it a second
/// thread. Touches the OS by the exception named in tests/tidy_test.cpp.
/// @tparam Base an event-based actor class, e.g. `X_actor::stateful_base<S>`
template <class Base>
class poll_actor : public Base {
public:
  template <class... Ts>
  explicit poll_actor(caf::actor_config& cfg, Ts&&... xs)
    : Base(cfg, std::forward<Ts>(xs)...),
      wake_up_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    assert(wake_up_ >= 0);
  }

  ~poll_actor() override {
    ::close(wake_up_);
  }

  /// Called by any thread, CAF's clock included; never blocks.
  void enqueue(caf::mailbox_element_ptr element,
               caf::execution_unit*) override {
    const auto id = element->mid;
    const auto from = element->sender;
    switch (this->mailbox().push_back(std::move(element))) {
    case caf::intrusive::inbox_result::unblocked_reader:
      ring();
      break;
    case caf::intrusive::inbox_result::queue_closed:
      if (id.is_request()) {
        caf::detail::sync_request_bouncer bounce{caf::exit_reason::unreachable};
        bounce(from, id);
      }
      break;
    case caf::intrusive::inbox_result::success:
      break;
    }
  }

  void launch(caf::execution_unit*, bool, bool hide) override {
    if (!hide)
      this->register_at_system();
    // The actor system waits for detached threads as it comes down.
    this->home_system().inc_detached_threads();
    std::thread([self = caf::strong_actor_ptr{this->ctrl()}]() mutable {
      auto& system = *self->home_system;
      system.thread_started();
      static_cast<poll_actor*>(self->get())->run();
      self.reset();
      system.thread_terminates();
      system.dec_detached_threads();
    }).detach();
  }

protected:
  /// Runs first, on the actor's own thread: name it, pin it.
  virtual void on_thread_start() {}

  /// Adds the descriptors to wait for; replies the longest wait in ms, -1 for
  /// no limit.
  virtual int prepare_poll(std::vector<pollfd>& descriptors) = 0;

  /// Called after each wait with the descriptors that `prepare_poll` added.
  virtual void on_poll(std::span<const pollfd> descriptors) = 0;

private:
  /// Messages handled before the descriptors get their turn.
  static constexpr std::size_t slice_messages = 64;

  void ring() noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_up_, &one, sizeof one);
  }

  void run() {
    on_thread_start();
    caf::scoped_execution_unit context{&this->home_system()};
    std::vector<pollfd> descriptors;
    // The mailbox may be touched only between `awaiting_message` and the ring.
    // The first slice initialises the actor.
    bool mail = true;
    for (;;) {
      if (mail) {
        const auto outcome = this->resume(&context, slice_messages);
        if (outcome == caf::resumable::done
            || outcome == caf::resumable::shutdown_execution_unit)
          return;
        mail = outcome != caf::resumable::awaiting_message;
      }
      this->context(&context);
      try {
        mail = wait(descriptors, mail) || mail;
        on_poll(std::span<const pollfd>{descriptors}.subspan(1));
      } catch (const std::exception& why) {
        // As CAF ends an actor whose handler throws.
        this->quit(caf::make_error(caf::sec::runtime_error, why.what()));
      }
      if (this->finalize())
        return;
    }
  }

  /// Sleeps until something happens, unless there is mail. True: mail came.
  bool wait(std::vector<pollfd>& descriptors, bool mail) {
    descriptors.assign(1, pollfd{wake_up_, POLLIN, 0});
    const int longest_ms = prepare_poll(descriptors);
    const int ready =
      ::poll(descriptors.data(), descriptors.size(), mail ? 0 : longest_ms);
    if (ready <= 0 || (descriptors.front().revents & POLLIN) == 0)
      return false;
    std::uint64_t rings = 0;
    [[maybe_unused]] const auto got = ::read(wake_up_, &rings, sizeof rings);
    return true;
  }

  int wake_up_;
};

} // namespace troupe
