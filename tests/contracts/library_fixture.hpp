#pragma once

#include "domain/ports/library_reader.hpp"
#include "domain/ports/library_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/// What the contract suites of the library share.
namespace troupe::contracts {

/// One fresh, empty library; each test makes its own.
struct library_under_test {
  /// Opens the library; a second call opens the same one again.
  std::function<std::unique_ptr<library_store>(const std::vector<recipe>&)>
    open;
  std::function<std::unique_ptr<library_reader>(const std::vector<recipe>&)>
    read;
};

struct library_case {
  std::string name;
  std::function<library_under_test()> make;
};

inline void PrintTo(const library_case& made, std::ostream* out) {
  *out << made.name;
}

/// Music and text, so that contents of two kinds queue and images do not.
inline std::vector<recipe> two_recipes() {
  return {{job_kind::audio_analyze, media_kind::audio, "audio-1", "snd-1"},
          {job_kind::text_embed, media_kind::text, "text-1", "none"}};
}

/// A file whose content is told by `content` alone.
inline found_file audio_file(std::string path, std::uint32_t content) {
  found_file file;
  file.path = std::move(path);
  file.stamp = {1000 + std::int64_t{content}, 5};
  file.kind = media_kind::audio;
  for (std::size_t i = 0; i < 4; ++i)
    file.hash[i] = static_cast<std::uint8_t>(content >> (8 * i));
  return file;
}

/// One second, in the microseconds of the port.
inline constexpr std::int64_t second_us = 1'000'000;

/// A library with its writer, one epoch begun, and a clock set by hand.
class library_fixture : public testing::TestWithParam<library_case> {
protected:
  void SetUp() override {
    library_ = GetParam().make();
    reopen();
  }

  /// Runs one operation in a transaction of its own; it must succeed.
  template <class Operation>
  auto committed(Operation operation) {
    EXPECT_TRUE(store_->begin());
    auto outcome = operation();
    EXPECT_TRUE(outcome) << (outcome ? "" : outcome.failure().detail);
    const auto done = store_->commit();
    EXPECT_TRUE(done) << (done ? "" : done.failure().detail);
    if constexpr (!std::is_same_v<decltype(outcome), result<void>>)
      return outcome ? std::move(outcome).value()
                     : std::decay_t<decltype(outcome.value())>{};
  }

  void reopen(const std::vector<recipe>& recipes = two_recipes()) {
    recipes_ = recipes;
    store_.reset();
    store_ = library_.open(recipes);
    ASSERT_NE(store_, nullptr);
    epoch_ = committed([&] { return store_->start_epoch(now_us_); });
  }

  /// Runs one operation that must fail; nothing of it stays.
  template <class Operation>
  errc refused(Operation operation) {
    EXPECT_TRUE(store_->begin());
    EXPECT_TRUE(store_->savepoint());
    const auto outcome = operation();
    store_->undo();
    EXPECT_TRUE(store_->commit());
    return outcome ? errc::none : outcome.failure().code;
  }

  record_report record(const std::vector<found_file>& files) {
    return committed([&] { return store_->record(files, now_us_); });
  }

  settle_report settle(std::vector<attempt_end> ends,
                       std::vector<claim_order> claims) {
    const settle_request request{epoch_.epoch, now_us_, std::move(ends),
                                 std::move(claims)};
    return committed([&] { return store_->settle(request); });
  }

  std::vector<claimed_job> claim(int count, bool alone = false) {
    return settle({}, {{job_kind::audio_analyze, count, alone}}).claimed;
  }

  attempt_end end_of(const claimed_job& job, job_state next) {
    attempt_end end;
    end.key = job.key;
    end.next = next;
    end.started_us = now_us_ - 1;
    end.ended_us = now_us_;
    end.worker = "analyzer-1";
    end.stage = "decode";
    if (next == job_state::done) {
      end.output = job_output{
        R"({"a":1})", "space-1", {0.5F, -1.0F}, "prints-1", {7U, 0xfffffffeU}};
    } else {
      end.outcome = attempt_outcome::failed;
      end.why = error_class::permanent;
      end.message = "it broke";
    }
    return end;
  }

  end_verdict finish(const attempt_end& end) {
    const auto report = settle({end}, {});
    return report.verdicts.empty() ? end_verdict::refused
                                   : report.verdicts.front();
  }

  backlog queue() {
    const std::vector<job_kind> kinds{job_kind::audio_analyze,
                                      job_kind::text_embed};
    return committed([&] { return store_->wake(kinds, now_us_); });
  }

  std::unique_ptr<library_reader> reader() {
    auto opened = library_.read(recipes_);
    EXPECT_NE(opened, nullptr);
    return opened;
  }

  audit_note note() {
    return {"uid:1000", "test", "target", "detail"};
  }

  library_under_test library_;
  std::vector<recipe> recipes_;
  std::unique_ptr<library_store> store_;
  epoch_start epoch_;
  std::int64_t now_us_ = 1'700'000'000 * second_us;
};

} // namespace troupe::contracts
