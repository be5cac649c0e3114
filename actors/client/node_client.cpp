#include "actors/client/node_client.hpp"

#include "actors/actor_settings.hpp"
#include "actors/basp_door.hpp"
#include "actors/client/caller_link.hpp"
#include "actors/client/node_admin.hpp"
#include "actors/client/run_baseline.hpp"
#include "actors/client/tunnel.hpp"
#include "actors/watchdog.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace troupe {

namespace {

using namespace std::chrono_literals;

constexpr auto come_down_within = 2s;

/// What the CALLER has told, and the command has not seen yet.
class client_desk {
public:
  using event = troupe_system::event;

  void put(event what) {
    {
      const std::lock_guard guard{mutex_};
      events_.push_back(what);
    }
    changed_.notify_one();
  }

  event wait(std::chrono::milliseconds longest) {
    std::unique_lock guard{mutex_};
    if (!changed_.wait_for(guard, longest, [this] { return !events_.empty(); }))
      return event::nothing;
    const auto first = events_.front();
    events_.pop_front();
    return first;
  }

  void found(result<find_report> x) {
    {
      const std::lock_guard guard{mutex_};
      found_ = std::move(x);
    }
    put(event::found);
  }

  void end(error why) {
    {
      const std::lock_guard guard{mutex_};
      end_why_ = std::move(why);
    }
    put(event::spine_ended);
  }

  void news(run_news x) {
    const std::lock_guard guard{mutex_};
    news_ = std::move(x);
  }

  void work(work_progress x) {
    const std::lock_guard guard{mutex_};
    news_.work = std::move(x);
  }

  run_news latest() {
    const std::lock_guard guard{mutex_};
    return news_;
  }

  /// Only after the event that says so.
  [[nodiscard]] const result<find_report>& report() const {
    return *found_;
  }

  [[nodiscard]] const error& end_why() const {
    return end_why_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<event> events_;
  std::optional<result<find_report>> found_;
  error end_why_{errc::none, {}};
  run_news news_;
};

// -- the client ---------------------------------------------------------------

/// Members are declared in the order they must outlive each other.
class node_client final : public troupe_system {
public:
  explicit node_client(node_client_options options)
    : options_(std::move(options)) {}

  ~node_client() override {
    const watchdog guard{exit_code_, come_down_within};
    for (const auto& each : {caller_, tunnel_})
      if (each)
        caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    admin_.reset();
    link_ = {};
    caller_ = {};
    tunnel_ = {};
    system_.reset();
  }

  node_client(const node_client&) = delete;
  node_client& operator=(const node_client&) = delete;

  /// Knocks, and only when a node answered lets CAF speak.
  result<void> connect() {
    auto connected = options_.open_line ? connect_elsewhere() : connect_here();
    if (connected)
      return connected;
    // The GATE's own words say more than that nobody answers.
    const auto told = last_words_->get();
    return told.code == errc::none ? connected : told;
  }

  [[nodiscard]] const epoch_report& started() const override {
    return started_;
  }

  [[nodiscard]] bool is_elsewhere() const override {
    return true;
  }

  void exit_code_if_hung(int code) override {
    exit_code_ = code;
  }

  // -- the main job -----------------------------------------------------------

  void begin_find(find_request request) override {
    for (auto& root : request.roots)
      if (!root.starts_with('/') && !options_.folder.empty())
        root = options_.folder + "/" + root;
    if (auto before = ask<work_progress>(progress_atom_v))
      work_before_ = std::move(before.value());
    if (auto before = ask<pool_statuses>(status_atom_v))
      pools_before_ = std::move(before.value());
    desk_.work(work_before_);
    link_.begin<find_report>(
      [this](result<find_report> x) { desk_.found(std::move(x)); }, find_atom_v,
      std::move(request));
  }

  void begin_idle_watch() override {
    link_.begin<work_progress>(
      [this](result<work_progress> x) {
        // The end of the node is told by its own event.
        if (!x)
          return;
        desk_.work(std::move(x.value()));
        desk_.put(event::idle);
      },
      idle_atom_v);
  }

  event wait(std::chrono::milliseconds longest) override {
    return desk_.wait(longest);
  }

  [[nodiscard]] const result<find_report>& found() const override {
    return desk_.report();
  }

  [[nodiscard]] const error& end_why() const override {
    return desk_.end_why();
  }

  [[nodiscard]] const std::string& shutdown_asker() const override {
    return nobody_;
  }

  result<find_progress> finding() override {
    return desk_.latest().finding;
  }

  result<work_progress> progress() override {
    return progress_since(work_before_, desk_.latest().work);
  }

  result<pool_statuses> pools() override {
    auto now = ask<pool_statuses>(status_atom_v);
    if (!now)
      return now;
    return pools_since(pools_before_, std::move(now.value()));
  }

  result<void> pulse() override {
    const auto work = ask<work_progress>(progress_atom_v);
    return work ? result<void>{} : work.failure();
  }

  result<drain_report> drain(std::int64_t) override {
    if (const auto left = ask<bool>(leave_atom_v); !left)
      return left.failure();
    return drain_report{};
  }

  // -- writing ----------------------------------------------------------------

  result<std::string> add_text(text_entry entry, std::string token) override {
    return ask<std::string>(text_atom_v, std::move(entry), std::move(token));
  }

  result<ordered_job> order(job_order wanted, std::string token) override {
    return ask<ordered_job>(order_atom_v, std::move(wanted), std::move(token));
  }

  result<void> forget(entry_id entry, audit_note note) override {
    if (!asker_.empty())
      note.actor = asker_;
    return confirm(
      ask<bool>(forget_atom_v, forget_request{entry, std::move(note)}));
  }

  result<bool> retag(entry_id entry, found_file now, audit_note note) override {
    return ask<bool>(retag_atom_v,
                     retag_request{entry, std::move(now), std::move(note)});
  }

  admin_plane& admin() override {
    return *admin_;
  }

  // -- reading ----------------------------------------------------------------

  result<entry_page> entries(entry_query query) override {
    return read<entry_page>([&](auto& x) { return x.entries(query); });
  }

  result<entry_row> entry_at(std::string path) override {
    return read<entry_row>([&](auto& x) { return x.entry_at(path); });
  }

  result<entry_row> entry_named(std::string word) override {
    return read<entry_row>([&](auto& x) { return x.entry_named(word); });
  }

  result<job_page> jobs(job_query query) override {
    return read<job_page>([&](auto& x) { return x.jobs(query); });
  }

  result<job_details> job_named(std::string word) override {
    return read<job_details>([&](auto& x) { return x.job_named(word); });
  }

  result<library_status> status() override {
    return read<library_status>([&](auto& x) { return x.status(); });
  }

  result<content_vector> vector_of(content_id content) override {
    return read<content_vector>([&](auto& x) { return x.vector_of(content); });
  }

  result<vector_block_ptr> vectors(result_query query) override {
    return read<vector_block_ptr>(
      [&](auto& x) { return shared(x.vectors(query)); });
  }

  result<vector_spaces> spaces() override {
    return read<vector_spaces>([&](auto& x) -> result<vector_spaces> {
      auto found = x.spaces();
      if (!found)
        return found.failure();
      return vector_spaces{std::move(found.value())};
    });
  }

  result<content_fingerprint> fingerprint_of(content_id content) override {
    return read<content_fingerprint>(
      [&](auto& x) { return x.fingerprint_of(content); });
  }

  result<fingerprint_block_ptr> fingerprints(result_query query) override {
    return read<fingerprint_block_ptr>(
      [&](auto& x) { return shared(x.fingerprints(query)); });
  }

  result<content_vector> text_vector(content_fingerprint features) override {
    return read<content_vector>(
      [&](auto& x) { return x.text_vector(features.words); });
  }

  result<word_matches> find_words(word_query query) override {
    return read<word_matches>([&](auto& x) { return x.find_words(query); });
  }

  result<entry_page> entries_of(content_id content) override {
    return read<entry_page>([&](auto& x) -> result<entry_page> {
      auto rows = x.entries_of(content);
      if (!rows)
        return rows.failure();
      return entry_page{std::move(rows.value()), {}};
    });
  }

  /// Of the node's INDEXER, which has the vectors in memory.
  result<near_answer> near(near_query query) override {
    return ask<near_answer>(near_atom_v, std::move(query));
  }

private:
  // -- connecting -------------------------------------------------------------

  result<void> connect_here() {
    auto visit = knock_at(options_.socket, door_protocol, options_.patience);
    if (!visit)
      return visit.failure();
    system_ = std::make_unique<caf::actor_system>(config_);
    return go_in(std::move(visit.value()), {});
  }

  result<void> connect_elsewhere() {
    auto line = options_.open_line(options_.patience);
    if (!line)
      return line.failure();
    door_socket outside{line->outside};
    const auto asker = line->asker;
    const auto node = line->node;
    system_ = std::make_unique<caf::actor_system>(config_);
    tunnel_ = spawn_tunnel(
      *system_, std::move(line.value()),
      [words = last_words_](const error& why) { words->put(why); });
    auto visit =
      hear_greeting(std::move(outside), node, door_protocol,
                    std::chrono::steady_clock::now() + options_.patience);
    if (!visit)
      return visit.failure();
    return go_in(std::move(visit.value()), asker);
  }

  result<void> go_in(door_visit visit, const std::string& asker) {
    asker_ = asker;
    const auto node_pid = visit.greeting.pid;
    auto porter = enter(*system_, std::move(visit.socket), options_.patience);
    if (!porter)
      return porter.failure();
    const client_hello self{door_protocol, options_.pid, options_.role};
    caller_events events{[this](run_news x) { desk_.news(std::move(x)); },
                         [this](error why) {
                           desk_.end(std::move(why));
                         }};
    caller_ = system_->spawn<node_caller>(
      porter.value(),
      caller_tunables{self, node_pid, options_.patience, last_words_},
      std::move(events));
    link_ = caller_link{caller_, asker};
    admin_ = make_node_admin(link_);
    auto hello = ask<node_hello>(hello_atom_v, self);
    if (!hello)
      return hello.failure();
    started_.epoch = hello->epoch;
    return {};
  }

  // -- helpers ----------------------------------------------------------------

  template <class T, class... Ts>
  result<T> ask(Ts... xs) {
    return link_.ask<T>(std::move(xs)...);
  }

  template <class T, class Question>
  result<T> read(Question&& question) {
    if (!library_) {
      auto opened = options_.open_reader();
      if (!opened)
        return opened.failure();
      library_ = std::move(opened.value());
    }
    return question(*library_);
  }

  template <class T>
  static result<std::shared_ptr<const T>> shared(result<T> found) {
    if (!found)
      return found.failure();
    return std::make_shared<const T>(std::move(found.value()));
  }

  static result<void> confirm(const result<bool>& done) {
    if (!done)
      return done.failure();
    return {};
  }

  // -- members ----------------------------------------------------------------

  node_client_options options_;
  client_desk desk_;
  actor_settings config_{1, remoting::on};
  std::unique_ptr<caf::actor_system> system_;
  /// What the GATE said as it hung up.
  std::shared_ptr<last_words> last_words_ = std::make_shared<last_words>();
  caf::actor tunnel_;
  caf::actor caller_;
  /// By the certificate; empty: of this user.
  std::string asker_;
  caller_link link_;
  std::unique_ptr<admin_plane> admin_;
  std::unique_ptr<library_reader> library_;
  epoch_report started_;
  work_progress work_before_;
  pool_statuses pools_before_;
  int exit_code_ = exit_code_on_hang;
  /// A client is never asked to end.
  std::string nobody_;
};

} // namespace

result<std::unique_ptr<troupe_system>>
connect_to_node(node_client_options options) {
  auto client = std::make_unique<node_client>(std::move(options));
  if (auto connected = client->connect(); !connected)
    return connected.failure();
  return std::unique_ptr<troupe_system>{std::move(client)};
}

} // namespace troupe
