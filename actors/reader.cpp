#include "actors/reader.hpp"

#include "actors/caf_error.hpp"

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace troupe {

namespace {

// -- state --------------------------------------------------------------------

/// Invariant: `library_` is open once a question has been answered.
class reader_state {
public:
  static constexpr const char* name = "troupe.reader";

  explicit reader_state(reader_actor::pointer) {}

  reader_actor::behavior_type make_behavior(open_reader_function open) {
    open_ = std::move(open);
    return {
      [this](entries_atom, const entry_query& x) {
        return ask<entry_page>([&] { return library_->entries(x); });
      },
      [this](entry_atom, const std::string& x) {
        return ask<entry_row>([&] { return library_->entry_named(x); });
      },
      [this](entryat_atom, const std::string& x) {
        return ask<entry_row>([&] { return library_->entry_at(x); });
      },
      [this](jobs_atom, const job_query& x) {
        return ask<job_page>([&] { return library_->jobs(x); });
      },
      [this](job_atom, const std::string& x) {
        return ask<job_details>([&] { return library_->job_named(x); });
      },
      [this](status_atom) {
        return ask<library_status>([&] { return library_->status(); });
      },
      [this](audit_atom, const audit_query& x) { return on_audit(x); },
      [this](vector_atom, content_id x) {
        return ask<content_vector>([&] { return library_->vector_of(x); });
      },
      [this](vectors_atom, const result_query& x) { return on_vectors(x); },
      [this](spaces_atom) { return on_spaces(); },
      [this](print_atom, content_id x) {
        return ask<content_fingerprint>(
          [&] { return library_->fingerprint_of(x); });
      },
      [this](prints_atom, const result_query& x) { return on_prints(x); },
      [this](vector_atom, const content_fingerprint& x) {
        return ask<content_vector>(
          [&] { return library_->text_vector(x.words); });
      },
      [this](find_atom, const word_query& x) {
        return ask<word_matches>([&] { return library_->find_words(x); });
      },
      [this](copies_atom, content_id x) { return on_copies(x); },
      [this](known_atom, const path_list& x) { return on_known(x); },
    };
  }

private:
  // -- message handlers -------------------------------------------------------

  caf::result<audit_rows> on_audit(const audit_query& x) {
    return ask<audit_rows>([&]() -> result<audit_rows> {
      auto rows = library_->audit(x.since_us, x.limit);
      if (!rows)
        return rows.failure();
      return audit_rows{std::move(rows.value())};
    });
  }

  caf::result<vector_block_ptr> on_vectors(const result_query& x) {
    return ask<vector_block_ptr>([&] { return shared(library_->vectors(x)); });
  }

  caf::result<vector_spaces> on_spaces() {
    return ask<vector_spaces>([&]() -> result<vector_spaces> {
      auto found = library_->spaces();
      if (!found)
        return found.failure();
      return vector_spaces{std::move(found.value())};
    });
  }

  caf::result<fingerprint_block_ptr> on_prints(const result_query& x) {
    return ask<fingerprint_block_ptr>(
      [&] { return shared(library_->fingerprints(x)); });
  }

  caf::result<entry_page> on_copies(content_id x) {
    return ask<entry_page>([&]() -> result<entry_page> {
      auto rows = library_->entries_of(x);
      if (!rows)
        return rows.failure();
      return entry_page{std::move(rows.value()), {}};
    });
  }

  caf::result<known_files_ptr> on_known(const path_list& x) {
    return ask<known_files_ptr>([&]() -> result<known_files_ptr> {
      auto files = library_->known_files(x.paths);
      if (!files)
        return files.failure();
      return std::make_shared<const std::vector<known_file>>(
        std::move(files.value()));
    });
  }

  // -- helpers ----------------------------------------------------------------

  template <class T>
  static result<std::shared_ptr<const T>> shared(result<T> found) {
    if (!found)
      return found.failure();
    return std::make_shared<const T>(std::move(found.value()));
  }

  template <class T, class Question>
  caf::result<T> ask(Question&& question) {
    if (!library_) {
      auto opened = open_();
      if (!opened)
        return to_caf(opened.failure());
      library_ = std::move(opened.value());
    }
    result<T> answer = question();
    if (!answer)
      return to_caf(answer.failure());
    return std::move(answer.value());
  }

  // -- members ----------------------------------------------------------------

  open_reader_function open_;

  /// Owned. Null until the first question.
  std::unique_ptr<library_reader> library_;
};

reader_actor::behavior_type
reader(reader_actor::stateful_pointer<reader_state> self,
       open_reader_function open) {
  return self->state.make_behavior(std::move(open));
}

} // namespace

// -- spawn --------------------------------------------------------------------

reader_actor spawn_reader(caf::actor_system& system, open_reader_function open,
                          placement where) {
  if (where == placement::detached)
    return system.spawn<caf::detached>(reader, std::move(open));
  return system.spawn(reader, std::move(open));
}

} // namespace troupe
