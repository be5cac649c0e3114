#pragma once

#include <complex>
#include <cstddef>
#include <memory>
#include <span>

namespace troupe {

/// Discrete Fourier transforms of one fixed square of numbers, row-major.
///
/// Thread affinity: any thread may call, several at once, each with its own
/// buffers.
class square_fourier {
public:
  virtual ~square_fourier() = default;

  /// Numbers along one side, N.
  [[nodiscard]] virtual std::size_t side() const noexcept = 0;

  /// out[v][u] = sum over y, x of in[y][x] exp(-2πi (ux + vy)/N), for u in
  /// [0, N/2]; unnormalised. Destroys `in`.
  /// @pre `in.size() == N * N`, `out.size() == N * (N/2 + 1)`
  virtual void forward(std::span<float> in,
                       std::span<std::complex<float>> out) const noexcept = 0;

  /// The way back, unnormalised: forward then inverse multiplies by N².
  /// Destroys `spectrum`.
  virtual void inverse(std::span<std::complex<float>> spectrum,
                       std::span<float> out) const noexcept = 0;

  /// The inverse of a whole spectrum without symmetry, in place,
  /// unnormalised. @pre `values.size() == N * N`
  virtual void
  inverse_in_place(std::span<std::complex<float>> values) const noexcept = 0;
};

/// Makes transforms of squares. Thread-safe; planning is serialised inside.
class square_fourier_source {
public:
  virtual ~square_fourier_source() = default;

  /// @pre `side >= 2` and even
  [[nodiscard]] virtual std::shared_ptr<const square_fourier>
  plan_square(std::size_t side) const = 0;
};

} // namespace troupe
