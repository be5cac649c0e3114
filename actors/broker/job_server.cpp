#include "actors/broker/job_server.hpp"

#include "actors/broker/picture_order.hpp"
#include "actors/broker/reply_desk.hpp"
#include "actors/caf_error.hpp"
#include "domain/amqp/job_reply.hpp"
#include "domain/amqp/job_request.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace troupe {

namespace {

/// A request in hand, with everybody who asked for it.
struct request_in_hand {
  amqp::job_request request;
  /// SHA-256 of what was asked: the same id must ask the same.
  content_hash body{};
  std::vector<delivery_waiter> waiters;
  /// Once it is known.
  std::string path;
  content_hash content{};
  /// Public id of its own job; empty: its content's job is nobody's own.
  std::string job;
  /// Where that one's result will be.
  std::string output;
  /// A question about its entry is out; another one must follow.
  bool asking = false;
  bool ask_again = false;
};

/// What a kind of job is done to.
media_kind media_of(job_kind kind) {
  if (kind == job_kind::audio_analyze)
    return media_kind::audio;
  return kind == job_kind::text_embed ? media_kind::text : media_kind::image;
}

// -- state --------------------------------------------------------------------

/// Invariant: every delivery that was taken is in the waiters of one request
/// in hand, or its reply is being published, or its verdict was sent.
class job_server_state {
public:
  static constexpr const char* name = "troupe.job_server";

  explicit job_server_state(job_server_actor::pointer self) : self_(self) {}

  job_server_actor::behavior_type
  make_behavior(const job_server_parts& parts,
                const supervisor_actor& supervisor,
                const librarian_actor& librarian, const reader_actor& reader) {
    parts_ = parts;
    desk_.emplace(self_, parts_);
    if (parts_.threads != nullptr && parts_.where == placement::detached)
      parts_.threads->name_thread("job-server");
    supervisor_ = supervisor;
    librarian_ = librarian;
    reader_ = reader;
    return {
      [this](delivery_atom, const delivery_ptr& x) { on_delivery(*x); },
      [this](ended_atom, const job_news& x) { on_ended(x); },
      [this](serve_atom, const broker_actor& x) { desk_->use(x); },
      [this](retry_atom, std::uint64_t x) { on_retry(x); },
    };
  }

private:
  // -- message handlers, in the order of job_server_actor ---------------------

  void on_delivery(const amqp::delivery& x) {
    const delivery_waiter from{x.handle,
                               amqp::reply_address_of(x.content, x.queue)};
    auto request = amqp::read_job_request(x.content, x.queue);
    if (!request)
      return desk_->refuse(from, request.failure());
    const auto asked = parts_.ports.hash(fmt::format(
      "{}\n{}\n{}", x.queue, x.content.properties.type, x.content.body));
    if (!asked)
      return desk_->refuse(from, asked.failure());
    const auto deadline_ms = request->deadline_ms;
    if (deadline_ms != 0 && parts_.clock->now_us() / 1'000 > deadline_ms)
      return desk_->expire(from);
    if (join(from, *request, *asked))
      return;
    const auto number = ++last_number_;
    request_in_hand fresh;
    fresh.request = std::move(*request);
    fresh.body = *asked;
    fresh.waiters.push_back(from);
    in_hand_.emplace(number, std::move(fresh));
    note(number);
  }

  void on_ended(const job_news& x) {
    desk_->publish_event(x);
    for (auto& [number, each] : in_hand_)
      if (each.job.empty() ? each.request.kind == x.kind
                               && each.content == x.hash && !each.path.empty()
                           : each.job == x.ulid)
        look(number);
  }

  void on_retry(std::uint64_t number) {
    if (files_.contains(number))
      record(number);
    else if (in_hand_.contains(number))
      note(number);
  }

  // -- a request's way --------------------------------------------------------

  /// A request that is in hand already gets one more waiter; or the same one
  /// by its newer delivery, when the older died with its channel: within one
  /// channel no message comes twice. False: it is another request.
  bool join(const delivery_waiter& from, const amqp::job_request& request,
            const content_hash& body) {
    for (auto& [number, each] : in_hand_) {
      const bool same_id = each.request.id == request.id;
      if (!same_id || (request.id.empty() && each.body != body))
        continue;
      if (each.body != body) {
        desk_->refuse(from, clash(request.id));
        return true;
      }
      const auto again =
        std::find_if(each.waiters.begin(), each.waiters.end(),
                     [&](const delivery_waiter& x) {
                       return x.to.reply_to == from.to.reply_to
                              && x.to.correlation_id == from.to.correlation_id
                              && (x.handle.channel != from.handle.channel
                                  || x.handle.epoch != from.handle.epoch);
                     });
      if (again != each.waiters.end())
        again->handle = from.handle;
      else if (request.id.empty())
        continue;
      else
        each.waiters.push_back(from);
      return true;
    }
    return false;
  }

  /// Is the request known to the library? One without id is nobody's.
  void note(std::uint64_t number) {
    const auto& each = in_hand_.at(number);
    if (each.request.id.empty())
      return place(number);
    self_
      ->request(librarian_, parts_.deadline, request_atom_v,
                request_note{each.request.id, each.body})
      .then([this, number](const request_standing& x) { on_noted(number, x); },
            [this, number](caf::error& why) { wait(number, from_caf(why)); });
  }

  void on_noted(std::uint64_t number, const request_standing& standing) {
    const auto found = in_hand_.find(number);
    if (found == in_hand_.end())
      return;
    if (standing.clashes)
      return fail(number, clash(found->second.request.id));
    if (standing.reply.empty())
      return place(number);
    // The same reply for everybody, as it was.
    publish_replies(number, standing.reply, delivery_end::done);
  }

  /// Finds or makes the file, and reads it once.
  void place(std::uint64_t number) {
    auto& each = in_hand_.at(number);
    auto path = place_of(each);
    if (!path)
      return fail(number, path.failure());
    const auto stamp = parts_.finder->stamp(*path);
    if (!stamp)
      return fail(number, stamp.failure());
    const auto file = parts_.finder->examine({*path, *stamp});
    if (!file)
      return fail(number, file.failure());
    const auto wanted = media_of(each.request.kind);
    if (!*file || (*file)->kind != wanted)
      return fail(number, {errc::invalid_argument,
                           fmt::format("{} is not of a kind that {} takes",
                                       *path, to_string(each.request.kind))});
    each.path = *path;
    each.content = (*file)->hash;
    // Large media need not stay in memory once it is a file.
    each.request.bytes = {};
    files_[number] = **file;
    record(number);
  }

  result<std::string> place_of(const request_in_hand& each) {
    if (each.request.path.empty()) {
      const auto hash = parts_.ports.hash(each.request.bytes);
      if (!hash)
        return hash.failure();
      // Text has no mark of its own: its name says what it is.
      const auto* suffix =
        media_of(each.request.kind) == media_kind::text ? ".txt" : "";
      return parts_.ports.keep(*hash, suffix, each.request.bytes);
    }
    auto real = parts_.finder->resolve(each.request.path);
    if (!real || is_under_roots(*real, parts_.ports))
      return real;
    return error{
      errc::refused,
      fmt::format("{} is under none of [broker] roots", each.request.path)};
  }

  /// Queues the job; an intake that is held makes it wait, not fail.
  void record(std::uint64_t number) {
    const auto found = files_.find(number);
    if (found == files_.end())
      return;
    if (in_hand_.at(number).request.kind == job_kind::image_upscale)
      return order(number, found->second);
    self_
      ->request(supervisor_, parts_.deadline, record_atom_v,
                found_batch{{found->second}, {}})
      .then(
        [this, number](const record_report&) {
          files_.erase(number);
          look(number);
        },
        [this, number](caf::error&) {
          self_->delayed_send(self_, parts_.again_after, retry_atom_v, number);
        });
  }

  /// The same for a job of its own.
  void order(std::uint64_t number, const found_file& file) {
    auto& each = in_hand_.at(number);
    auto made =
      make_picture_order(each.request, file, parts_.ports, *parts_.finder);
    if (!made)
      return fail(number, made.failure());
    each.output = std::move(made->output);
    self_
      ->request(supervisor_, parts_.deadline, order_atom_v,
                std::move(made->job), std::string{})
      .then(
        [this, number](const ordered_job& x) {
          files_.erase(number);
          if (const auto found = in_hand_.find(number); found != in_hand_.end())
            found->second.job = x.ulid;
          look(number);
        },
        [this, number](caf::error&) {
          self_->delayed_send(self_, parts_.again_after, retry_atom_v, number);
        });
  }

  /// How does its entry, or its own job, stand? One question at a time.
  void look(std::uint64_t number) {
    const auto found = in_hand_.find(number);
    if (found == in_hand_.end())
      return;
    auto& each = found->second;
    each.ask_again = each.asking;
    if (std::exchange(each.asking, true))
      return;
    if (!each.job.empty()) {
      self_->request(reader_, parts_.deadline, job_atom_v, each.job)
        .then([this, number](const job_details& x) { on_job(number, x); },
              [this, number](caf::error& why) { fail(number, from_caf(why)); });
      return;
    }
    self_->request(reader_, parts_.deadline, entryat_atom_v, each.path)
      .then([this, number](entry_row& x) { on_looked(number, x); },
            [this, number](caf::error& why) { fail(number, from_caf(why)); });
  }

  void on_looked(std::uint64_t number, entry_row& entry) {
    const auto found = in_hand_.find(number);
    if (found == in_hand_.end())
      return;
    found->second.asking = false;
    if (entry.state == entry_state::pending) {
      if (std::exchange(found->second.ask_again, false))
        look(number);
      return;
    }
    amqp::job_reply reply;
    if (entry.state == entry_state::done) {
      reply.result = std::move(entry.document);
    } else {
      reply = amqp::failure_reply(
        {errc::invalid_argument,
         entry.message.empty()
           ? fmt::format("{} is {}", entry.path, to_string(entry.state))
           : entry.message});
    }
    measure(number, std::move(reply));
  }

  void on_job(std::uint64_t number, const job_details& x) {
    const auto found = in_hand_.find(number);
    if (found == in_hand_.end())
      return;
    found->second.asking = false;
    if (is_live(x.job.state)) {
      if (std::exchange(found->second.ask_again, false))
        look(number);
      return;
    }
    auto reply = picture_reply(x, found->second.output);
    add_times(reply, x);
    keep(number, reply);
  }

  /// Adds how long it took, when the library still knows.
  void measure(std::uint64_t number, amqp::job_reply reply) {
    const auto shared = std::make_shared<amqp::job_reply>(std::move(reply));
    self_
      ->request(reader_, parts_.deadline, job_atom_v,
                to_hex(in_hand_.at(number).content))
      .then(
        [this, number, shared](const job_details& x) {
          add_times(*shared, x);
          keep(number, *shared);
        },
        [this, number, shared](caf::error&) { keep(number, *shared); });
  }

  static void add_times(amqp::job_reply& reply, const job_details& x) {
    if (x.attempts.empty())
      return;
    const auto& last = x.attempts.back();
    reply.attempt = static_cast<int>(x.attempts.size());
    reply.run_ms = (last.ended_us - last.started_us) / 1'000;
    reply.queued_ms =
      std::max<std::int64_t>(0, (last.started_us - x.job.created_us) / 1'000);
  }

  /// Stores the reply; only then is it published.
  void keep(std::uint64_t number, const amqp::job_reply& reply) {
    const auto found = in_hand_.find(number);
    if (found == in_hand_.end())
      return;
    const auto end = reply.status == amqp::reply_status::ok
                       ? delivery_end::done
                       : delivery_end::dead;
    auto text = amqp::reply_text(reply, found->second.waiters.front().to);
    if (found->second.request.id.empty())
      return publish_replies(number, text, end);
    self_
      ->request(librarian_, parts_.deadline, answer_atom_v,
                answer_order{found->second.request.id, text})
      .then(
        [this, number, text, end](bool) { publish_replies(number, text, end); },
        [this, number](caf::error& why) { wait(number, from_caf(why)); });
  }

  void publish_replies(std::uint64_t number, const std::string& text,
                       delivery_end end) {
    if (!in_hand_.contains(number))
      return;
    const auto done = take(number);
    const auto file = picture_in(done.request, text);
    for (const auto& each : done.waiters)
      desk_->reply(each, text, end, file);
  }

  // -- ends -------------------------------------------------------------------

  void fail(std::uint64_t number, const error& why) {
    const auto failed = take(number);
    for (const auto& each : failed.waiters)
      desk_->refuse(each, why);
  }

  /// The library cannot be written now. The message stays where it is: put
  /// back, it would come again at once.
  void wait(std::uint64_t number, const error& why) {
    log(log_level::error,
        fmt::format("wait code={} {}", to_string(why.code), why.detail));
    self_->delayed_send(self_, parts_.again_after, retry_atom_v, number);
  }

  request_in_hand take(std::uint64_t number) {
    auto node = in_hand_.extract(number);
    files_.erase(number);
    return node ? std::move(node.mapped()) : request_in_hand{};
  }

  // -- helpers ----------------------------------------------------------------

  [[nodiscard]] static error clash(const std::string& id) {
    return {errc::invalid_argument,
            fmt::format("message_id {} was used with another body; choose a "
                        "new one",
                        id)};
  }

  void log(log_level level, const std::string& text) {
    parts_.log->write(level, "job_server", text);
  }

  // -- members ----------------------------------------------------------------

  /// The hosting actor; outlives this state.
  job_server_actor::pointer self_;

  job_server_parts parts_;
  supervisor_actor supervisor_;
  librarian_actor librarian_;
  reader_actor reader_;
  /// Never empty after make_behavior.
  std::optional<reply_desk> desk_;

  std::map<std::uint64_t, request_in_hand> in_hand_;
  /// Files that are not recorded yet, by request.
  std::map<std::uint64_t, found_file> files_;
  std::uint64_t last_number_ = 0;
};

job_server_actor::behavior_type
job_server(job_server_actor::stateful_pointer<job_server_state> self,
           const job_server_parts& parts, const supervisor_actor& supervisor,
           const librarian_actor& librarian, const reader_actor& reader) {
  return self->state.make_behavior(parts, supervisor, librarian, reader);
}

} // namespace

// -- spawn --------------------------------------------------------------------

job_server_actor spawn_job_server(caf::actor_system& system,
                                  const job_server_parts& parts,
                                  const supervisor_actor& supervisor,
                                  const librarian_actor& librarian,
                                  const reader_actor& reader) {
  if (parts.where == placement::detached)
    return system.spawn<caf::detached>(job_server, parts, supervisor, librarian,
                                       reader);
  return system.spawn(job_server, parts, supervisor, librarian, reader);
}

} // namespace troupe
