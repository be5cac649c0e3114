#pragma once

#include "domain/ports/library_reader.hpp"
#include "domain/ports/library_store.hpp"
#include "io/sqlite/sqlite_library_reader.hpp"
#include "io/sqlite/sqlite_library_store.hpp"

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace troupe::testing {

/// A real library that is filled with vectors straight away, without workers.
/// What fails ends the process: it is used outside of tests too.
class vector_library {
public:
  explicit vector_library(std::string file) : file_(std::move(file)) {
    io::sqlite_library_options options;
    options.file = file_;
    options.recipes = recipes();
    store_ = must(io::open_sqlite_library_store(options));
    must(store_->begin());
    epoch_ = must(store_->start_epoch(now_us)).epoch;
    must(store_->commit());
  }

  [[nodiscard]] static std::vector<recipe> recipes() {
    return {{job_kind::audio_analyze, media_kind::audio, "test-1", "none"},
            {job_kind::image_embed, media_kind::image, "test-1", "none"}};
  }

  [[nodiscard]] std::unique_ptr<library_reader> reader() const {
    return must(io::open_sqlite_library_reader(file_, recipes()));
  }

  [[nodiscard]] library_store& store() noexcept {
    return *store_;
  }

  [[nodiscard]] const std::string& file() const noexcept {
    return file_;
  }

  [[nodiscard]] static std::string path_of(std::int64_t number) {
    return "/m/" + std::to_string(number / 100) + "/" + std::to_string(number);
  }

  /// Adds vectors `[n][dim]` as contents `first` and on, in one commit.
  void add(std::int64_t first, std::span<const float> values, std::size_t dim,
           const std::string& space = "space-1",
           media_kind kind = media_kind::audio) {
    const auto count = values.size() / dim;
    std::vector<found_file> files;
    for (std::size_t i = 0; i < count; ++i)
      files.push_back(file_of(first + static_cast<std::int64_t>(i), kind));
    const auto job = kind == media_kind::audio ? job_kind::audio_analyze
                                               : job_kind::image_embed;
    must(store_->begin());
    static_cast<void>(must(store_->record(files, now_us)));
    settle_request request{epoch_, now_us, {}, {}};
    request.claims.push_back({job, static_cast<int>(count), false});
    const auto claimed = must(store_->settle(request)).claimed;
    request.claims.clear();
    for (const auto& one : claimed) {
      const auto row =
        static_cast<std::size_t>(number_in(one.hash) - first) * dim;
      auto& end = request.ends.emplace_back();
      end.key = one.key;
      end.kind = job;
      end.started_us = end.ended_us = now_us;
      end.worker = "test-1";
      end.stage = "store";
      end.output = job_output{"{}", space, {}, {}};
      end.output->vector.assign(values.data() + row, values.data() + row + dim);
    }
    static_cast<void>(must(store_->settle(request)));
    must(store_->commit());
  }

  void forget(std::int64_t number) {
    const auto entry = must(reader()->entry_at(path_of(number)));
    must(store_->begin());
    must(store_->forget(entry.id, {"uid:0", "forget", "", ""}, now_us));
    must(store_->commit());
  }

  /// Its file is gone.
  void lose(std::int64_t number) {
    const auto entry = must(reader()->entry_at(path_of(number)));
    must(store_->begin());
    static_cast<void>(must(store_->sweep({{entry.id}, false}, now_us)));
    must(store_->commit());
  }

  /// The number by which a content was added.
  [[nodiscard]] static std::int64_t number_in(const content_hash& hash) {
    std::int64_t number = 0;
    for (std::size_t i = 8; i-- > 0;)
      number = number << 8 | hash[i];
    return number;
  }

private:
  static constexpr std::int64_t now_us = 1'700'000'000'000'000;

  static found_file file_of(std::int64_t number, media_kind kind) {
    found_file file;
    file.path = path_of(number);
    file.stamp = {1'000 + number, 1};
    file.kind = kind;
    for (std::size_t i = 0; i < 8; ++i)
      file.hash[i] = static_cast<std::uint8_t>(number >> (8 * i));
    return file;
  }

  template <class T>
  static T must(result<T> outcome) {
    if (!outcome) {
      std::cerr << outcome.failure().detail << '\n';
      std::abort();
    }
    if constexpr (!std::is_void_v<T>)
      return std::move(outcome).value();
  }

  std::string file_;
  std::unique_ptr<library_store> store_;
  std::int64_t epoch_ = 0;
};

} // namespace troupe::testing
