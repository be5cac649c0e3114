#pragma once

#include "domain/jobs/hold_book.hpp"
#include "domain/jobs/job.hpp"
#include "domain/library/found_file.hpp"
#include "domain/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// How an entry stands. The order is that of CONTRACT, rule 2.
enum class entry_state : std::uint8_t {
  pending,
  done,
  failed,
  quarantined,
  missing,
};

[[nodiscard]] std::string_view to_string(entry_state state) noexcept;
[[nodiscard]] std::optional<entry_state>
parse_entry_state(std::string_view word) noexcept;

/// One file or text that the library knows.
struct entry_row {
  entry_id id{};
  /// Public id, 26 characters.
  std::string ulid;
  content_id content{};
  media_kind kind = media_kind::audio;
  entry_state state = entry_state::pending;
  /// Raw bytes; empty for a text entry given by command.
  std::string path;
  /// The user's key and title; text entries only.
  std::string key;
  std::string title;
  file_stamp stamp;
  content_hash hash{};
  /// The result's JSON object; empty while there is none.
  std::string document;
  /// Why it failed or was quarantined; empty else.
  std::string message;
  std::string space;
  std::int64_t dim = 0;
};

struct entry_query {
  std::optional<media_kind> kind;
  std::optional<entry_state> state;
  /// Only paths that are this, or below this folder; raw bytes, absolute.
  std::string under;
  std::int64_t limit = 100;
  /// Continue after this row, as `entry_page::next`; empty: from the start.
  std::string cursor;
  bool with_documents = true;
};

struct entry_page {
  std::vector<entry_row> rows;
  /// Cursor of the next page; empty at the end.
  std::string next;
};

struct attempt_row {
  int number = 0;
  std::int64_t claim = 0;
  std::string worker;
  std::int64_t started_us = 0;
  std::int64_t ended_us = 0;
  attempt_outcome outcome = attempt_outcome::succeeded;
  error_class why = error_class::none;
  std::string stage;
  std::string message;
};

struct job_row {
  job_id id{};
  std::string ulid;
  job_kind kind = job_kind::audio_analyze;
  job_state state = job_state::ready;
  int priority = 0;
  int attempts_charged = 0;
  int interruptions = 0;
  int crashes = 0;
  bool alone = false;
  std::string version;
  content_hash hash{};
  /// One path of the content; empty when none is left.
  std::string path;
  std::int64_t created_us = 0;
  std::int64_t updated_us = 0;
  std::int64_t not_before_us = 0;
  std::int64_t claimed_us = 0;
  error_class why = error_class::none;
  std::string message;
  /// Jobs of its kind that would be claimed before it; ready jobs only.
  std::int64_t ahead = 0;
};

struct job_query {
  std::optional<job_state> state;
  std::optional<job_kind> kind;
  std::optional<error_class> why;
  /// Only jobs changed at or after this.
  std::int64_t since_us = 0;
  std::int64_t limit = 100;
  std::string cursor;
};

struct job_page {
  std::vector<job_row> rows;
  std::string next;
};

struct job_details {
  job_row job;
  /// Oldest first.
  std::vector<attempt_row> attempts;
};

struct audit_row {
  std::int64_t at_us = 0;
  std::string actor;
  std::string action;
  std::string target;
  std::string detail;
  std::int64_t affected = 0;
};

/// What the scanner needs to see that a file is unchanged: 40 bytes each.
struct known_file {
  /// `path_digest` of the path bytes, as two words.
  std::uint64_t path_digest_high = 0;
  std::uint64_t path_digest_low = 0;
  file_stamp stamp;
  entry_id id{};
  bool missing = false;
};

struct kind_coverage {
  media_kind kind = media_kind::audio;
  /// Entries that are not missing.
  std::int64_t entries = 0;
  std::int64_t done = 0;
  std::int64_t failed = 0;
  std::int64_t quarantined = 0;
  std::int64_t pending = 0;
  std::int64_t missing = 0;
};

struct queue_depth {
  job_kind kind = job_kind::audio_analyze;
  /// Index: `job_state`.
  std::array<std::int64_t, 8> counts{};
  /// When the oldest ready job became ready; 0 without any.
  std::int64_t oldest_ready_us = 0;
};

struct failure_cause {
  job_kind kind = job_kind::audio_analyze;
  error_class why = error_class::none;
  std::int64_t count = 0;
  /// Message of the latest one.
  std::string sample;
};

struct library_status {
  int schema = 0;
  std::int64_t epoch = 0;
  std::int64_t file_bytes = 0;
  std::vector<kind_coverage> coverage;
  std::vector<queue_depth> queues;
  std::vector<failure_cause> failures;
  std::int64_t audit_rows = 0;
  /// Audit rows of accepted results.
  std::int64_t results_accepted = 0;
  /// Pauses, import and saved scales.
  held_state held;
};

// -- vectors and fingerprints -------------------------------------------------

/// Whose vector or fingerprint a row is.
struct result_owner {
  /// Rises with every result that is stored, never comes again.
  std::int64_t seq = 0;
  content_id content{};
  media_kind kind = media_kind::audio;
  /// The oldest entry that is present and has this content; 0 when all of
  /// them are missing.
  entry_id entry{};
};

/// Which result is whose.
struct result_mark {
  std::int64_t seq = 0;
  content_id content{};

  friend bool operator==(const result_mark&, const result_mark&) = default;
};

/// Which of the contents a search is about.
struct content_filter {
  /// Entries at or below this absolute path, raw bytes; empty: everywhere.
  std::string under;
  /// Words that must all be in a content's tags (title, artist, album,
  /// genre); empty: any.
  std::string tag;

  [[nodiscard]] bool empty() const noexcept {
    return under.empty() && tag.empty();
  }
};

/// Asks for the results stored after `after_seq`, oldest first.
struct result_query {
  /// A space of vectors, or a method of fingerprints.
  std::string name;
  std::int64_t after_seq = 0;
  /// Rows of one block.
  std::int64_t limit = 4'096;
};

/// Vectors of one space, in one piece of memory.
struct vector_block {
  std::int64_t dim = 0;
  std::vector<result_owner> owners;
  /// `[owner][dim]`, row-major.
  std::vector<float> values;
  /// Where the next query goes on: the last row's `seq`, or without `more` the
  /// last of all spaces, so that the others are passed over once.
  std::int64_t last_seq = 0;
  /// True when more rows follow.
  bool more = false;
};

/// Fingerprints of one method.
struct fingerprint_block {
  std::vector<result_owner> owners;
  /// One list of words per owner.
  std::vector<std::vector<std::uint32_t>> words;
  /// As that of vectors.
  std::int64_t last_seq = 0;
  bool more = false;
};

/// The vector of one content.
struct content_vector {
  std::string space;
  std::vector<float> values;
};

/// The fingerprint of one content.
struct content_fingerprint {
  std::string method;
  std::vector<std::uint32_t> words;
};

/// Asks which contents have words in common with a text.
struct word_query {
  /// UTF-8, as a person types it; no syntax.
  std::string text;
  std::int64_t limit = 100;
};

/// A content found by its words.
struct word_match {
  content_id content{};
  /// Where the words stand, on one line; empty when only a name has them.
  std::string excerpt;
};

/// Contents by word, the best first, each once a list.
struct word_matches {
  /// By path, title or key of an entry that is present.
  std::vector<word_match> by_name;
  /// By tags or body.
  std::vector<word_match> by_body;
};

/// A space with vectors in it.
struct vector_space {
  std::string name;
  media_kind kind = media_kind::audio;
  std::int64_t dim = 0;
  /// Vectors made under the present recipes.
  std::int64_t vectors = 0;
};

/// The library file, for reading only; sees what was committed.
///
/// Thread affinity: owned and called by one thread (the READER). Never writes,
/// not even the log; works on a library in a read-only folder.
class library_reader {
public:
  virtual ~library_reader() = default;

  /// Entries in path order (text entries last), at most `limit`.
  [[nodiscard]] virtual result<entry_page>
  entries(const entry_query& query) = 0;

  /// The entry at exactly this absolute path.
  [[nodiscard]] virtual result<entry_row> entry_at(const std::string& path) = 0;

  /// The entry with this id, or unique prefix of it, or key. An ambiguous
  /// prefix is `errc::invalid_argument` with the matches in the detail.
  [[nodiscard]] virtual result<entry_row>
  entry_named(const std::string& word) = 0;

  /// Jobs, most recently changed first.
  [[nodiscard]] virtual result<job_page> jobs(const job_query& query) = 0;

  /// The job with this id or unique prefix, or the newest of the content with
  /// this SHA-256 (64 hexadecimal digits), with its attempts. Ambiguous:
  /// `errc::invalid_argument`.
  [[nodiscard]] virtual result<job_details>
  job_named(const std::string& word) = 0;

  /// Latest audit rows first.
  [[nodiscard]] virtual result<std::vector<audit_row>>
  audit(std::int64_t since_us, std::int64_t limit) = 0;

  /// All entries at or below the roots (absolute paths, raw bytes).
  [[nodiscard]] virtual result<std::vector<known_file>>
  known_files(const std::vector<std::string>& roots) = 0;

  [[nodiscard]] virtual result<library_status> status() = 0;

  /// Contents with a present entry that the filter lets through, by id.
  [[nodiscard]] virtual result<std::vector<content_id>>
  contents_where(const content_filter& filter) = 0;

  /// The oldest present entry of each content, 0 where all are missing.
  [[nodiscard]] virtual result<std::vector<entry_id>>
  present_entries(const std::vector<content_id>& contents) = 0;

  // -- vectors and fingerprints: only those made under the present recipes ----

  /// `errc::not_found` when the content has no vector.
  [[nodiscard]] virtual result<content_vector>
  vector_of(content_id content) = 0;

  /// The next vectors of a space; an unknown space has none.
  [[nodiscard]] virtual result<vector_block>
  vectors(const result_query& query) = 0;

  /// Which vectors there are, of all spaces, by rising `seq`. Much cheaper than
  /// the vectors themselves.
  [[nodiscard]] virtual result<std::vector<result_mark>> vector_marks() = 0;

  /// The same of fingerprints.
  [[nodiscard]] virtual result<std::vector<result_mark>>
  fingerprint_marks() = 0;

  /// What copies of vectors must agree with: the present recipes, and which
  /// library it is. Compared for equality only.
  [[nodiscard]] virtual result<std::string> lineage() = 0;

  /// Spaces that hold a vector, by name.
  [[nodiscard]] virtual result<std::vector<vector_space>> spaces() = 0;

  /// `errc::not_found` when the content has no fingerprint.
  [[nodiscard]] virtual result<content_fingerprint>
  fingerprint_of(content_id content) = 0;

  /// The next fingerprints of a method; an unknown method has none.
  [[nodiscard]] virtual result<fingerprint_block>
  fingerprints(const result_query& query) = 0;

  /// The vector that a text with these features (text/text_features.hpp) has
  /// among the texts of this library. Texts keep their features only: what is
  /// rare changes with every text, so `vector_of`, `vectors` and `spaces` make
  /// their vectors of these when asked. Empty for a text without words.
  [[nodiscard]] virtual result<content_vector>
  text_vector(const std::vector<std::uint32_t>& features) = 0;

  /// Finds contents by words.
  [[nodiscard]] virtual result<word_matches>
  find_words(const word_query& query) = 0;

  /// Every entry with this content, missing ones too, oldest first.
  [[nodiscard]] virtual result<std::vector<entry_row>>
  entries_of(content_id content) = 0;
};

} // namespace troupe
