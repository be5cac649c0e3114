#include "domain/audio/likeness/timbre_gaussian.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace troupe::audio {

namespace {

constexpr std::size_t size = timbre_gaussian::size;
using matrix = std::array<std::array<double, size>, size>;

/// Keeps the matrix of a track of one tone invertible.
constexpr double least_variance = 1e-3;

/// Turns rows and columns p and q by the angle that makes a[p][q] zero.
void rotate(matrix& a, matrix& vectors, std::size_t p, std::size_t q) {
  const double theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
  const double t = (theta >= 0.0 ? 1.0 : -1.0)
                   / (std::abs(theta) + std::sqrt(theta * theta + 1.0));
  const double c = 1.0 / std::sqrt(t * t + 1.0);
  const double s = t * c;
  for (std::size_t k = 0; k < size; ++k) {
    const double at_p = a[k][p];
    a[k][p] = c * at_p - s * a[k][q];
    a[k][q] = s * at_p + c * a[k][q];
  }
  for (std::size_t k = 0; k < size; ++k) {
    const double at_p = a[p][k];
    a[p][k] = c * at_p - s * a[q][k];
    a[q][k] = s * at_p + c * a[q][k];
  }
  for (std::size_t k = 0; k < size; ++k) {
    const double at_p = vectors[k][p];
    vectors[k][p] = c * at_p - s * vectors[k][q];
    vectors[k][q] = s * at_p + c * vectors[k][q];
  }
}

/// Cyclic Jacobi (Golub and Van Loan, Matrix Computations, 8.5): slow for
/// large matrices, but this one is small, and it needs no library and gives
/// the same bits everywhere. On return `a` is diagonal.
void diagonalise(matrix& a, matrix& vectors) {
  constexpr int sweeps_max = 30;
  for (int sweep = 0; sweep < sweeps_max; ++sweep) {
    double off = 0.0;
    double on = 0.0;
    for (std::size_t p = 0; p < size; ++p) {
      on += a[p][p] * a[p][p];
      for (std::size_t q = p + 1; q < size; ++q)
        off += a[p][q] * a[p][q];
    }
    if (off <= 1e-24 * on)
      return;
    for (std::size_t p = 0; p < size; ++p)
      for (std::size_t q = p + 1; q < size; ++q)
        if (std::abs(a[p][q]) > 1e-300)
          rotate(a, vectors, p, q);
  }
}

} // namespace

void timbre_gaussian::push(
  const std::array<double, coefficients>& cepstrum) noexcept {
  ++frames_;
  std::size_t at = 0;
  for (std::size_t i = 0; i < coefficients; ++i) {
    sum_[i] += cepstrum[i];
    for (std::size_t j = i; j < coefficients; ++j)
      products_[at++] += cepstrum[i] * cepstrum[j];
  }
}

std::array<double, timbre_gaussian::numbers>
timbre_gaussian::logarithm() const {
  assert(frames_ > 0);
  const auto count = static_cast<double>(frames_);
  matrix a{};
  matrix vectors{};
  std::size_t at = 0;
  // The mean of products is S + mu mu'.
  for (std::size_t i = 0; i < coefficients; ++i)
    for (std::size_t j = i; j < coefficients; ++j)
      a[i][j] = a[j][i] = products_[at++] / count;
  for (std::size_t i = 0; i < coefficients; ++i) {
    a[i][i] += least_variance;
    a[i][coefficients] = a[coefficients][i] = sum_[i] / count;
  }
  a[coefficients][coefficients] = 1.0;
  for (std::size_t i = 0; i < size; ++i)
    vectors[i][i] = 1.0;
  diagonalise(a, vectors);

  std::array<double, numbers> out{};
  std::size_t entry = 0;
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = i; j < size && entry < numbers; ++j) {
      double sum = 0.0;
      for (std::size_t k = 0; k < size; ++k)
        sum +=
          vectors[i][k] * vectors[j][k] * std::log(std::max(a[k][k], 1e-9));
      out[entry++] = i == j ? sum : sum * std::numbers::sqrt2;
    }
  return out;
}

} // namespace troupe::audio
