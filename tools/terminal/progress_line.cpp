#include "tools/terminal/progress_line.hpp"

#include "tools/terminal/shown_text.hpp"
#include "tools/terminal/terminal.hpp"
#include "tools/terminal/units.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace troupe {

namespace {

constexpr std::int64_t redraw_ms = 100;
constexpr std::int64_t plain_line_ms = 10'000;
constexpr double smoothing_s = 30.0;
constexpr double eta_share_min = 0.03;
constexpr std::size_t bar_columns_max = 24;

std::int64_t ended(const progress_view& view) {
  return view.done + view.failed;
}

std::string rates_text(const progress_view& view, const progress_rates& rates) {
  auto text = fmt::format("{:.1f}/s", rates.items_per_s());
  if (rates.media_min_per_s() > 0.005)
    text += fmt::format(" {:.1f} min/s", rates.media_min_per_s());
  if (const auto left = rates.eta_s(view))
    text += fmt::format(" ETA {}", format_duration(*left));
  if (view.waiting > 0)
    text += fmt::format(" ({} wait for another try)", view.waiting);
  return text;
}

std::string bar(double share, std::size_t columns) {
  const auto filled =
    static_cast<std::size_t>(std::floor(share * static_cast<double>(columns)));
  std::string text = "[";
  text.append(filled, '#');
  text.append(columns - filled, '-');
  return text + "]";
}

} // namespace

// -- rates --------------------------------------------------------------------

void progress_rates::note(const progress_view& view, std::int64_t now_ms) {
  const auto items = ended(view);
  if (begun_ms_ < 0) {
    begun_ms_ = last_ms_ = now_ms;
    last_items_ = items;
    last_media_s_ = view.media_s;
    return;
  }
  const auto passed_s = static_cast<double>(now_ms - last_ms_) / 1e3;
  if (passed_s < 0.1)
    return;
  const auto items_now = static_cast<double>(items - last_items_) / passed_s;
  const auto media_now = (view.media_s - last_media_s_) / passed_s;
  // Until the window is full, all that was seen counts equally.
  const auto since_s = static_cast<double>(now_ms - begun_ms_) / 1e3;
  const auto weight =
    std::max(1.0 - std::exp(-passed_s / smoothing_s), passed_s / since_s);
  items_per_s_ += weight * (items_now - items_per_s_);
  media_s_per_s_ += weight * (media_now - media_s_per_s_);
  last_ms_ = now_ms;
  last_items_ = items;
  last_media_s_ = view.media_s;
}

std::optional<double> progress_rates::eta_s(const progress_view& view) const {
  if (!view.walk_over || view.total <= 0 || items_per_s_ <= 0.0)
    return std::nullopt;
  const auto total = static_cast<double>(view.total);
  if (static_cast<double>(ended(view)) < eta_share_min * total)
    return std::nullopt;
  return (total - static_cast<double>(ended(view))) / items_per_s_;
}

// -- text ---------------------------------------------------------------------

std::string format_plain_progress(const progress_view& view,
                                  const progress_rates& rates) {
  const auto walk = view.walk_over
                      ? std::string{}
                      : fmt::format(", finding: {} files", view.files_seen);
  return fmt::format("{} of {} done, {} failed{}, {}", view.done, view.total,
                     view.failed, walk, rates_text(view, rates));
}

std::string format_progress(const progress_view& view,
                            const progress_rates& rates, double share,
                            int columns) {
  // The last column stays free: some terminals wrap when it is filled.
  const auto room = static_cast<std::size_t>(std::max(columns - 1, 1));
  std::string text;
  if (view.walk_over && room >= 60)
    text = fmt::format("{} {:3.0f} % ",
                       bar(share, room >= 100 ? bar_columns_max : 10),
                       std::floor(share * 100.0));
  else if (!view.walk_over)
    text = fmt::format("finding: {} files, ", view.files_seen);
  text += fmt::format("{}/{}", view.done, view.total);
  if (view.failed > 0)
    text += fmt::format(" {} failed", view.failed);
  text += "  " + rates_text(view, rates);
  const auto used = columns_of(text);
  if (used + 12 <= room && !view.current.empty())
    text += "  " + cut_middle(shown_text(view.current), room - used - 2);
  return cut_middle(text, room);
}

// -- drawing ------------------------------------------------------------------

progress_line::progress_line() = default;

progress_line::~progress_line() {
  hide();
}

void progress_line::show(const progress_view& view, std::int64_t now_ms) {
  const std::lock_guard guard{mutex_};
  rates_.note(view, now_ms);
  if (view.walk_over && view.total > 0)
    share_ =
      std::max(share_, std::min(1.0, static_cast<double>(ended(view))
                                       / static_cast<double>(view.total)));
  const auto traits = look_at_terminal(STDERR_FILENO);
  const auto pause_ms = traits.is_terminal ? redraw_ms : plain_line_ms;
  if (!begun_ && !traits.is_terminal)
    last_drawn_ms_ = now_ms;
  begun_ = true;
  if (now_ms - last_drawn_ms_ < pause_ms)
    return;
  last_drawn_ms_ = now_ms;
  if (!traits.is_terminal) {
    fmt::print(stderr, "{}\n", format_plain_progress(view, rates_));
    return;
  }
  // Overwrite, then erase what a longer line left: no flicker.
  fmt::print(stderr, "\r{}\x1b[K",
             format_progress(view, rates_, share_, traits.columns));
  std::fflush(stderr);
  drawn_ = true;
}

void progress_line::hide() {
  const std::lock_guard guard{mutex_};
  if (!std::exchange(drawn_, false))
    return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
}

} // namespace troupe
