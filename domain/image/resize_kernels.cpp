// Two passes of integer arithmetic that wraps: sums may be taken in any order,
// so that every vector length gives the same bits.

#include "domain/image/resize_kernels.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

// Highway compiles the rest of this file once per target.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "domain/image/resize_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();

namespace troupe::image::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR

void shrink_rows(const filter_bank& bank, const row_quad& rows) {
  shrink_rows_plainly(bank, rows);
}

void mix_rows(const filter_bank& bank, const column_job& job,
              std::uint8_t* out) {
  mix_rows_plainly(bank, job, out);
}

#else

// 256 bits are enough: wider vectors would mostly weigh padding.
using bytes_tag = hn::CappedTag<std::uint8_t, 32>;
using shorts_tag = hn::Repartition<std::int16_t, bytes_tag>;
using ints_tag = hn::Repartition<std::int32_t, bytes_tag>;
using bytes_vector = hn::Vec<bytes_tag>;
using shorts_vector = hn::Vec<shorts_tag>;
using ints_vector = hn::Vec<ints_tag>;
using one_block_ints = hn::Full128<std::int32_t>;

/// acc[i] + a[2i] b[2i] + a[2i + 1] b[2i + 1]
HWY_INLINE ints_vector add_products(shorts_vector a, shorts_vector b,
                                    ints_vector acc) {
  const ints_tag d;
#if HWY_ARCH_X86 && HWY_TARGET != HWY_EMU128
  auto unused = hn::Zero(d);
  return hn::ReorderWidenMulAccumulate(d, a, b, acc, unused);
#else
  const auto a2 = hn::BitCast(d, a);
  const auto b2 = hn::BitCast(d, b);
  const auto even = hn::Mul(hn::ShiftRight<16>(hn::ShiftLeft<16>(a2)),
                            hn::ShiftRight<16>(hn::ShiftLeft<16>(b2)));
  const auto odd = hn::Mul(hn::ShiftRight<16>(a2), hn::ShiftRight<16>(b2));
  return hn::Add(acc, hn::Add(even, odd));
#endif
}

/// The two halves of the weights put together, rounded: a sample that only
/// has to be clamped.
template <class D, class V>
HWY_INLINE V to_samples(D d, V high, V low) {
  const auto sum = hn::Add(hn::ShiftLeft<low_bits>(high), low);
  const auto half = hn::Set(d, 1 << (weight_bits - 1));
  return hn::ShiftRight<weight_bits>(hn::Add(sum, half));
}

/// Adds up the 128-bit blocks of a vector.
HWY_INLINE hn::Vec<one_block_ints> sum_of_blocks(ints_vector v) {
#if HWY_CAP_GE256
  const one_block_ints half;
  return hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v));
#else
  return v;
#endif
}

// -- horizontal ---------------------------------------------------------------

/// Byte patterns, for two blocks. `near` makes of four pixels the samples
/// R0 R1 G0 G1 B0 B1 A0 A1 as 16-bit numbers, `far` the same of pixels 2 and
/// 3; the weights' patterns repeat the pair that belongs to them.
struct patterns {
  alignas(32) std::uint8_t near[32];
  alignas(32) std::uint8_t far[32];
  alignas(32) std::uint8_t near_weights[32];
  alignas(32) std::uint8_t far_weights[32];
};

constexpr patterns make_patterns() {
  constexpr std::uint8_t zero = 0x80;
  patterns p{};
  for (std::size_t i = 0; i < 32; ++i) {
    const std::size_t in_block = i % 16;
    const auto channel = in_block / 4;
    const auto pixel = in_block % 4 / 2;
    const auto byte = static_cast<std::uint8_t>(pixel * 4 + channel);
    p.near[i] = i % 2 == 0 ? byte : zero;
    p.far[i] = i % 2 == 0 ? static_cast<std::uint8_t>(byte + 8) : zero;
    const auto pair = static_cast<std::uint8_t>(i / 16 * 8 + i % 4);
    p.near_weights[i] = pair;
    p.far_weights[i] = static_cast<std::uint8_t>(pair + 4);
  }
  return p;
}

constexpr patterns shuffles = make_patterns();

/// One output pixel of four rows.
struct quad_sum {
  ints_vector high[rows_together];
  ints_vector low[rows_together];
};

HWY_INLINE shorts_vector weights_at(const std::int16_t* from,
                                    bytes_vector pattern) {
  const bytes_tag d;
  const auto bytes =
    hn::LoadDup128(d, reinterpret_cast<const std::uint8_t*>(from));
  return hn::BitCast(shorts_tag{}, hn::TableLookupBytes(bytes, pattern));
}

HWY_INLINE void store_pixels(const quad_sum& sum, const row_quad& rows,
                             std::size_t pixel) {
  const one_block_ints d;
  const hn::Full128<std::int16_t> d16;
  const hn::Half<hn::Full128<std::uint8_t>> d8;
  alignas(16) std::uint8_t samples[16];
  for (std::size_t r = 0; r < rows_together; r += 2) {
    const auto one =
      to_samples(d, sum_of_blocks(sum.high[r]), sum_of_blocks(sum.low[r]));
    const auto two = to_samples(d, sum_of_blocks(sum.high[r + 1]),
                                sum_of_blocks(sum.low[r + 1]));
    const auto both = hn::ReorderDemote2To(d16, one, two);
    hn::Store(hn::DemoteTo(d8, both), d8, samples + r * 4);
  }
  for (std::size_t r = 0; r < rows_together; ++r)
    std::memcpy(rows.out[r] + pixel * 4, samples + r * 4, 4);
}

void shrink_rows(const filter_bank& bank, const row_quad& rows) {
  const bytes_tag d8;
  const shorts_tag d16;
  const ints_tag d32;
  const std::size_t step = hn::Lanes(bytes_tag{}) / 4;
  const auto near = hn::Load(d8, shuffles.near);
  const auto far = hn::Load(d8, shuffles.far);
  const auto near_weights = hn::Load(d8, shuffles.near_weights);
  const auto far_weights = hn::Load(d8, shuffles.far_weights);
  const auto& ranges = bank.ranges();
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const auto& range = ranges[i];
    quad_sum sum;
    for (std::size_t r = 0; r < rows_together; ++r)
      sum.high[r] = sum.low[r] = hn::Zero(d32);
    for (std::size_t tap = 0; tap < range.count; tap += step) {
      const auto* high = bank.high() + range.offset + tap;
      const auto* low = bank.low() + range.offset + tap;
      const auto high_near = weights_at(high, near_weights);
      const auto high_far = weights_at(high, far_weights);
      const auto low_near = weights_at(low, near_weights);
      const auto low_far = weights_at(low, far_weights);
      const std::size_t at = (range.first + tap) * 4;
      for (std::size_t r = 0; r < rows_together; ++r) {
        const auto pixels = hn::LoadU(d8, rows.in[r] + at);
        const auto two =
          hn::BitCast(d16, hn::TableLookupBytesOr0(pixels, near));
        const auto next =
          hn::BitCast(d16, hn::TableLookupBytesOr0(pixels, far));
        sum.high[r] = add_products(two, high_near, sum.high[r]);
        sum.high[r] = add_products(next, high_far, sum.high[r]);
        sum.low[r] = add_products(two, low_near, sum.low[r]);
        sum.low[r] = add_products(next, low_far, sum.low[r]);
      }
    }
    store_pixels(sum, rows, i);
  }
}

// -- vertical -----------------------------------------------------------------

HWY_INLINE shorts_vector pair_of(const std::int16_t* weights) {
  std::int32_t both = 0;
  std::memcpy(&both, weights, sizeof both);
  return hn::BitCast(shorts_tag{}, hn::Set(ints_tag{}, both));
}

void mix_rows(const filter_bank& bank, const column_job& job,
              std::uint8_t* out) {
  const shorts_tag d16;
  const ints_tag d32;
  const hn::Rebind<std::uint8_t, shorts_tag> half8;
  const std::size_t step = hn::Lanes(shorts_tag{});
  const auto& range = bank.ranges()[job.which];
  const auto* top = job.rows + (range.first - job.row_zero) * job.row_bytes;
  for (std::size_t at = 0; at < job.bytes; at += step) {
    auto high_near = hn::Zero(d32);
    auto high_far = hn::Zero(d32);
    auto low_near = hn::Zero(d32);
    auto low_far = hn::Zero(d32);
    for (std::size_t tap = 0; tap < range.count; tap += 2) {
      const auto* row = top + tap * job.row_bytes + at;
      // The weight behind the last is zero: any row will do for it.
      const auto* next = tap + 1 < range.count ? row + job.row_bytes : row;
      const auto a = hn::PromoteTo(d16, hn::LoadU(half8, row));
      const auto b = hn::PromoteTo(d16, hn::LoadU(half8, next));
      const auto near = hn::InterleaveLower(d16, a, b);
      const auto far = hn::InterleaveUpper(d16, a, b);
      const auto high = pair_of(bank.high() + range.offset + tap);
      const auto low = pair_of(bank.low() + range.offset + tap);
      high_near = add_products(near, high, high_near);
      high_far = add_products(far, high, high_far);
      low_near = add_products(near, low, low_near);
      low_far = add_products(far, low, low_far);
    }
    // Both orders are by blocks of 128 bits: the second undoes the first.
    const auto samples =
      hn::ReorderDemote2To(d16, to_samples(d32, high_near, low_near),
                           to_samples(d32, high_far, low_far));
    hn::StoreU(hn::DemoteTo(half8, samples), half8, out + at);
  }
}

#endif

} // namespace troupe::image::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace troupe::image {

namespace {

/// The definition, on unsigned numbers that wrap like vectors do.
std::uint8_t clamped_sample(std::uint32_t sum) {
  const auto rounded =
    static_cast<std::int32_t>(sum + (1U << (weight_bits - 1)));
  return static_cast<std::uint8_t>(std::clamp(rounded >> weight_bits, 0, 255));
}

std::uint32_t weight_at(const filter_bank& bank, std::size_t index) {
  return (static_cast<std::uint32_t>(bank.high()[index]) << low_bits)
         + static_cast<std::uint32_t>(bank.low()[index]);
}

} // namespace

HWY_EXPORT(shrink_rows);
HWY_EXPORT(mix_rows);

void shrink_rows(const filter_bank& bank, const row_quad& rows) noexcept {
  HWY_DYNAMIC_DISPATCH(shrink_rows)(bank, rows);
}

void mix_rows(const filter_bank& bank, const column_job& job,
              std::uint8_t* out) noexcept {
  assert(job.bytes % row_step_bytes == 0);
  HWY_DYNAMIC_DISPATCH(mix_rows)(bank, job, out);
}

void shrink_rows_plainly(const filter_bank& bank,
                         const row_quad& rows) noexcept {
  const auto& ranges = bank.ranges();
  for (std::size_t r = 0; r < rows_together; ++r)
    for (std::size_t i = 0; i < ranges.size(); ++i)
      for (std::size_t channel = 0; channel < 4; ++channel) {
        std::uint32_t sum = 0;
        for (std::size_t tap = 0; tap < ranges[i].count; ++tap)
          sum += weight_at(bank, ranges[i].offset + tap)
                 * rows.in[r][(ranges[i].first + tap) * 4 + channel];
        rows.out[r][i * 4 + channel] = clamped_sample(sum);
      }
}

void mix_rows_plainly(const filter_bank& bank, const column_job& job,
                      std::uint8_t* out) noexcept {
  const auto& range = bank.ranges()[job.which];
  const auto* top = job.rows + (range.first - job.row_zero) * job.row_bytes;
  for (std::size_t at = 0; at < job.bytes; ++at) {
    std::uint32_t sum = 0;
    for (std::size_t tap = 0; tap < range.count; ++tap)
      sum +=
        weight_at(bank, range.offset + tap) * top[tap * job.row_bytes + at];
    out[at] = clamped_sample(sum);
  }
}

} // namespace troupe::image

#endif
