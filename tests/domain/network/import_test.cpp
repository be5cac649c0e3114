#include "domain/network/import/ncnn_reader.hpp"
#include "domain/network/import/onnx_reader.hpp"
#include "domain/network/upscale_network.hpp"
#include "tests/domain/network/made_models.hpp"
#include "tests/domain/network/made_picture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <string_view>

namespace troupe::network {
namespace {

using testing::made_picture;
using testing::make_ncnn;
using testing::make_onnx;
using testing::make_plan;
using testing::model_plan;

/// Planes of doubles, [plane][height][width].
struct planes_of_double {
  std::size_t planes = 0;
  std::size_t height = 0;
  std::size_t width = 0;
  std::vector<double> at;

  [[nodiscard]] double& pixel(std::size_t p, std::size_t y, std::size_t x) {
    return at[(p * height + y) * width + x];
  }
};

planes_of_double blank(std::size_t planes, std::size_t height,
                       std::size_t width) {
  return {planes, height, width, std::vector<double>(planes * height * width)};
}

/// The picture with `margin` pixels around it, mirrored or zero.
planes_of_double padded(const made_picture& picture, std::size_t margin,
                        bool mirror) {
  auto out = blank(3, picture.height + 2 * margin, picture.width + 2 * margin);
  const auto reach = static_cast<std::int64_t>(margin);
  for (std::size_t p = 0; p < 3; ++p)
    for (std::size_t y = 0; y < out.height; ++y)
      for (std::size_t x = 0; x < out.width; ++x) {
        const auto v = static_cast<std::int64_t>(y) - reach;
        const auto u = static_cast<std::int64_t>(x) - reach;
        const auto inside = v >= 0 && u >= 0
                            && v < static_cast<std::int64_t>(picture.height)
                            && u < static_cast<std::int64_t>(picture.width);
        if (mirror || inside)
          out.pixel(p, y, x) = picture.at(mirrored(u, picture.width),
                                          mirrored(v, picture.height), p)
                               / 255.0;
      }
  return out;
}

/// A convolution by its definition; `padding` zeros around its input.
planes_of_double convolved(planes_of_double in,
                           const testing::model_layer& layer,
                           std::size_t padding) {
  auto out = blank(layer.outputs, in.height + 2 * padding - 2,
                   in.width + 2 * padding - 2);
  for (std::size_t o = 0; o < layer.outputs; ++o)
    for (std::size_t y = 0; y < out.height; ++y)
      for (std::size_t x = 0; x < out.width; ++x) {
        double sum = layer.bias[o];
        for (std::size_t i = 0; i < layer.inputs; ++i)
          for (std::size_t tap = 0; tap < 9; ++tap) {
            const auto v = y + tap / 3 - padding;
            const auto u = x + tap % 3 - padding;
            if (v < in.height && u < in.width)
              sum += double{layer.weights[(o * layer.inputs + i) * 9 + tap]}
                     * in.pixel(i, v, u);
          }
        if (sum < 0 && !layer.slope.empty())
          sum *= layer.slope[o];
        out.pixel(o, y, x) = sum;
      }
  return out;
}

/// A 4x4 transposed convolution of stride 2 by its definition: every input
/// pixel adds its kernel at twice its place; three pixels are cut off around.
planes_of_double transposed(planes_of_double in,
                            const testing::model_layer& layer) {
  auto wide = blank(layer.outputs, 2 * in.height + 2, 2 * in.width + 2);
  for (std::size_t o = 0; o < layer.outputs; ++o)
    for (std::size_t i = 0; i < layer.inputs; ++i)
      for (std::size_t y = 0; y < in.height; ++y)
        for (std::size_t x = 0; x < in.width; ++x)
          for (std::size_t k = 0; k < 16; ++k)
            wide.pixel(o, 2 * y + k / 4, 2 * x + k % 4) +=
              double{layer.weights[(o * layer.inputs + i) * 16 + k]}
              * in.pixel(i, y, x);
  auto out = blank(layer.outputs, wide.height - 6, wide.width - 6);
  for (std::size_t o = 0; o < layer.outputs; ++o)
    for (std::size_t y = 0; y < out.height; ++y)
      for (std::size_t x = 0; x < out.width; ++x)
        out.pixel(o, y, x) = wide.pixel(o, y + 3, x + 3) + layer.bias[o];
  return out;
}

planes_of_double expected(const model_plan& plan, const made_picture& picture) {
  const auto padding = plan.upconv ? 0U : 1U;
  auto value = padded(picture, plan.upconv ? plan.layers.size() : 0, true);
  for (const auto& layer : plan.layers)
    if (layer.kernel == 3)
      value = convolved(std::move(value), layer, padding);
  if (plan.upconv)
    return transposed(std::move(value), plan.layers.back());
  const auto s = plan.factor;
  auto out = blank(3, picture.height * s, picture.width * s);
  for (std::size_t p = 0; p < 3; ++p)
    for (std::size_t y = 0; y < out.height; ++y)
      for (std::size_t x = 0; x < out.width; ++x)
        out.pixel(p, y, x) =
          value.pixel(p * s * s + y % s * s + x % s, y / s, x / s)
          + picture.at(x / s, y / s, p) / 255.0;
  return out;
}

void expect_computes(const result<std::vector<model_node>>& nodes,
                     const model_plan& plan) {
  ASSERT_TRUE(nodes) << nodes.failure().detail;
  const auto chain = chain_of(*nodes);
  ASSERT_TRUE(chain) << chain.failure().detail;
  const auto weights = network_weights::pack(*chain);
  ASSERT_TRUE(weights) << weights.failure().detail;
  const auto picture = testing::make_picture(14, 11, 3);
  auto reference = expected(plan, picture);
  made_picture out{14 * plan.factor, 11 * plan.factor, 3};
  upscale_scratch scratch{*weights};
  scratch.upscale(picture.view(), {0, 0, 14, 11}, {}, out.target());
  for (std::size_t p = 0; p < 3; ++p)
    for (std::size_t y = 0; y < out.height; ++y)
      for (std::size_t x = 0; x < out.width; ++x)
        // Rounding to 8 bits, and a float's error before it.
        ASSERT_NEAR(out.at(x, y, p),
                    std::clamp(reference.pixel(p, y, x) * 255, 0.0, 255.0),
                    0.51)
          << p << ' ' << x << ',' << y;
  // Tiles of networks with zero borders must agree as well.
  made_picture piece{5 * plan.factor, 4 * plan.factor, 3};
  scratch.upscale(picture.view(), {9, 7, 5, 4}, {}, piece.target());
  for (std::size_t y = 0; y < piece.height; ++y)
    for (std::size_t x = 0; x < piece.width; ++x)
      ASSERT_EQ(piece.at(x, y, 1),
                out.at(9 * plan.factor + x, 7 * plan.factor + y, 1));
}

TEST(import_test, a_compact_network_from_ncnn_computes_its_definition) {
  for (const std::size_t factor : {2U, 3U, 4U}) {
    const auto plan = make_plan(false, factor);
    const auto files = make_ncnn(plan);
    expect_computes(read_ncnn(files.param, files.bin), plan);
  }
}

TEST(import_test, an_upconv_network_from_ncnn_computes_its_definition) {
  const auto plan = make_plan(true, 2);
  const auto files = make_ncnn(plan);
  expect_computes(read_ncnn(files.param, files.bin), plan);
}

TEST(import_test, both_kinds_from_onnx_compute_their_definition) {
  for (const auto upconv : {false, true}) {
    const auto plan = make_plan(upconv, 2);
    expect_computes(read_onnx(make_onnx(plan)), plan);
  }
}

TEST(import_test, halves_have_their_values) {
  // Sign, exponent, fraction by IEEE 754: 1.0, -2.0, 65504, 2^-24, 2^-14.
  EXPECT_EQ(half_value(0x3C00), 1.0F);
  EXPECT_EQ(half_value(0xC000), -2.0F);
  EXPECT_EQ(half_value(0x7BFF), 65504.0F);
  EXPECT_EQ(half_value(0x0001), std::ldexp(1.0F, -24));
  EXPECT_EQ(half_value(0x0400), std::ldexp(1.0F, -14));
  EXPECT_TRUE(std::isinf(half_value(0x7C00)));
  EXPECT_TRUE(std::isnan(half_value(0x7C01)));
}

// -- refusals -----------------------------------------------------------------

std::string replaced(std::string text, std::string_view from,
                     std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

/// Why a changed ncnn model is refused, by reader or chain.
error refusal(std::string_view from, std::string_view to) {
  const auto files = make_ncnn(make_plan(false, 2));
  const auto nodes = read_ncnn(replaced(files.param, from, to), files.bin);
  if (!nodes)
    return nodes.failure();
  const auto chain = chain_of(*nodes);
  EXPECT_FALSE(chain) << to;
  return chain ? error{} : chain.failure();
}

TEST(import_test, unknown_operators_are_all_named_at_once) {
  const auto files = make_ncnn(make_plan(false, 2));
  auto param = replaced(files.param, "PReLU", "Attention");
  param = replaced(param, "PixelShuffle", "Concat");
  const auto nodes = read_ncnn(param, files.bin);
  ASSERT_FALSE(nodes);
  EXPECT_EQ(nodes.failure().code, errc::unsupported);
  EXPECT_NE(nodes.failure().detail.find("Attention, Concat"),
            std::string::npos);
}

TEST(import_test, a_known_operator_in_the_wrong_place_is_named) {
  struct row {
    std::string_view from;
    std::string_view to;
    std::string_view named;
  };

  for (const auto& [from, to, named] : std::vector<row>{
         {"1=3 4=1 3=1", "1=3 4=1 3=2", "conv0"},
         {"1=3 4=1 3=1", "1=3 4=1 3=1 2=2", "conv0"},
         {"1=3 4=1 3=1", "1=3 4=1 3=1 9=6", "conv0"},
         {"1=3 4=1", "1=3 4=0", "conv1"},
         {"BinaryOp sum 2 1 deep base out 0=0",
          "BinaryOp sum 2 1 deep base out 0=2", "sum"},
         {"deep base", "deep deep", "sum"},
         {"1 1 d1 base", "1 1 c0 base", "up"},
         {"deep 0=2", "deep 0=3", "sum"},
         {"deep 0=2", "deep 0=2 1=1", "ps"},
         {"0=1 1=2.000000", "0=2 1=2.000000", "up"},
         {"PReLU p1 1 1 c1 p1", "PReLU p1 1 1 c0 p1", "p1"},
       }) {
    const auto why = refusal(from, to);
    EXPECT_NE(why.detail.find(named), std::string::npos)
      << to << ": " << why.detail;
  }
}

TEST(import_test, a_cycle_ends_in_an_error) {
  const auto node = [](node_kind kind, std::vector<std::string> inputs,
                       std::vector<std::string> outputs) {
    model_node made;
    made.kind = kind;
    made.name = outputs.front();
    made.inputs = std::move(inputs);
    made.outputs = std::move(outputs);
    if (kind == node_kind::convolution) {
      made.planes = made.kernel = 3;
      made.weights.resize(81);
    }
    return made;
  };
  const std::vector<model_node> nodes{
    node(node_kind::input, {}, {"a"}),
    node(node_kind::convolution, {"a", "c"}, {"b"}),
    node(node_kind::convolution, {"b"}, {"c"}),
    node(node_kind::pass, {"loop"}, {"loop"})};
  const auto chain = chain_of(nodes);
  ASSERT_FALSE(chain);
  EXPECT_EQ(chain.failure().code, errc::corrupt);
  EXPECT_NE(chain.failure().detail.find("cycle"), std::string::npos);
}

TEST(import_test, a_model_cut_anywhere_is_refused) {
  const auto plan = make_plan(false, 2);
  auto files = make_ncnn(plan);
  while (!files.bin.empty()) {
    files.bin.resize(files.bin.size()
                     - std::min<std::size_t>(files.bin.size(), 977));
    EXPECT_FALSE(read_ncnn(files.param, files.bin));
  }
  auto onnx = make_onnx(plan);
  while (!onnx.empty()) {
    onnx.resize(onnx.size() - std::min<std::size_t>(onnx.size(), 977));
    EXPECT_FALSE(read_onnx(onnx)) << onnx.size();
  }
}

// -- hostile models -----------------------------------------------------------

/// Reads and, if that works, runs a model; only has to come back.
void try_model(const result<std::vector<model_node>>& nodes) {
  if (!nodes) {
    ASSERT_FALSE(nodes.failure().detail.empty());
    return;
  }
  const auto chain = chain_of(*nodes);
  if (!chain) {
    ASSERT_FALSE(chain.failure().detail.empty());
    return;
  }
  const auto weights = network_weights::pack(*chain);
  ASSERT_TRUE(weights || !weights.failure().detail.empty());
}

TEST(import_test, hostile_models_end_in_an_error) {
  const auto campaign = std::getenv("TROUPE_CAMPAIGN");
  const auto rounds =
    campaign != nullptr && std::string_view{campaign} == "full" ? 100000 : 300;
  const auto plan = make_plan(false, 2);
  const auto files = make_ncnn(plan);
  const auto onnx = make_onnx(plan);
  std::mt19937 random{29};
  const auto below = [&random](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random);
  };
  for (int round = 0; round < rounds; ++round) {
    auto param = files.param;
    for (auto faults = 1 + below(3); faults > 0; --faults) {
      const auto at = below(param.size());
      if (below(3) == 0)
        param.erase(at, 1 + below(9));
      else
        param[at] = "0123456789-=. \nabd"[below(18)];
    }
    try_model(read_ncnn(param, files.bin));
    auto bytes = onnx;
    for (auto faults = 1 + below(4); faults > 0; --faults) {
      // The nodes lie among the arrays, so faults go everywhere.
      const auto at = below(bytes.size());
      if (below(4) == 0)
        bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at));
      else
        bytes[at] = static_cast<std::byte>(below(256));
    }
    try_model(read_onnx(bytes));
  }
}

} // namespace
} // namespace troupe::network
