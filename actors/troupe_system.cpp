#include "actors/troupe_system.hpp"

#include "actors/actor_end.hpp"
#include "actors/actor_settings.hpp"
#include "actors/actor_tree.hpp"
#include "actors/blocking_ask.hpp"
#include "actors/caf_error.hpp"
#include "actors/tracing/message_trace.hpp"
#include "actors/watchdog.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <cstdlib>
#include <optional>
#include <utility>

namespace troupe {

namespace {

using namespace std::chrono_literals;

constexpr auto question_deadline = 10s;
constexpr auto long_deadline = 600s;
constexpr std::size_t pool_threads = 2;

/// The running system. Members are declared in the order they must outlive
/// each other: the ports outlive the actors.
class running_system final : public troupe_system {
public:
  running_system(system_ports ports, const system_settings& settings)
    : ports_(std::move(ports)), settings_(settings),
      config_(pool_threads,
              settings.socket.empty() ? remoting::off : remoting::on),
      trace_(begin_trace()),
      system_(std::make_unique<caf::actor_system>(config_)),
      client_(std::make_unique<caf::scoped_actor>(*system_)) {
    if (!settings_.on_event)
      settings_.on_event = [] {
      };
    tree_.emplace(ports_, settings_, *system_, *client_, trace_);
  }

  ~running_system() override {
    const watchdog guard{exit_code_, come_down_within};
    const int stuck_threads = tree_->take_down();
    if (stuck_threads > 0) {
      std::fflush(nullptr);
      std::_Exit(exit_code_);
    }
    tree_.reset();
    client_.reset();
    system_.reset();
  }

  running_system(const running_system&) = delete;
  running_system& operator=(const running_system&) = delete;

  result<void> spawn_all() {
    return tree_->spawn();
  }

  [[nodiscard]] const epoch_report& started() const override {
    return tree_->started();
  }

  [[nodiscard]] bool is_elsewhere() const override {
    return false;
  }

  void exit_code_if_hung(int code) override {
    exit_code_ = code;
  }

  // -- the main job -----------------------------------------------------------

  void begin_find(find_request request) override {
    found_.reset();
    send_errand<find_report>(tree_->finder(), find_atom_v, std::move(request));
  }

  void begin_idle_watch() override {
    send_errand<work_progress>(tree_->supervisor(), idle_atom_v);
  }

  event wait(std::chrono::milliseconds longest) override {
    auto seen = event::nothing;
    (*client_)->receive(
      [&](find_atom, find_report& x) {
        found_ = std::move(x);
        seen = event::found;
      },
      [&](find_atom, const caf::error& why) {
        found_ = from_caf(why);
        seen = event::found;
      },
      [&](idle_atom, const work_progress&) { seen = event::idle; },
      [](idle_atom, const caf::error&) {
        // The SUPERVISOR is gone: its DOWN message says so.
      },
      [&](shutdown_atom, std::string& asker) {
        shutdown_asker_ = std::move(asker);
        seen = event::shutdown_wanted;
      },
      [&](leave_atom, const caf::error& why) {
        end_why_ = from_caf(why);
        seen = event::spine_ended;
      },
      caf::after(longest) >> [] {});
    return seen;
  }

  [[nodiscard]] const result<find_report>& found() const override {
    return *found_;
  }

  [[nodiscard]] const error& end_why() const override {
    return end_why_;
  }

  [[nodiscard]] const std::string& shutdown_asker() const override {
    return shutdown_asker_;
  }

  result<find_progress> finding() override {
    return ask<find_progress>(tree_->finder(), question_deadline,
                              progress_atom_v);
  }

  result<work_progress> progress() override {
    return ask<work_progress>(tree_->supervisor(), question_deadline,
                              progress_atom_v);
  }

  result<pool_statuses> pools() override {
    return ask<pool_statuses>(tree_->supervisor(), question_deadline,
                              status_atom_v);
  }

  result<void> pulse() override {
    const auto work = progress();
    if (!work)
      return work.failure();
    // The cheapest question that goes through the store.
    const auto held = ask<claim_keys>(tree_->librarian(), question_deadline,
                                      running_atom_v, tree_->started().epoch);
    return held ? result<void>{} : held.failure();
  }

  result<drain_report> drain(std::int64_t grace_ms) override {
    tree_->stop_intake();
    auto drained = ask<drain_report>(tree_->supervisor(),
                                     std::chrono::milliseconds{grace_ms} + 30s,
                                     drain_atom_v, grace_ms);
    if (auto& brokers = tree_->brokers())
      brokers->flush(*client_);
    return drained;
  }

  // -- writing ----------------------------------------------------------------

  result<std::string> add_text(text_entry entry, std::string token) override {
    return ask<std::string>(tree_->supervisor(), long_deadline, text_atom_v,
                            std::move(entry), std::move(token));
  }

  result<ordered_job> order(job_order wanted, std::string token) override {
    return ask<ordered_job>(tree_->supervisor(), long_deadline, order_atom_v,
                            std::move(wanted), std::move(token));
  }

  result<void> forget(entry_id entry, audit_note note) override {
    return confirm(ask<bool>(tree_->librarian(), long_deadline, forget_atom_v,
                             forget_request{entry, std::move(note)}));
  }

  result<bool> retag(entry_id entry, found_file now, audit_note note) override {
    return ask<bool>(tree_->librarian(), long_deadline, retag_atom_v,
                     retag_request{entry, std::move(now), std::move(note)});
  }

  admin_plane& admin() override {
    return tree_->admin();
  }

  // -- reading ----------------------------------------------------------------

  result<entry_page> entries(entry_query query) override {
    return ask<entry_page>(tree_->reader(), long_deadline, entries_atom_v,
                           std::move(query));
  }

  result<entry_row> entry_at(std::string path) override {
    return ask<entry_row>(tree_->reader(), long_deadline, entryat_atom_v,
                          std::move(path));
  }

  result<entry_row> entry_named(std::string word) override {
    return ask<entry_row>(tree_->reader(), long_deadline, entry_atom_v,
                          std::move(word));
  }

  result<job_page> jobs(job_query query) override {
    return ask<job_page>(tree_->reader(), long_deadline, jobs_atom_v,
                         std::move(query));
  }

  result<job_details> job_named(std::string word) override {
    return ask<job_details>(tree_->reader(), long_deadline, job_atom_v,
                            std::move(word));
  }

  result<library_status> status() override {
    return ask<library_status>(tree_->reader(), long_deadline, status_atom_v);
  }

  result<content_vector> vector_of(content_id content) override {
    return ask<content_vector>(tree_->reader(), long_deadline, vector_atom_v,
                               content);
  }

  result<vector_block_ptr> vectors(result_query query) override {
    return ask<vector_block_ptr>(tree_->reader(), long_deadline, vectors_atom_v,
                                 std::move(query));
  }

  result<vector_spaces> spaces() override {
    return ask<vector_spaces>(tree_->reader(), long_deadline, spaces_atom_v);
  }

  result<content_fingerprint> fingerprint_of(content_id content) override {
    return ask<content_fingerprint>(tree_->reader(), long_deadline,
                                    print_atom_v, content);
  }

  result<fingerprint_block_ptr> fingerprints(result_query query) override {
    return ask<fingerprint_block_ptr>(tree_->reader(), long_deadline,
                                      prints_atom_v, std::move(query));
  }

  result<content_vector> text_vector(content_fingerprint features) override {
    return ask<content_vector>(tree_->reader(), long_deadline, vector_atom_v,
                               std::move(features));
  }

  result<word_matches> find_words(word_query query) override {
    return ask<word_matches>(tree_->reader(), long_deadline, find_atom_v,
                             std::move(query));
  }

  result<entry_page> entries_of(content_id content) override {
    return ask<entry_page>(tree_->reader(), long_deadline, copies_atom_v,
                           content);
  }

  result<near_answer> near(near_query query) override {
    return ask<near_answer>(tree_->indexer(), long_deadline, near_atom_v,
                            std::move(query));
  }

private:
  /// Before the first actor: each asks for it as it is made.
  std::shared_ptr<message_trace> begin_trace() {
    if (ports_.ticks != nullptr)
      config_.trace = std::make_shared<message_trace>(*ports_.ticks);
    return config_.trace;
  }

  // -- helpers ----------------------------------------------------------------

  template <class T, class Handle, class Deadline, class... Ts>
  result<T> ask(const Handle& actor, Deadline deadline, Ts&&... xs) {
    return blocking_ask<T>(*client_, actor, deadline, std::forward<Ts>(xs)...);
  }

  static result<void> confirm(const result<bool>& done) {
    if (!done)
      return done.failure();
    return {};
  }

  /// Has a small actor wait for the answer, which `wait` then sees.
  template <class T, class Handle, class Atom, class... Ts>
  void send_errand(const Handle& actor, Atom what, Ts&&... xs) {
    system_->spawn<caf::hidden>(
      [client = caf::actor{*client_}, actor, what, wake = settings_.on_event,
       request = caf::make_message(what, xs...)](caf::event_based_actor* self) {
        self
          ->request(caf::actor_cast<caf::actor>(actor), caf::infinite, request)
          .then(
            [self, client, what, wake](T& x) {
              self->send(client, what, std::move(x));
              wake();
            },
            [self, client, what, wake](caf::error& why) {
              self->send(client, what, std::move(why));
              wake();
            });
      });
  }

  // -- members ----------------------------------------------------------------

  system_ports ports_;
  system_settings settings_;
  actor_settings config_;
  std::shared_ptr<message_trace> trace_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<caf::scoped_actor> client_;

  std::optional<actor_tree> tree_;

  std::optional<result<find_report>> found_;
  error end_why_;
  std::string shutdown_asker_;
  int exit_code_ = exit_code_on_hang;
};

} // namespace

result<std::unique_ptr<troupe_system>>
troupe_system::start(system_ports ports, const system_settings& settings) {
  auto system = std::make_unique<running_system>(std::move(ports), settings);
  if (auto spawned = system->spawn_all(); !spawned)
    return spawned.failure();
  return std::unique_ptr<troupe_system>{std::move(system)};
}

} // namespace troupe
