#include "domain/dispatch/work_pace.hpp"

#include <algorithm>
#include <cmath>

namespace troupe {

namespace {

/// Enough for a median; 6 kB for each kind.
constexpr std::size_t remembered_max = 256;

/// What "at present" means.
constexpr std::int64_t window_ms = 60'000;

double median(std::vector<double> values) {
  if (values.empty())
    return 0.0;
  const auto middle =
    values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

} // namespace

void work_pace::note(job_kind kind, std::int64_t now_ms, std::int64_t took_ms,
                     double duration_s) {
  auto& ended = ended_[kind];
  if (ended.size() == remembered_max)
    ended.pop_front();
  ended.push_back({now_ms, took_ms, duration_s});
}

std::vector<kind_pace> work_pace::paces(std::int64_t now_ms) const {
  std::vector<kind_pace> found;
  for (const auto& [kind, ended] : ended_) {
    kind_pace pace;
    pace.kind = kind;
    pace.usual_ms = usual_ms(kind, 0.0);
    double jobs = 0.0;
    double media_s = 0.0;
    // The oldest one's own time belongs to the span in which they got done.
    auto begun_ms = now_ms;
    for (const auto& x : ended) {
      if (now_ms - x.at_ms > window_ms)
        continue;
      jobs += 1.0;
      media_s += x.duration_s;
      begun_ms = std::min(begun_ms, x.at_ms - x.took_ms);
    }
    if (jobs > 0.0) {
      const auto span_s =
        static_cast<double>(std::max<std::int64_t>(now_ms - begun_ms, 1)) / 1e3;
      pace.jobs_per_s = jobs / span_s;
      pace.media_per_s = media_s / span_s;
    }
    found.push_back(pace);
  }
  return found;
}

std::int64_t work_pace::usual_ms(job_kind kind, double duration_s) const {
  const auto found = ended_.find(kind);
  if (found == ended_.end())
    return 0;
  std::vector<double> values;
  if (duration_s > 0.0)
    for (const auto& x : found->second)
      if (x.duration_s > 0.0)
        values.push_back(static_cast<double>(x.took_ms) / x.duration_s);
  if (!values.empty())
    return std::llround(median(std::move(values)) * duration_s);
  for (const auto& x : found->second)
    values.push_back(static_cast<double>(x.took_ms));
  return std::llround(median(std::move(values)));
}

} // namespace troupe
