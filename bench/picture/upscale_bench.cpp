// How fast pictures are enlarged on one core.
//
// Workloads:
//   convolution/SET/IN/OUT   one row of 264 pixels, a strip's width. Counters:
//                            GFLOPs = of the kernel, peak = of nothing but FMA
//                            on registers, measured between its runs, share =
//                            the median of their ratios (goal 0.70 at 16->16,
//                            32->32, 48->48)
//   picture/TIER/FACTOR      1920 x 1080 RGB of seeded noise, whole path: luma,
//                            colour, packing; random weights of the tier's
//                            shape. Counters: MP_in = input megapixels per CPU
//                            second, scratch_MiB, weights_MiB
// All times are CPU time of the benchmark's thread.

#include "bench/picture/fma_peak.hpp"
#include "domain/network/upscale_network.hpp"
#include "tests/domain/network/made_picture.hpp"
#include "tests/domain/network/made_weights.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace troupe::bench {
namespace {

using namespace network;

constexpr std::size_t row_pixels = 264;

void convolution(benchmark::State& state, instruction_set set,
                 std::size_t inputs, std::size_t outputs) {
  const auto lanes = lanes_of(outputs);
  aligned_floats weights{packed_floats(inputs, lanes)};
  aligned_floats in{3 * (row_pixels + 2) * inputs};
  aligned_floats out{row_pixels * lanes};
  std::fill_n(weights.data(), weights.size(), 0.01F);
  std::fill_n(in.data(), in.size(), 0.5F);
  const std::vector<float> ones(lanes, 1.0F);
  const auto row = (row_pixels + 2) * inputs;
  const auto convolve = convolution_for(set);
  // About two milliseconds a turn.
  const auto flops = 2.0 * 9 * static_cast<double>(inputs * lanes * row_pixels);
  const auto rows = static_cast<int>(1e8 / flops) + 1;
  std::vector<double> shares;
  double kernel_s = 0;
  double done = 0;
  for (auto _ : state) {
    const auto peak = fma_peak_flops(set);
    const auto begin_s = thread_cpu_s();
    for (int i = 0; i < rows; ++i)
      convolve({inputs, inputs, lanes, block_of(outputs), weights.data(),
                ones.data(), ones.data()},
               {in.data(), in.data() + row, in.data() + 2 * row}, out.data(),
               row_pixels);
    const auto spent_s = thread_cpu_s() - begin_s;
    state.SetIterationTime(spent_s);
    kernel_s += spent_s;
    done += rows * flops;
    shares.push_back(rows * flops / spent_s / peak);
    benchmark::DoNotOptimize(out.data()[0]);
  }
  std::sort(shares.begin(), shares.end());
  const auto share = shares[shares.size() / 2];
  state.counters["GFLOPs"] = done / kernel_s / 1e9;
  state.counters["peak"] = done / kernel_s / 1e9 / share;
  state.counters["share"] = share;
}

void picture(benchmark::State& state, std::size_t channels, std::size_t inner,
             std::size_t factor) {
  testing::made_network of;
  of.channels = channels;
  of.inner = inner;
  of.factor = factor;
  upscale_scratch scratch{testing::load_made(testing::make_file(of))};
  const auto in = testing::make_picture(1920, 1080, 3);
  testing::made_picture out{1920 * factor, 1080 * factor, 3};
  for (auto _ : state)
    scratch.upscale(in.view(), {0, 0, 1920, 1080}, {}, out.target());
  constexpr double mega = 1024 * 1024;
  state.counters["MP_in"] = benchmark::Counter(
    1.92 * 1.08, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["scratch_MiB"] = static_cast<double>(scratch.bytes()) / mega;
  state.counters["weights_MiB"] =
    static_cast<double>(scratch.weights().bytes()) / mega;
}

void add_all() {
  for (const auto set : available_instruction_sets()) {
    if (set == instruction_set::scalar)
      continue;
    for (const auto& [inputs, outputs] :
         {std::pair<std::size_t, std::size_t>{1, 16},
          {16, 16},
          {32, 32},
          {48, 48},
          {64, 64},
          {16, 4},
          {32, 9},
          {48, 16}})
      benchmark::RegisterBenchmark(
        fmt::format("convolution/{}/{}/{}", to_string(set), inputs, outputs)
          .c_str(),
        convolution, set, inputs, outputs)
        ->UseManualTime()
        ->MinTime(0.2);
  }
  for (const auto& [tier, channels, inner] :
       {std::tuple{"fast", 16U, 4U}, std::tuple{"default", 32U, 5U},
        std::tuple{"best", 48U, 8U}})
    for (const std::size_t factor : {2U, 3U, 4U})
      benchmark::RegisterBenchmark(
        fmt::format("picture/{}/{}", tier, factor).c_str(), picture, channels,
        inner, factor)
        ->Unit(benchmark::kMillisecond);
}

} // namespace
} // namespace troupe::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  troupe::bench::add_all();
  benchmark::RunSpecifiedBenchmarks();
}
