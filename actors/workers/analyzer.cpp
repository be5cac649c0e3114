#include "actors/workers/analyzer.hpp"

#include "actors/tracing/traced.hpp"
#include "actors/workers/blame.hpp"
#include "actors/workers/job_care.hpp"
#include "domain/audio/analysis.hpp"
#include "domain/audio/likeness/embedding.hpp"

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace troupe {

namespace {

/// One file under analysis.
struct open_file {
  claimed_job_ptr job;
  std::unique_ptr<audio_decoder> decoder;
  std::optional<audio::analysis> analysis;
  /// Null when there is to be none.
  std::unique_ptr<audio_fingerprint> fingerprint;
  std::int64_t frames = 0;

  [[nodiscard]] double seconds(std::int64_t count) const {
    return static_cast<double>(count)
           / static_cast<double>(decoder->format().sample_rate_hz);
  }
};

// -- state --------------------------------------------------------------------

/// Invariant: while `file_` holds a job, a step message is on its way.
class analyzer_state {
public:
  static constexpr const char* name = "troupe.analyzer";

  explicit analyzer_state(worker_actor::pointer self) : self_(self) {}

  worker_actor::behavior_type
  make_behavior(const analyzer_tunables& tunables, const analyzer_ports& ports,
                const worker_seat& seat, const dispatcher_actor& supervisor) {
    tunables_ = tunables;
    ports_ = ports;
    seat_ = seat;
    supervisor_ = supervisor;
    if (ports_.threads != nullptr && tunables.where == placement::detached) {
      ports_.threads->name_thread(fmt::format("analyzer-{}", seat.slot));
      ports_.threads->flush_denormals();
    }
    self_->send(supervisor_, ask_atom_v, seat_);
    return {
      [this](work_atom, const claimed_job_ptr& x) { on_work(x); },
      [this](cancel_atom, const claim_key& x, bool back) {
        on_cancel(x, back);
      },
      [this](step_atom) { on_step(); },
    };
  }

private:
  // -- message handlers, in the order of worker_actor -------------------------

  void on_work(const claimed_job_ptr& job) {
    file_.emplace();
    file_->job = job;
    note_job(job->key.job);
    guarded([this] { open(); });
    step_soon();
  }

  void on_cancel(const claim_key& key, bool hand_back) {
    if (!file_ || !(file_->job->key == key))
      return;
    end(called_off(hand_back));
  }

  void on_step() {
    step_on_its_way_ = false;
    if (!file_)
      return;
    note_job(file_->job->key.job);
    guarded([this] { decode(); });
    step_soon();
  }

  // -- the stages -------------------------------------------------------------

  void open() {
    const auto& job = *file_->job;
    if (auto same = check_stamp(*ports_.files, job); !same)
      return fail("open", same.failure());
    auto decoder = ports_.decoders->open(job.path);
    if (!decoder)
      return fail("open", decoder.failure());
    file_->decoder = std::move(decoder.value());
    const auto& format = file_->decoder->format();
    if (is_too_long(format.frames))
      return fail_too_long();
    file_->analysis.emplace(*ports_.fourier, format);
    begin_fingerprint(format);
    beat();
  }

  void decode() {
    auto block = file_->decoder->next();
    if (!block)
      return fail("decode", block.failure());
    if (block->samples.empty())
      return finish();
    file_->frames += static_cast<std::int64_t>(block->frames());
    // A header that claims no length has not been checked yet.
    if (is_too_long(file_->frames))
      return fail_too_long();
    file_->analysis->push(*block);
    // A result without fingerprint is better than none.
    if (file_->fingerprint && !file_->fingerprint->push(*block))
      file_->fingerprint.reset();
    beat();
  }

  void finish() {
    auto record = file_->analysis->finish();
    record.codec = file_->decoder->format().codec;
    record.invalid_samples = file_->decoder->invalid_samples();
    auto tags = ports_.tags->read(file_->job->path);
    if (tags)
      record.tags = std::move(tags.value());
    // Bytes that changed meanwhile are not the content this job is about.
    if (auto same = check_stamp(*ports_.files, *file_->job); !same)
      return fail("decode", same.failure());
    work_outcome outcome;
    outcome.media_s = record.duration_s;
    outcome.output = job_output{ports_.documents->encode(record)};
    if (!record.embedding.empty()) {
      outcome.output->space = audio::embedding_space;
      outcome.output->vector = std::move(record.embedding);
    }
    add_fingerprint(*outcome.output);
    end(std::move(outcome));
  }

  // -- helpers ----------------------------------------------------------------

  void begin_fingerprint(const audio::pcm_format& format) {
    if (ports_.fingerprints == nullptr)
      return;
    if (auto begun = ports_.fingerprints->begin(format))
      file_->fingerprint = std::move(begun.value());
  }

  void add_fingerprint(job_output& output) {
    if (!file_->fingerprint)
      return;
    auto words = file_->fingerprint->finish();
    if (!words || words->empty())
      return;
    output.fingerprint_method = ports_.fingerprints->method();
    output.fingerprint = std::move(words.value());
  }

  void step_soon() {
    if (file_ && !std::exchange(step_on_its_way_, true))
      self_->send(self_, step_atom_v);
  }

  /// Runs a stage with its file to blame. No exception leaves it.
  template <class Stage>
  void guarded(Stage&& stage) {
    const auto job = file_->job;
    const blame guilty{ports_.crashes, *job, ports_.decoders->version()};
    const auto done = run_contained(*job, [&]() -> result<void> {
      stage();
      return {};
    });
    if (done)
      return;
    // Thrown while it was being reported: the SUPERVISOR sees a dead worker.
    if (!file_)
      return self_->quit(caf::exit_reason::unhandled_exception);
    fail("analyze", done.failure());
  }

  [[nodiscard]] bool is_too_long(std::int64_t frames) const {
    return tunables_.duration_s_max > 0
           && file_->seconds(frames)
                > static_cast<double>(tunables_.duration_s_max);
  }

  void fail_too_long() {
    fail("open",
         {errc::too_large,
          fmt::format("{}: longer than [library] duration_s_max = {} s; raise "
                      "it to have this file analysed",
                      file_->job->path, tunables_.duration_s_max)});
  }

  void beat() {
    self_->send(supervisor_, beat_atom_v,
                worker_beat{seat_, file_->job->key,
                            file_->seconds(file_->frames),
                            file_->seconds(file_->decoder->format().frames)});
  }

  void fail(std::string_view stage, const error& why) {
    end(failed_at(stage, why,
                  file_->decoder ? file_->seconds(file_->frames) : 0.0));
  }

  void end(work_outcome outcome) {
    worker_end last{seat_, file_->job->key, std::move(outcome)};
    file_.reset();
    self_->send(supervisor_, end_atom_v, std::move(last));
  }

  // -- members ----------------------------------------------------------------

  /// The hosting actor; outlives this state.
  worker_actor::pointer self_;

  analyzer_tunables tunables_;
  analyzer_ports ports_;
  worker_seat seat_;
  dispatcher_actor supervisor_;

  /// The file in hand.
  std::optional<open_file> file_;

  /// A cancelled file leaves its step behind; the next file takes it over.
  bool step_on_its_way_ = false;
};

worker_actor::behavior_type
analyzer(worker_actor::stateful_pointer<analyzer_state> self,
         const analyzer_tunables& tunables, const analyzer_ports& ports,
         const worker_seat& seat, const dispatcher_actor& supervisor) {
  return self->state.make_behavior(tunables, ports, seat, supervisor);
}

} // namespace

// -- spawn --------------------------------------------------------------------

worker_actor spawn_analyzer(caf::actor_system& system,
                            const analyzer_tunables& tunables,
                            const analyzer_ports& ports,
                            const worker_seat& seat,
                            const dispatcher_actor& supervisor) {
  if (tunables.where == placement::detached)
    return spawn_traced<caf::detached>(system, analyzer, tunables, ports, seat,
                                       supervisor);
  return spawn_traced(system, analyzer, tunables, ports, seat, supervisor);
}

} // namespace troupe
