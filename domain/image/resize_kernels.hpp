#pragma once

#include "domain/image/filter_bank.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace troupe::image {

/// Rows that one call of the horizontal kernel handles together.
inline constexpr std::size_t rows_together = 4;

/// Bytes that kernels may read behind the last pixel of a row.
inline constexpr std::size_t row_slack_bytes = 64;

/// Row lengths that the vertical kernel handles are multiples of this.
inline constexpr std::size_t row_step_bytes = 32;

/// Input and output rows of a horizontal pass; unused ones repeat the first.
struct row_quad {
  std::array<const std::uint8_t*, rows_together> in{};
  std::array<std::uint8_t*, rows_together> out{};
};

/// The horizontal pass on four RGBA rows: for each output pixel the weighted
/// sum of its taps, rounded and clamped to 8 bits. Runs on the best vectors of
/// this processor; equal bits on all of them.
/// @pre `row_slack_bytes` behind each input row may be read
/// Complexity: O(outputs * taps). No allocation.
void shrink_rows(const filter_bank& bank, const row_quad& rows) noexcept;

/// The vertical pass for one output row: `out[i]` is the weighted sum of
/// `rows[first + tap][i]`.
/// @param which the output row, an index of `bank.ranges()`
/// @param rows the first row that exists; `row_bytes` from one to the next
/// @param row_zero the number of that row along the axis
/// @pre `bytes` is a multiple of `row_step_bytes`, readable and writable
/// Complexity: O(bytes * taps). No allocation.
struct column_job {
  std::size_t which = 0;
  const std::uint8_t* rows = nullptr;
  std::size_t row_bytes = 0;
  std::uint32_t row_zero = 0;
  std::size_t bytes = 0;
};

void mix_rows(const filter_bank& bank, const column_job& job,
              std::uint8_t* out) noexcept;

/// The same two without vectors, by the definition: what the others are
/// tested against.
void shrink_rows_plainly(const filter_bank& bank,
                         const row_quad& rows) noexcept;
void mix_rows_plainly(const filter_bank& bank, const column_job& job,
                      std::uint8_t* out) noexcept;

} // namespace troupe::image
