#include "bench/picture/fma_peak.hpp"

#include <immintrin.h>

#include <cmath>
#include <cstddef>
#include <ctime>

namespace troupe::bench {

namespace {

/// Rounds of a loop of `chains` independent multiply-adds.
constexpr int rounds = 400000;

/// Keeps a result from being optimised away.
volatile float sink;

[[gnu::target("avx512f")]] void spin_avx512() {
  constexpr std::size_t chains = 16;
  __m512 sum[chains];
  for (auto& one : sum)
    one = _mm512_set1_ps(1);
  const auto factor = _mm512_set1_ps(0.999F);
  const auto added = _mm512_set1_ps(0.001F);
  for (int i = 0; i < rounds; ++i)
    for (auto& one : sum)
      one = _mm512_fmadd_ps(one, factor, added);
  for (const auto& one : sum)
    sink = one[0];
}

[[gnu::target("avx2,fma")]] void spin_avx2() {
  constexpr std::size_t chains = 12;
  __m256 sum[chains];
  for (auto& one : sum)
    one = _mm256_set1_ps(1);
  const auto factor = _mm256_set1_ps(0.999F);
  const auto added = _mm256_set1_ps(0.001F);
  for (int i = 0; i < rounds; ++i)
    for (auto& one : sum)
      one = _mm256_fmadd_ps(one, factor, added);
  for (const auto& one : sum)
    sink = one[0];
}

void spin_scalar() {
  float sum = 1;
  for (int i = 0; i < rounds; ++i)
    sum = std::fma(sum, 0.999F, 0.001F);
  sink = sum;
}

} // namespace

double thread_cpu_s() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec)
         + 1e-9 * static_cast<double>(now.tv_nsec);
}

double fma_peak_flops(network::instruction_set set) {
  const auto begin_s = thread_cpu_s();
  double flops = 2.0 * rounds;
  switch (set) {
  case network::instruction_set::avx512:
    spin_avx512();
    flops *= 16 * 16;
    break;
  case network::instruction_set::avx2:
    spin_avx2();
    flops *= 12 * 8;
    break;
  case network::instruction_set::scalar:
    spin_scalar();
    break;
  }
  return flops / (thread_cpu_s() - begin_s);
}

} // namespace troupe::bench
