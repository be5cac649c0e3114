#pragma once

#include <complex>
#include <cstddef>
#include <memory>
#include <span>

namespace troupe {

/// A real-to-complex discrete Fourier transform of one fixed length.
///
/// Thread affinity: `forward` may be called by any thread, by several at once,
/// each with its own buffers.
class real_fourier {
public:
  virtual ~real_fourier() = default;

  /// Number of real input samples N; the output has N/2 + 1 bins.
  [[nodiscard]] virtual std::size_t length() const noexcept = 0;

  /// out[k] = sum over n of in[n] exp(-2πi kn/N), unnormalised.
  /// @pre `in.size() == length()`, `out.size() == length()/2 + 1`. Any
  /// alignment will do; 64-byte aligned buffers are faster, and equal bits are
  /// promised only for equal alignment.
  virtual void forward(std::span<float> in,
                       std::span<std::complex<float>> out) const noexcept = 0;

  /// in[n] = sum over k of the Hermitian spectrum, unnormalised: forward then
  /// inverse multiplies by N. Destroys `spectrum`.
  virtual void inverse(std::span<std::complex<float>> spectrum,
                       std::span<float> out) const noexcept = 0;
};

/// Makes transforms. Thread-safe; planning is serialised inside.
class fourier_source {
public:
  virtual ~fourier_source() = default;

  /// A transform of `length` real samples. The result is the same for every
  /// call of one process and machine type (no timing-based planning).
  /// @pre `length >= 2` and even
  [[nodiscard]] virtual std::shared_ptr<const real_fourier>
  plan(std::size_t length) const = 0;
};

} // namespace troupe
