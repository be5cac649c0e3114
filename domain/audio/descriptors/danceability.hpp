#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace troupe::audio {

/// How dance-like the level moves, by detrended fluctuation analysis.
///
/// x(n) is the RMS of windows of 220 samples at 22,050 Hz (9.98 ms) and y(n)
/// its running sum. For window lengths t from 31 to 880 in ratios of 1.1
/// (0.31 to 8.8 s), F(t) is the root mean square of what is left of y after a
/// straight line was fitted in each window; the exponent between neighbours is
///
///   a(t) = log(F(t') / F(t)) / log((t' + 3) / (t + 3)),
///
/// and danceability = 1 / mean a, about 0.5 (no regular beat) to 3. (Streich
/// and Herrera, AES 118th Convention 2005; the running mean that they subtract
/// from x is a straight line in y and drops out. Windows do not overlap here,
/// which costs no accuracy that matters and makes it a stream.) Memory does not
/// grow with the length. Thread affinity: one thread at a time.
class danceability_meter {
public:
  danceability_meter();

  /// Takes the next samples at 22,050 Hz.
  void push(std::span<const float> samples);

  /// Nothing under three windows of 0.5 s, or when the level stays within 5 %:
  /// the ripple of a tone cut into windows has no exponent.
  [[nodiscard]] std::optional<double> danceability() const;

private:
  static constexpr std::size_t window_samples = 220;

  /// The windows of one length, and the sums over the present one.
  struct scale {
    std::int64_t length = 0;
    std::int64_t filled = 0;
    double origin = 0.0;
    double sum = 0.0;
    double moment = 0.0;
    double square = 0.0;
    /// Over all windows that are complete.
    std::int64_t windows = 0;
    double residual = 0.0;
  };

  void add(double rms);
  static void close(scale& one);

  std::vector<scale> scales_;
  double window_square_ = 0.0;
  std::size_t window_filled_ = 0;
  double running_ = 0.0;
  std::int64_t values_ = 0;
  double square_ = 0.0;
};

} // namespace troupe::audio
