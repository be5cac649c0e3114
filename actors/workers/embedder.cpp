#include "actors/workers/embedder.hpp"

#include "actors/workers/job_care.hpp"
#include "domain/image/descriptors/picture_print.hpp"
#include "domain/text/text_record.hpp"

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace troupe {

namespace {

// -- state --------------------------------------------------------------------

/// Invariant: no job outlives the message that brought it.
class embedder_state {
public:
  static constexpr const char* name = "troupe.embedder";

  explicit embedder_state(embedder_actor::pointer self) : self_(self) {}

  embedder_actor::behavior_type
  make_behavior(const embedder_ports& ports, const worker_seat& seat,
                const dispatcher_actor& supervisor,
                const batch_desk_actor& desk, placement where) {
    ports_ = ports;
    seat_ = seat;
    supervisor_ = supervisor;
    if (ports_.threads != nullptr && where == placement::detached) {
      ports_.threads->name_thread(fmt::format("embedder-{}", seat.slot));
      ports_.threads->flush_denormals();
    }
    describer_.emplace(*ports_.transforms);
    self_->send(supervisor_, ask_atom_v, seat_);
    self_->send(desk, ask_atom_v);
    return {
      [this](work_atom, const claimed_job_ptr& x) { on_work(x); },
      [](cancel_atom, const claim_key&, bool) {
        // Nothing is in hand between two messages.
      },
      [](step_atom) {},
      [this](work_atom, const picture_batch_ptr& x) { return on_batch(*x); },
    };
  }

private:
  // -- message handlers, in the order of embedder_actor -----------------------

  void on_work(const claimed_job_ptr& job) {
    const blame guilty{ports_.crashes, *job, text::text_record_version};
    std::optional<job_output> output;
    const auto done = run_contained(*job, [&]() -> result<void> {
      auto record = read_text(*job);
      if (!record)
        return record.failure();
      output = text::output_of(*record);
      return {};
    });
    work_outcome outcome;
    if (!done)
      outcome = failed_at("embed", done.failure());
    outcome.output = std::move(output);
    self_->send(supervisor_, end_atom_v,
                worker_end{seat_, job->key, std::move(outcome)});
  }

  embedded_batch_ptr on_batch(const picture_batch& batch) {
    auto made = std::make_shared<embedded_batch>();
    for (const auto& item : batch.items) {
      const blame guilty{ports_.crashes, *item.job, batch.decoder};
      std::optional<job_output> output;
      const auto done = run_contained(*item.job, [&]() -> result<void> {
        output = embed(item.picture);
        return {};
      });
      if (done)
        made->emplace_back(std::move(*output));
      else
        made->emplace_back(done.failure());
    }
    return made;
  }

  // -- the work ---------------------------------------------------------------

  [[nodiscard]] result<text::text_record>
  read_text(const claimed_job& job) const {
    if (job.path.empty())
      return text::describe(job.text);
    if (auto same = check_stamp(*ports_.files, job); !same)
      return same.failure();
    const auto bytes = ports_.files->read(job.path);
    if (!bytes)
      return bytes.failure();
    // Bytes that changed meanwhile are not the content this job is about.
    if (auto same = check_stamp(*ports_.files, job); !same)
      return same.failure();
    return text::describe(
      {reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  }

  [[nodiscard]] job_output embed(const image::seen_picture& picture) {
    auto record = describer_->describe(picture);
    job_output output;
    output.document = ports_.documents->encode(record);
    output.space = std::move(record.embedding.space);
    output.vector = std::move(record.embedding.values);
    output.fingerprint_method = image::picture_print_method;
    output.fingerprint = image::words_of({record.pdq, record.phash});
    return output;
  }

  // -- members ----------------------------------------------------------------

  /// The hosting actor; outlives this state.
  embedder_actor::pointer self_;
  embedder_ports ports_;
  worker_seat seat_;
  dispatcher_actor supervisor_;
  /// Made on the actor's own thread, with its scratch.
  std::optional<image::describer> describer_;
};

embedder_actor::behavior_type
embedder(embedder_actor::stateful_pointer<embedder_state> self,
         const embedder_ports& ports, const worker_seat& seat,
         const dispatcher_actor& supervisor, const batch_desk_actor& desk,
         placement where) {
  return self->state.make_behavior(ports, seat, supervisor, desk, where);
}

} // namespace

// -- spawn --------------------------------------------------------------------

embedder_actor spawn_embedder(caf::actor_system& system,
                              const embedder_ports& ports,
                              const worker_seat& seat,
                              const dispatcher_actor& supervisor,
                              const batch_desk_actor& desk, placement where) {
  if (where == placement::detached)
    return system.spawn<caf::detached>(embedder, ports, seat, supervisor, desk,
                                       where);
  return system.spawn(embedder, ports, seat, supervisor, desk, where);
}

} // namespace troupe
