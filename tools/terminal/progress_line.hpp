#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace troupe {

/// How far a run is.
struct progress_view {
  /// Files that the walk met; shown until it is over.
  std::int64_t files_seen = 0;
  bool walk_over = false;
  std::int64_t done = 0;
  std::int64_t failed = 0;
  std::int64_t total = 0;
  /// Seconds of media worked through.
  double media_s = 0.0;
  /// Raw bytes of the path at work; may be empty.
  std::string current;
  /// Jobs that wait for another try.
  std::int64_t waiting = 0;
};

/// Rates and remaining time of a run, smoothed. Knows no clock.
class progress_rates {
public:
  /// Takes in the state at a time that never jumps back.
  void note(const progress_view& view, std::int64_t now_ms);

  [[nodiscard]] double items_per_s() const noexcept {
    return items_per_s_;
  }

  /// Minutes of media per second.
  [[nodiscard]] double media_min_per_s() const noexcept {
    return media_s_per_s_ / 60.0;
  }

  /// Seconds that are left; nothing while less than 3 % is done, or the walk
  /// still goes on.
  [[nodiscard]] std::optional<double> eta_s(const progress_view& view) const;

private:
  std::int64_t begun_ms_ = -1;
  std::int64_t last_ms_ = 0;
  std::int64_t last_items_ = 0;
  double last_media_s_ = 0.0;
  double items_per_s_ = 0.0;
  double media_s_per_s_ = 0.0;
};

/// One line of at most `columns` columns: bar, counts, rates, ETA, file.
/// @param share what the bar shows, in [0, 1]
[[nodiscard]] std::string format_progress(const progress_view& view,
                                          const progress_rates& rates,
                                          double share, int columns);

/// The same facts without bar and file, for logs.
[[nodiscard]] std::string format_plain_progress(const progress_view& view,
                                                const progress_rates& rates);

/// Draws progress on stderr: in place on a terminal, at most ten times a
/// second; elsewhere a plain line every 10 s.
///
/// Thread affinity: `show` and `end` by one thread; `hide` by any.
class progress_line {
public:
  progress_line();

  /// Ends the line when the object goes.
  ~progress_line();

  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;

  void show(const progress_view& view, std::int64_t now_ms);

  /// Makes room for a line of text; the next `show` draws again.
  void hide();

private:
  std::mutex mutex_;
  progress_rates rates_;
  bool drawn_ = false;
  /// The bar never goes back, though the total grows.
  double share_ = 0.0;
  std::int64_t last_drawn_ms_ = 0;
  bool begun_ = false;
};

} // namespace troupe
