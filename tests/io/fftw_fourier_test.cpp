#include "io/fftw_fourier.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <thread>
#include <vector>

namespace troupe::io {
namespace {

TEST(fftw_fourier_test, transforms_a_cosine_into_its_bin) {
  const auto source = open_fftw_fourier();
  const auto plan = source->plan(64);
  std::vector<float> in(64);
  for (std::size_t n = 0; n < 64; ++n)
    in[n] = static_cast<float>(
      std::cos(2.0 * std::numbers::pi * 5.0 * static_cast<double>(n) / 64.0));
  std::vector<std::complex<float>> out(33);
  plan->forward(in, out);
  for (std::size_t k = 0; k < out.size(); ++k)
    EXPECT_NEAR(std::abs(out[k]), k == 5 ? 32.0 : 0.0, 1e-5) << k;
}

TEST(fftw_fourier_test, inverse_undoes_forward_times_the_length) {
  const auto plan = open_fftw_fourier()->plan(2048);
  std::vector<float> in(2049);
  for (std::size_t n = 0; n < in.size(); ++n)
    in[n] = static_cast<float>((n * 7919) % 1000) / 1000.0F;
  const auto before = in;
  // One sample off: buffers of any alignment will do.
  const std::span<float> odd{in.data() + 1, 2048};
  std::vector<std::complex<float>> bins(1025);
  plan->forward(odd, bins);
  plan->inverse(bins, odd);
  for (std::size_t n = 0; n < 2048; ++n)
    EXPECT_NEAR(odd[n] / 2048.0F, before[n + 1], 1e-5F);
}

TEST(fftw_fourier_test, keeps_one_plan_per_length_for_all_threads) {
  const auto source = open_fftw_fourier();
  std::vector<std::shared_ptr<const real_fourier>> plans(8);
  {
    std::vector<std::jthread> threads;
    for (auto& plan : plans)
      threads.emplace_back([&source, &plan] { plan = source->plan(512); });
  }
  for (const auto& plan : plans)
    EXPECT_EQ(plan, plans.front());
  EXPECT_EQ(plans.front()->length(), 512U);
}

} // namespace
} // namespace troupe::io
