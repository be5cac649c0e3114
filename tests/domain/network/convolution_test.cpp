#include "domain/network/convolution.hpp"
#include "domain/network/network_weights.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

namespace troupe::network {
namespace {

struct shape {
  std::size_t inputs;
  std::size_t outputs;
};

/// Every tier's layers, the tails of all factors, and odd counts.
const std::vector<shape> shapes = {{1, 16},  {16, 16}, {32, 32}, {48, 48},
                                   {64, 64}, {16, 4},  {32, 9},  {48, 16},
                                   {5, 7},   {3, 20},  {16, 80}};

/// A layer with seeded weights, and one row's input.
class scene {
public:
  scene(shape of, std::size_t width)
    : of_{of}, lanes_{lanes_of(of.outputs)}, stride_{of.inputs == 5
                                                       ? std::size_t{8}
                                                       : of.inputs},
      plain_(9 * of.inputs * of.outputs), packed_{packed_floats(of.inputs,
                                                                lanes_)},
      bias_(lanes_), slope_(lanes_),
      in_(3 * (width + 2) * stride_), width_{width} {
    std::mt19937 random{7};
    std::uniform_real_distribution<float> spread{-1, 1};
    for (const auto part : {&plain_, &bias_, &slope_, &in_})
      for (auto& number : *part)
        number = spread(random);
    pack_weights(plain_, of.inputs, of.outputs,
                 {packed_.data(), packed_.size()});
  }

  std::vector<float> run(instruction_set set) {
    const auto row = (width_ + 2) * stride_;
    std::vector<float> out(width_ * lanes_, -1000.0F);
    convolution_for(set)({of_.inputs, stride_, lanes_, block_of(of_.outputs),
                          packed_.data(), bias_.data(), slope_.data()},
                         {in_.data(), in_.data() + row, in_.data() + 2 * row},
                         out.data(), width_);
    return out;
  }

  /// The definition, in double.
  [[nodiscard]] double expected(std::size_t x, std::size_t output) const {
    double sum = bias_[output];
    for (std::size_t tap = 0; tap < 9; ++tap)
      for (std::size_t i = 0; i < of_.inputs; ++i)
        sum += double{plain_[(output * of_.inputs + i) * 9 + tap]}
               * in_[(tap / 3 * (width_ + 2) + x + tap % 3) * stride_ + i];
    return sum < 0 ? sum * slope_[output] : sum;
  }

private:
  shape of_;
  std::size_t lanes_;
  std::size_t stride_;
  std::vector<float> plain_;
  aligned_floats packed_;
  std::vector<float> bias_;
  std::vector<float> slope_;
  std::vector<float> in_;
  std::size_t width_;
};

TEST(convolution_test, scalar_code_computes_the_definition) {
  for (const auto& of : shapes) {
    scene made{of, 5};
    const auto out = made.run(instruction_set::scalar);
    // At most 9 * 64 products of numbers below 1: 577 roundings of 2^-24 of
    // sums below 30.
    for (std::size_t x = 0; x < 5; ++x)
      for (std::size_t output = 0; output < of.outputs; ++output)
        ASSERT_NEAR(out[x * lanes_of(of.outputs) + output],
                    made.expected(x, output), 1e-3)
          << of.inputs << " -> " << of.outputs;
  }
}

TEST(convolution_test, every_instruction_set_gives_the_same_bits) {
  for (const auto& of : shapes)
    for (const std::size_t width : {1U, 5U, 6U, 7U, 13U, 14U, 15U, 29U, 40U}) {
      scene made{of, width};
      const auto reference = made.run(instruction_set::scalar);
      for (const auto set : available_instruction_sets()) {
        const auto out = made.run(set);
        ASSERT_EQ(0, std::memcmp(reference.data(), out.data(),
                                 out.size() * sizeof(float)))
          << to_string(set) << ' ' << of.inputs << " -> " << of.outputs << " x "
          << width;
      }
    }
}

TEST(convolution_test, unused_lanes_are_zero) {
  EXPECT_EQ(lanes_of(20), 32U);
  EXPECT_EQ(lanes_of(4), 8U);
  EXPECT_EQ(lanes_of(9), 16U);
  std::vector<float> plain(9 * 3 * 20, 1.0F);
  std::vector<float> packed(packed_floats(3, 32), -1.0F);
  pack_weights(plain, 3, 20, packed);
  EXPECT_EQ(std::count(packed.begin(), packed.end(), 0.0F), 9 * 3 * 12);
  EXPECT_EQ(std::count(packed.begin(), packed.end(), 1.0F), 9 * 3 * 20);
}

TEST(convolution_test, a_nan_goes_through_the_activation_unchanged) {
  for (const auto set : available_instruction_sets()) {
    std::vector<float> in(15, std::nanf(""));
    aligned_floats weights{packed_floats(1, 16)};
    const std::vector<float> numbers(16, 0.5F);
    std::vector<float> out(48);
    convolution_for(set)(
      {1, 1, 16, 16, weights.data(), numbers.data(), numbers.data()},
      {in.data(), in.data() + 5, in.data() + 10}, out.data(), 3);
    for (const auto value : out)
      EXPECT_TRUE(std::isnan(value)) << to_string(set);
  }
}

TEST(convolution_test, the_fastest_set_is_the_last_available_one) {
  EXPECT_EQ(available_instruction_sets().front(), instruction_set::scalar);
  EXPECT_EQ(available_instruction_sets().back(), fastest_instruction_set());
}

} // namespace
} // namespace troupe::network
