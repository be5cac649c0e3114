#pragma once

#include "actors/workers/blame.hpp"
#include "domain/jobs/attempt.hpp"
#include "domain/ports/media_finder.hpp"

#include <exception>
#include <new>
#include <string_view>

namespace troupe {

/// Are the file's bytes still those that the job is about? `errc::refused`
/// when they changed; the finder's errors.
[[nodiscard]] result<void> check_stamp(const media_finder& files,
                                       const claimed_job& job);

/// The outcome of an attempt that failed in a stage.
[[nodiscard]] work_outcome failed_at(std::string_view stage, const error& why,
                                     double media_s = 0.0);

/// The outcome of an attempt that was called off.
/// @param hand_back another worker is to do it; else it is cancelled
[[nodiscard]] work_outcome called_off(bool hand_back);

/// Runs `stage`; what it throws comes back as the error of the job's file:
/// one such file must not end its worker.
template <class Stage>
result<void> run_contained(const claimed_job& job, Stage&& stage) {
  try {
    return stage();
  } catch (const std::bad_alloc&) {
    return error{errc::overloaded, job.path + ": not enough memory"};
  } catch (const std::exception& why) {
    return error{errc::internal, job.path + ": " + why.what()};
  }
}

} // namespace troupe
