#pragma once

#include "domain/audio/lanes.hpp"
#include "domain/audio/mel.hpp"
#include "domain/ports/fourier.hpp"

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace troupe::audio {

/// Short-time power spectra of a stream, eight frames at a time.
///
/// Periodic Hann window, frames centred on every `hop`-th sample with zeros
/// beyond both ends: N samples give 1 + N / hop frames (librosa, `center`).
/// Thread affinity: one thread at a time; the plan is shared.
class stft {
public:
  /// librosa's distance of frames for 2,048 samples.
  static constexpr std::size_t usual_hop_samples = 512;

  /// @param transforms used here only
  /// @param hop_samples distance of frames, in [1, layout.fft_length]
  /// @pre `layout.fft_length` is a multiple of 16
  stft(const fourier_source& transforms, const spectrum_layout& layout,
       std::size_t hop_samples = usual_hop_samples);

  /// Takes the next samples.
  void push(std::span<const float> samples);

  /// No more samples will come. Call once.
  void finish();

  /// Computes the next eight frames, or the fewer last ones after `finish`.
  /// @param power receives |X[bin]|² of frame `lane` at `[bin][lane]`, zeros
  /// in lanes without a frame and below 1e-30
  /// @returns frames computed; 0 when more samples are needed, or at the end
  /// @pre `power.size() == layout.bins()`
  [[nodiscard]] std::size_t next(std::span<lanes> power);

private:
  /// 64 bytes: what FFTW's widest vector code wants.
  struct alignas(64) real_line {
    std::array<float, 16> v;
  };

  struct alignas(64) complex_line {
    std::array<std::complex<float>, 8> v;
  };

  void transform(const float* frame, std::size_t lane, lanes* power);

  spectrum_layout layout_;
  std::size_t hop_samples_ = usual_hop_samples;
  std::shared_ptr<const real_fourier> plan_;
  std::vector<float> window_;
  std::vector<real_line> windowed_;
  std::vector<complex_line> spectrum_;
  /// Samples from the start of the next frame on.
  std::vector<float> pending_;
  std::int64_t samples_in_ = 0;
  std::int64_t frames_out_ = 0;
  bool finished_ = false;
};

} // namespace troupe::audio
