#pragma once

#include "domain/library/found_file.hpp"
#include "domain/library/media_kind.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// Row identities inside one library; never shown to people (they see ULIDs).
enum class job_id : std::int64_t {};
enum class content_id : std::int64_t {};
enum class entry_id : std::int64_t {};

/// What a job does. Persisted: append only, never renumber.
enum class job_kind : std::uint8_t {
  index = 0,
  audio_analyze = 1,
  image_embed = 2,
  text_embed = 3,
  image_upscale = 4,
};

/// Where a job stands; `domain/jobs/job_machine.hpp` holds the transitions.
/// Persisted: append only, never renumber.
enum class job_state : std::uint8_t {
  /// Waits for its first due time.
  scheduled = 0,
  /// May be claimed now.
  ready = 1,
  /// Claimed by a worker of the present epoch.
  running = 2,
  /// Failed for now; ready again when due.
  retry = 3,
  done = 4,
  failed = 5,
  cancelled = 6,
  /// Its content killed or hung the process; runs again only on release, or
  /// under another decoder version.
  quarantined = 7,
};

/// Why an attempt did not succeed. Persisted: append only, never renumber.
enum class error_class : std::uint8_t {
  none = 0,
  /// May pass by itself: retried with backoff.
  transient = 1,
  /// The input itself is wrong: never retried by itself.
  permanent = 2,
  /// The process died of it.
  crash = 3,
  /// No sign of life within the time limit.
  timeout = 4,
  /// Memory, disk or another budget was short: retried with backoff.
  resource = 5,
  cancelled = 6,
};

/// How an attempt ended. Persisted: append only, never renumber.
enum class attempt_outcome : std::uint8_t {
  succeeded = 0,
  failed = 1,
  /// The process ended meanwhile; nobody is to blame.
  interrupted = 2,
  /// Handed back unfinished on shutdown or pause; costs no attempt.
  returned = 3,
  cancelled = 4,
};

/// "audio.analyze" and so on: the names of CONTRACT, rule 1.
[[nodiscard]] std::string_view to_string(job_kind kind) noexcept;
[[nodiscard]] std::string_view to_string(job_state state) noexcept;
[[nodiscard]] std::string_view to_string(error_class why) noexcept;
[[nodiscard]] std::string_view to_string(attempt_outcome outcome) noexcept;

/// The inverses of `to_string`; nothing for any other word.
[[nodiscard]] std::optional<job_kind>
parse_job_kind(std::string_view word) noexcept;
[[nodiscard]] std::optional<job_state>
parse_job_state(std::string_view word) noexcept;
[[nodiscard]] std::optional<error_class>
parse_error_class(std::string_view word) noexcept;

/// True for a state in which a job may still run by itself.
[[nodiscard]] constexpr bool is_live(job_state state) noexcept {
  return state <= job_state::retry;
}

/// What one kind of worker makes of one kind of media. A content is covered
/// when it has a result of this version.
struct recipe {
  job_kind kind = job_kind::audio_analyze;
  media_kind media = media_kind::audio;
  /// Names algorithm and parameters, e.g. `audio::audio_record_version`.
  std::string version;
  /// Names the library that reads untrusted bytes; quarantine holds under it.
  std::string decoder;
};

/// The fence of a claimed job: a result counts only under the claim that is
/// still the last one.
struct claim_key {
  job_id job{};
  std::int64_t claim = 0;

  friend bool operator==(const claim_key&, const claim_key&) = default;
};

/// A job in the hands of a worker.
struct claimed_job {
  claim_key key;
  /// Public id, 26 characters.
  std::string ulid;
  job_kind kind = job_kind::audio_analyze;
  /// In [0, 9]; 9 is most urgent.
  int priority = 0;
  /// Attempts charged before this one.
  int attempts_charged = 0;
  /// True when it must be the only job at work (see suspicion.hpp).
  bool alone = false;
  content_id content{};
  content_hash hash{};
  /// One place where the content was last seen; raw bytes; empty for content
  /// that lives in the library itself.
  std::string path;
  file_stamp stamp;
  /// UTF-8, of such content; empty when there is a path.
  std::string text = {};
  /// What was asked for, as JSON; empty for a job that coverage asks for.
  std::string params = {};
};

/// A job that somebody asks for, instead of coverage.
struct job_order {
  job_kind kind = job_kind::image_upscale;
  /// The content that it is about; it need not be an entry's.
  content_hash hash{};
  media_kind media = media_kind::image;
  std::int64_t bytes = 0;
  /// JSON, as the kind's worker reads it.
  std::string params;
  /// In [0, 9]; 9 is most urgent.
  int priority = 5;
  /// The asker's idempotency key; empty: every order is a new job.
  std::string key = {};
};

/// What became of an order.
struct ordered_job {
  /// Public id.
  std::string ulid;
  /// False: the key was known, and this is its job.
  bool is_new = true;
};

/// What a successful attempt produced: an encoded document, and a vector and a
/// fingerprint where the job makes them. Bytes, so that it may come from
/// another host.
struct job_output {
  /// UTF-8 JSON object; see `io/nlohmann_job_document.cpp`.
  std::string document;
  /// Names algorithm, version and parameters; empty without a vector.
  std::string space = {};
  std::vector<float> vector = {};
  /// Names how the fingerprint was made; empty without one.
  std::string fingerprint_method = {};
  std::vector<std::uint32_t> fingerprint = {};
  /// UTF-8 by which a search finds the content, besides its names and tags;
  /// empty when there is none.
  std::string body = {};
};

} // namespace troupe
