#include "actors/troupe_system.hpp"

#include "actors/actor_end.hpp"
#include "actors/actor_settings.hpp"
#include "actors/administrator.hpp"
#include "actors/asked_admin_plane.hpp"
#include "actors/broker/broker_side.hpp"
#include "actors/caf_error.hpp"
#include "actors/embedding_supervisor.hpp"
#include "actors/finder.hpp"
#include "actors/gate/entrance.hpp"
#include "actors/librarian.hpp"
#include "actors/reader.hpp"
#include "actors/supervision/sentinel.hpp"
#include "actors/tracing/message_trace.hpp"
#include "actors/watchdog.hpp"
#include "actors/watcher.hpp"
#include "actors/workers/batch_desk.hpp"
#include "actors/workers/pool_plans.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <cstdlib>
#include <optional>
#include <random>
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
    sentinel_ = system_->spawn<caf::hidden>(sentinel, caf::actor{*client_},
                                            settings_.on_event);
  }

  ~running_system() override {
    const watchdog guard{exit_code_, come_down_within};
    take_down();
    if (stuck_threads_ > 0) {
      std::fflush(nullptr);
      std::_Exit(exit_code_);
    }
    client_.reset();
    system_.reset();
  }

  running_system(const running_system&) = delete;
  running_system& operator=(const running_system&) = delete;

  /// Spawns the tree; see `troupe_system::start`.
  result<void> spawn_all() {
    reader_ = spawn_reader(
      *system_,
      [this] {
        if (ports_.threads != nullptr)
          ports_.threads->name_thread("reader");
        return ports_.open_reader();
      },
      placement::detached);
    if (!ports_.store) {
      spawn_admin();
      return {};
    }
    result<std::vector<crash_note>> crashes{std::vector<crash_note>{}};
    if (ports_.crashes != nullptr)
      crashes = ports_.crashes->take();
    if (!crashes)
      return crashes.failure();
    spawn_spine(std::move(crashes.value()));
    auto begun = ask<epoch_report>(supervisor_, long_deadline, ready_atom_v);
    if (!begun)
      return begun.failure();
    started_ = std::move(begun.value());
    spawn_brokers();
    spawn_admin();
    finder_tunables finder;
    finder.threads = ports_.threads;
    finder_ =
      spawn_finder(*system_, finder, supervisor_, reader_, *ports_.finder);
    if (ports_.watch)
      watcher_ =
        spawn_watcher(*system_, {settings_.watched, 1s, ports_.threads},
                      std::move(ports_.watch), finder_, *ports_.log);
    if (auto opened = open_entrance(); !opened)
      return opened;
    // What the crash file says is durable in the library now.
    return ports_.crashes != nullptr ? ports_.crashes->forget()
                                     : result<void>{};
  }

  [[nodiscard]] const epoch_report& started() const override {
    return started_;
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
    send_errand<find_report>(finder_, find_atom_v, std::move(request));
  }

  void begin_idle_watch() override {
    send_errand<work_progress>(supervisor_, idle_atom_v);
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
    return ask<find_progress>(finder_, question_deadline, progress_atom_v);
  }

  result<work_progress> progress() override {
    return ask<work_progress>(supervisor_, question_deadline, progress_atom_v);
  }

  result<pool_statuses> pools() override {
    return ask<pool_statuses>(supervisor_, question_deadline, status_atom_v);
  }

  result<void> pulse() override {
    const auto work = progress();
    if (!work)
      return work.failure();
    // The cheapest question that goes through the store.
    const auto held = ask<claim_keys>(librarian_, question_deadline,
                                      running_atom_v, started_.epoch);
    return held ? result<void>{} : held.failure();
  }

  result<drain_report> drain(std::int64_t grace_ms) override {
    if (entrance_)
      entrance_->close();
    // It would have the folders walked again.
    end_actor(*client_, watcher_);
    (*client_)->send(finder_, cancel_atom_v);
    if (broker_side_)
      broker_side_->stop_intake(*client_);
    auto drained =
      ask<drain_report>(supervisor_, std::chrono::milliseconds{grace_ms} + 30s,
                        drain_atom_v, grace_ms);
    if (broker_side_)
      broker_side_->flush(*client_);
    return drained;
  }

  // -- writing ----------------------------------------------------------------

  result<std::string> add_text(text_entry entry, std::string token) override {
    return ask<std::string>(supervisor_, long_deadline, text_atom_v,
                            std::move(entry), std::move(token));
  }

  result<ordered_job> order(job_order wanted, std::string token) override {
    return ask<ordered_job>(supervisor_, long_deadline, order_atom_v,
                            std::move(wanted), std::move(token));
  }

  result<void> forget(entry_id entry, audit_note note) override {
    return confirm(ask<bool>(librarian_, long_deadline, forget_atom_v,
                             forget_request{entry, std::move(note)}));
  }

  result<bool> retag(entry_id entry, found_file now, audit_note note) override {
    return ask<bool>(librarian_, long_deadline, retag_atom_v,
                     retag_request{entry, std::move(now), std::move(note)});
  }

  admin_plane& admin() override {
    return *admin_;
  }

  // -- reading ----------------------------------------------------------------

  result<entry_page> entries(entry_query query) override {
    return ask<entry_page>(reader_, long_deadline, entries_atom_v,
                           std::move(query));
  }

  result<entry_row> entry_at(std::string path) override {
    return ask<entry_row>(reader_, long_deadline, entryat_atom_v,
                          std::move(path));
  }

  result<entry_row> entry_named(std::string word) override {
    return ask<entry_row>(reader_, long_deadline, entry_atom_v,
                          std::move(word));
  }

  result<job_page> jobs(job_query query) override {
    return ask<job_page>(reader_, long_deadline, jobs_atom_v, std::move(query));
  }

  result<job_details> job_named(std::string word) override {
    return ask<job_details>(reader_, long_deadline, job_atom_v,
                            std::move(word));
  }

  result<library_status> status() override {
    return ask<library_status>(reader_, long_deadline, status_atom_v);
  }

  result<content_vector> vector_of(content_id content) override {
    return ask<content_vector>(reader_, long_deadline, vector_atom_v, content);
  }

  result<vector_block_ptr> vectors(result_query query) override {
    return ask<vector_block_ptr>(reader_, long_deadline, vectors_atom_v,
                                 std::move(query));
  }

  result<vector_spaces> spaces() override {
    return ask<vector_spaces>(reader_, long_deadline, spaces_atom_v);
  }

  result<content_fingerprint> fingerprint_of(content_id content) override {
    return ask<content_fingerprint>(reader_, long_deadline, print_atom_v,
                                    content);
  }

  result<fingerprint_block_ptr> fingerprints(result_query query) override {
    return ask<fingerprint_block_ptr>(reader_, long_deadline, prints_atom_v,
                                      std::move(query));
  }

  result<content_vector> text_vector(content_fingerprint features) override {
    return ask<content_vector>(reader_, long_deadline, vector_atom_v,
                               std::move(features));
  }

  result<word_matches> find_words(word_query query) override {
    return ask<word_matches>(reader_, long_deadline, find_atom_v,
                             std::move(query));
  }

  result<entry_page> entries_of(content_id content) override {
    return ask<entry_page>(reader_, long_deadline, copies_atom_v, content);
  }

private:
  /// Before the first actor: each asks for it as it is made.
  std::shared_ptr<message_trace> begin_trace() {
    if (ports_.ticks != nullptr)
      config_.trace = std::make_shared<message_trace>(*ports_.ticks);
    return config_.trace;
  }

  // -- start and end ----------------------------------------------------------

  void spawn_spine(std::vector<crash_note> crashes) {
    librarian_tunables librarian;
    librarian.suspicion = settings_.suspicion;
    librarian.threads = ports_.threads;
    librarian_ = spawn_librarian(*system_, librarian, std::move(ports_.store),
                                 *ports_.clock, *ports_.log);
    supervisor_tunables tunables;
    tunables.retry = settings_.retry;
    tunables.reconcile_every =
      std::chrono::milliseconds{settings_.reconcile_ms};
    tunables.seed = static_cast<std::uint64_t>(ports_.clock->now_us());
    tunables.crashes = std::move(crashes);
    tunables.use_saved_scales = settings_.use_saved_scales;
    // A batch has the time of all its pictures.
    batch_desk_ = spawn_batch_desk(
      *system_, std::chrono::milliseconds{settings_.embedders.time_limit_ms}
                  * static_cast<int>(settings_.batches.items_max));
    supervisor_ = spawn_embedding_supervisor(
      *system_, tunables, plan_pools(ports_, settings_, batch_desk_),
      librarian_, *ports_.clock, *ports_.log);
    for (const auto& spine : {caf::actor_cast<caf::actor>(librarian_),
                              caf::actor_cast<caf::actor>(supervisor_)})
      caf::anon_send(sentinel_, watch_atom_v, spine);
  }

  void spawn_brokers() {
    if (!ports_.broker.open_transport)
      return;
    auto pools =
      ask<pool_statuses>(supervisor_, question_deadline, status_atom_v);
    broker_side_.emplace(*system_, ports_.broker,
                         pools ? std::move(pools.value()) : pool_statuses{},
                         broker_peers{supervisor_, librarian_, reader_},
                         broker_surroundings{ports_.finder, ports_.clock,
                                             ports_.log, ports_.threads});
  }

  void spawn_admin() {
    administrator_tunables tunables;
    tunables.retention = settings_.retention;
    tunables.holder = settings_.holder;
    tunables.random = [device = std::make_shared<std::random_device>()] {
      return (std::uint64_t{(*device)()} << 32U) | (*device)();
    };
    if (trace_)
      tunables.trace = [trace = trace_,
                        system = system_.get()](const job_row& job) {
        return trace->of(job, *system);
      };
    administrator_peers peers{supervisor_, librarian_, reader_, {}};
    if (settings_.is_node)
      peers.host = sentinel_;
    if (broker_side_)
      peers.broker = broker_side_->broker();
    administrator_ =
      spawn_administrator(*system_, tunables, peers, *ports_.clock);
    admin_ = ask_administrator(*client_, administrator_);
  }

  /// Lets other processes in, if any are to come.
  result<void> open_entrance() {
    if (settings_.socket.empty())
      return {};
    auto opened = entrance::open(
      *system_, settings_.socket,
      {door_protocol, settings_.pid, started_.epoch}, std::move(ports_.gate),
      {{supervisor_, finder_, librarian_, administrator_},
       ports_.clock,
       ports_.log,
       ports_.threads});
    if (!opened)
      return opened.failure();
    entrance_ = std::move(opened.value());
    return {};
  }

  /// Whoever asks ends first, the LIBRARIAN last.
  void take_down() {
    // Whatever ends from here on is no news.
    caf::anon_send_exit(sentinel_, caf::exit_reason::user_shutdown);
    sentinel_ = caf::actor{};
    if (supervisor_)
      if (const auto found = pools())
        for (const auto& pool : found->pools)
          stuck_threads_ += pool.stuck;
    if (entrance_)
      entrance_->end(*client_);
    end_actor(*client_, watcher_);
    if (finder_)
      (*client_)->send(finder_, cancel_atom_v);
    // It holds the others' handles, and asks them.
    end_actor(*client_, administrator_);
    if (broker_side_)
      broker_side_->end(*client_);
    end_actor(*client_, supervisor_);
    end_actor(*client_, batch_desk_);
    // Before the LIBRARIAN: whoever closes the library last tidies its log.
    end_actor(*client_, reader_);
    end_actor(*client_, librarian_);
    // Last: it may be reading a large file, and nothing waits for it.
    end_actor(*client_, finder_);
  }

  // -- helpers ----------------------------------------------------------------

  template <class T, class Handle, class Deadline, class... Ts>
  result<T> ask(const Handle& actor, Deadline deadline, Ts&&... xs) {
    std::optional<result<T>> answer;
    (*client_)
      ->request(actor, deadline, std::forward<Ts>(xs)...)
      .receive([&](T& x) { answer = std::move(x); },
               [&](caf::error& why) { answer = from_caf(why); });
    return std::move(*answer);
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

  caf::actor sentinel_;
  reader_actor reader_;
  librarian_actor librarian_;
  supervisor_actor supervisor_;
  std::optional<broker_side> broker_side_;
  batch_desk_actor batch_desk_;
  finder_actor finder_;
  watcher_actor watcher_;
  administrator_actor administrator_;
  std::unique_ptr<admin_plane> admin_;
  std::unique_ptr<entrance> entrance_;

  epoch_report started_;
  std::optional<result<find_report>> found_;
  error end_why_;
  std::string shutdown_asker_;
  int stuck_threads_ = 0;
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
