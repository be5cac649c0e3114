#pragma once

#include "actors/admin_plane.hpp"
#include "actors/broker/broker_ports.hpp"
#include "actors/gate/gate_ports.hpp"
#include "actors/messages/values.hpp"
#include "domain/dispatch/batch_former.hpp"
#include "domain/dispatch/worker_pool.hpp"
#include "domain/index/library_index.hpp"
#include "domain/jobs/retry_policy.hpp"
#include "domain/jobs/suspicion.hpp"
#include "domain/ports/audio_decoder.hpp"
#include "domain/ports/audio_document.hpp"
#include "domain/ports/audio_fingerprint.hpp"
#include "domain/ports/colour_profiles.hpp"
#include "domain/ports/content_hash.hpp"
#include "domain/ports/crash_notes.hpp"
#include "domain/ports/file_source.hpp"
#include "domain/ports/folder_watch.hpp"
#include "domain/ports/fourier.hpp"
#include "domain/ports/image_document.hpp"
#include "domain/ports/image_encoder.hpp"
#include "domain/ports/library_reader.hpp"
#include "domain/ports/library_store.hpp"
#include "domain/ports/log_sink.hpp"
#include "domain/ports/media_finder.hpp"
#include "domain/ports/picture_decoder.hpp"
#include "domain/ports/square_fourier.hpp"
#include "domain/ports/tag_reader.hpp"
#include "domain/ports/thread_placement.hpp"
#include "domain/ports/tick_counter.hpp"
#include "domain/ports/wall_clock.hpp"
#include "domain/ports/weights_source.hpp"
#include "domain/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe {

/// What workers on pictures need from outside; null: there are no such
/// workers.
struct picture_ports {
  const image_codec* codec = nullptr;
  const colour_profiles* profiles = nullptr;
  const image_encoder* encoder = nullptr;
  const file_source* files = nullptr;
  const weights_source* weights = nullptr;
  const content_hasher* hasher = nullptr;
};

/// Everything that the actors need from outside. Borrowed pointers must
/// outlive the system; null where the comment allows it.
struct system_ports {
  const wall_clock* clock = nullptr;
  log_sink* log = nullptr;
  const thread_placement* threads = nullptr;
  /// Opens a reader; called once each on the READER's and INDEXER's threads.
  std::function<result<std::unique_ptr<library_reader>>()> open_reader;
  /// Null: a system that only reads.
  std::unique_ptr<library_store> store;
  /// Null without a store: nothing is analysed.
  const media_finder* finder = nullptr;
  const audio_decoder_source* audio_decoders = nullptr;
  const tag_reader* tags = nullptr;
  const fourier_source* fourier = nullptr;
  const audio_document* documents = nullptr;
  /// May be null: crashes then name nobody.
  crash_notes* crashes = nullptr;
  /// May be null: results then have no fingerprint.
  const audio_fingerprint_source* fingerprints = nullptr;
  /// Both null: pictures and texts wait.
  const square_fourier_source* square_fourier = nullptr;
  const image_document* image_documents = nullptr;
  /// Empty: pictures wait.
  picture_decoder_source open_picture_decoder;
  picture_ports pictures;
  /// May be null: no message is recorded.
  const tick_counter* ticks = nullptr;
  /// May be null: no folder is watched.
  std::unique_ptr<folder_watch> watch;
  /// RabbitMQ; empty: none.
  broker_ports broker = {};
  /// Without kernel: `near` is refused.
  index::index_ports index = {};
  /// Other hosts; without a listener: nobody comes from there.
  gate_ports gate = {};
};

/// Sizes and limits of a system.
struct system_settings {
  /// Pools, one field each (see workers/pool_plans.cpp); `slots` 0: there is
  /// none, its jobs stay ready.
  pool_limits analyzers;
  /// Without EMBEDDERs there are no PREPROCESSORs either.
  pool_limits preprocessors;
  pool_limits embedders;
  /// Of pictures, on their way from PREPROCESSOR to EMBEDDER.
  batch_limits batches;
  int batches_in_flight = 2;
  image::pixel_rules pixels;
  pool_limits upscalers;
  /// Memory that one UPSCALER may work in, in bytes.
  std::size_t upscaler_scratch_max = std::size_t{64} << 20U;
  /// Larger pictures are refused; 0 = no limit for files.
  std::uint64_t file_bytes_max = 0;
  std::uint64_t pixels_max = 200'000'000;
  index::library_index_policy index = {};
  retry_policy retry;
  suspicion_policy suspicion;
  /// 0 = reconcile only at start.
  std::int64_t reconcile_ms = 300'000;
  retention_policy retention;
  /// Saved scales win over the sizes of the pools.
  bool use_saved_scales = false;
  /// Administrators can end this process: it is a node.
  bool is_node = false;
  /// Who works on the library, for people; empty: nobody does.
  std::string holder;
  /// Media longer than this is refused; 0 = no limit.
  std::int64_t duration_s_max = 0;
  /// Folders to rescan when `system_ports::watch` reports a change.
  std::vector<std::string> watched;
  /// Where commands of other processes reach this system, and its pid for
  /// them; empty: nowhere.
  std::string socket;
  std::int64_t pid = 0;
  /// Called from any thread when `wait` has something to tell, for an owner
  /// who sleeps elsewhere; may be empty.
  std::function<void()> on_event;
};

/// An actor system as commands see it: a blocking facade with deadlines, no
/// CAF type in sight. It runs in this process (`start`) or in a node's
/// (`connect_to_node`).
///
/// Thread affinity: one thread, the one that started it.
class troupe_system {
public:
  /// Starts CAF and the tree: READER, and with a store LIBRARIAN, SUPERVISOR,
  /// ANALYZERs, FINDER. Returns once the epoch has begun and what the last
  /// process left running is ready again.
  [[nodiscard]] static result<std::unique_ptr<troupe_system>>
  start(system_ports ports, const system_settings& settings);

  /// Ends what is left; call `drain` before when jobs may be in hand. Never
  /// hangs: when a thread is stuck in a decoder, or after 5 s, the process ends
  /// without coming back, its streams flushed and the library closed.
  virtual ~troupe_system() = default;

  /// The exit code of such an end; `exit_code_on_hang` until it is told.
  virtual void exit_code_if_hung(int code) = 0;

  /// What the start found. @pre a store was given
  [[nodiscard]] virtual const epoch_report& started() const = 0;

  /// True when the actors run in another process: a node (see node_client).
  [[nodiscard]] virtual bool is_elsewhere() const = 0;

  // -- the main job -----------------------------------------------------------

  /// Begins a walk; its report comes by `wait`.
  virtual void begin_find(find_request request) = 0;

  /// Asks to be told, by `wait`, when no job is left that could run now or
  /// later by itself.
  virtual void begin_idle_watch() = 0;

  /// What `wait` saw first; append only.
  enum class event : std::uint8_t {
    /// The time passed.
    nothing,
    /// The walk ended; see `found`.
    found,
    /// All work is done.
    idle,
    /// LIBRARIAN or SUPERVISOR ended; nothing more will happen. See `end_why`.
    spine_ended,
    /// An administrator wants the node to end; see `shutdown_asker`.
    shutdown_wanted,
  };

  /// Waits for the next event, at most this long.
  virtual event wait(std::chrono::milliseconds longest) = 0;

  /// After `event::found`: the report, or why the walk could not be made.
  [[nodiscard]] virtual const result<find_report>& found() const = 0;

  /// After `event::spine_ended`.
  [[nodiscard]] virtual const error& end_why() const = 0;

  /// After `event::shutdown_wanted`: who wants it.
  [[nodiscard]] virtual const std::string& shutdown_asker() const = 0;

  /// How far the walk is, and how the work stands; 10 s at most.
  virtual result<find_progress> finding() = 0;
  virtual result<work_progress> progress() = 0;
  virtual result<pool_statuses> pools() = 0;

  /// Do the two that hold everything together, SUPERVISOR and LIBRARIAN, still
  /// answer? 10 s at most.
  virtual result<void> pulse() = 0;

  /// Ends the walk, stops claiming, lets running jobs end within `grace_ms`,
  /// hands back the rest; durable when it returns.
  virtual result<drain_report> drain(std::int64_t grace_ms) = 0;

  // -- writing ----------------------------------------------------------------

  /// @param token of the import that holds intake, if any
  virtual result<std::string> add_text(text_entry entry, std::string token) = 0;
  /// Queues a job that somebody asks for. @param token as above
  virtual result<ordered_job> order(job_order wanted, std::string token) = 0;
  virtual result<void> forget(entry_id entry, audit_note note) = 0;
  /// The entry's file got other bytes with the same sound; false when its
  /// results could not be kept and it must be analysed again.
  virtual result<bool> retag(entry_id entry, found_file now,
                             audit_note note) = 0;

  // -- administration ---------------------------------------------------------

  /// Every admin verb; a system without store answers questions only.
  virtual admin_plane& admin() = 0;

  // -- reading ----------------------------------------------------------------

  virtual result<entry_page> entries(entry_query query) = 0;
  virtual result<entry_row> entry_at(std::string path) = 0;
  virtual result<entry_row> entry_named(std::string word) = 0;
  virtual result<job_page> jobs(job_query query) = 0;
  virtual result<job_details> job_named(std::string word) = 0;
  virtual result<library_status> status() = 0;
  virtual result<content_vector> vector_of(content_id content) = 0;
  /// The next vectors of a space; ask again with `last_seq` while `more`.
  virtual result<vector_block_ptr> vectors(result_query query) = 0;
  virtual result<vector_spaces> spaces() = 0;
  virtual result<content_fingerprint> fingerprint_of(content_id content) = 0;
  /// The next fingerprints of a method, as `vectors`.
  virtual result<fingerprint_block_ptr> fingerprints(result_query query) = 0;
  /// The vector of a text with these features; see `library_reader`.
  virtual result<content_vector> text_vector(content_fingerprint features) = 0;
  virtual result<word_matches> find_words(word_query query) = 0;
  /// Every entry with this content, missing ones too, oldest first.
  virtual result<entry_page> entries_of(content_id content) = 0;
  /// What is near to a vector, among all that is committed.
  virtual result<near_answer> near(near_query query) = 0;
};

/// With what a process ends whose actors do not come down: EX_SOFTWARE.
inline constexpr int exit_code_on_hang = 70;

} // namespace troupe
