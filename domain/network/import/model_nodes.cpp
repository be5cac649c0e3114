#include "domain/network/import/model_nodes.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <utility>

namespace troupe::network {

namespace {

constexpr std::size_t layers_max = 128;

error does_not_fit(const model_node& node, std::string_view why) {
  return {errc::unsupported, fmt::format("model: node {}: {}", node.name, why)};
}

/// Which outputs of a 4x4 kernel of stride 2 a 3x3 neighbourhood feeds: for
/// sub-row j, input row d (0 above, 1 at, 2 below) meets kernel row
/// j + 3 - 2 d, if there is one.
int kernel_row(int j, int d) {
  return j + 3 - 2 * d;
}

/// A transposed 4x4 convolution of stride 2 as a 3x3 one with four outputs a
/// plane, which a pixel shuffle then spreads.
plain_layer as_convolution(const model_node& node, std::size_t inputs) {
  plain_layer layer{inputs, node.planes * 4, {}, {}, {}};
  layer.weights.resize(9 * inputs * layer.outputs);
  layer.bias.resize(layer.outputs);
  for (std::size_t plane = 0; plane < node.planes; ++plane)
    for (int sub = 0; sub < 4; ++sub) {
      const auto output = plane * 4 + static_cast<std::size_t>(sub);
      layer.bias[output] = node.bias.empty() ? 0 : node.bias[plane];
      for (std::size_t i = 0; i < inputs; ++i)
        for (int tap = 0; tap < 9; ++tap) {
          const auto y = kernel_row(sub / 2, tap / 3);
          const auto x = kernel_row(sub % 2, tap % 3);
          if (y >= 0 && y < 4 && x >= 0 && x < 4)
            layer.weights[(output * inputs + i) * 9
                          + static_cast<std::size_t>(tap)] =
              node.weights[(plane * inputs + i) * 16
                           + static_cast<std::size_t>(4 * y + x)];
        }
    }
  return layer;
}

/// Walks a model from its picture to its end.
class chain_walk {
public:
  explicit chain_walk(const std::vector<model_node>& nodes) : nodes_{nodes} {
    // No factor yet: the enlargement has not been met.
    network_.graph.factor = 0;
    network_.graph.skip = false;
  }

  result<plain_network> run() {
    if (auto indexed = index(); !indexed)
      return indexed.failure();
    for (std::size_t step = 0; step <= nodes_.size(); ++step) {
      const auto next = next_node();
      if (!next)
        return next.failure();
      if (*next == nullptr)
        return finish();
      if (auto taken = take(**next); !taken)
        return taken.failure();
      blob_ = (*next)->outputs.front();
    }
    return error{errc::corrupt, "model: the graph has a cycle"};
  }

private:
  /// The name a blob first had, before `pass` nodes.
  [[nodiscard]] std::string origin(std::string blob) const {
    for (std::size_t step = 0; step <= nodes_.size(); ++step) {
      const auto found = passed_.find(blob);
      if (found == passed_.end())
        return blob;
      blob = found->second;
    }
    return {};
  }

  result<void> index() {
    for (const auto& node : nodes_) {
      if (node.outputs.empty())
        return error{errc::corrupt,
                     fmt::format("model: node {} gives nothing", node.name)};
      if (node.kind == node_kind::input) {
        if (!picture_.empty())
          return does_not_fit(node, "only one input is known");
        picture_ = node.outputs.front();
      } else if (node.inputs.empty()) {
        return error{errc::corrupt,
                     fmt::format("model: node {} takes nothing", node.name)};
      }
      if (node.kind == node_kind::pass)
        for (const auto& output : node.outputs)
          passed_[output] = node.inputs.front();
    }
    if (picture_.empty())
      return error{errc::corrupt, "model: there is no input"};
    blob_ = picture_;
    for (const auto& node : nodes_)
      if (node.kind == node_kind::repeat) {
        if (origin(node.inputs.front()) != picture_)
          return does_not_fit(node, "only the picture itself may be repeated");
        repeated_[node.outputs.front()] = &node;
      }
    return {};
  }

  /// The only node that takes the present blob; null at the end.
  result<const model_node*> next_node() {
    const model_node* next = nullptr;
    for (const auto& node : nodes_) {
      if (node.kind == node_kind::input || node.kind == node_kind::pass
          || node.kind == node_kind::repeat)
        continue;
      bool takes = false;
      for (const auto& input : node.inputs)
        takes = takes || origin(input) == blob_;
      if (!takes)
        continue;
      if (next != nullptr)
        return does_not_fit(node, "branches are not known");
      next = &node;
    }
    return next;
  }

  result<void> take(const model_node& node) {
    if (network_.graph.factor != 0 && node.kind != node_kind::add)
      return does_not_fit(node, "nothing is known after the enlargement");
    switch (node.kind) {
    case node_kind::convolution:
      return take_convolution(node);
    case node_kind::transposed_convolution:
      return take_transposed(node);
    case node_kind::prelu:
      return take_slope(node, node.slope);
    case node_kind::pixel_shuffle:
      return take_shuffle(node);
    case node_kind::add:
      return take_add(node);
    default:
      return does_not_fit(node, "not expected here");
    }
  }

  /// Inputs of a convolution; zero if its weights do not divide.
  [[nodiscard]] std::size_t inputs_of(const model_node& node) const {
    const auto one = node.planes * node.kernel * node.kernel;
    if (one == 0 || node.weights.size() % one != 0
        || network_.layers.size() >= layers_max)
      return 0;
    const auto inputs = node.weights.size() / one;
    const auto fits = network_.layers.empty()
                        ? inputs == 1 || inputs == 3
                        : inputs == network_.layers.back().outputs;
    const auto bias = node.bias.empty() || node.bias.size() == node.planes;
    return fits && bias ? inputs : 0;
  }

  result<void> take_convolution(const model_node& node) {
    if (node.kernel != 3 || node.stride != 1 || node.padding > 1)
      return does_not_fit(node,
                          "only 3x3 convolutions of stride 1 with padding "
                          "0 or 1 are known");
    const auto inputs = inputs_of(node);
    if (inputs == 0)
      return does_not_fit(node, "its weights do not fit the planes it gets");
    if (network_.layers.empty())
      network_.graph.planes = inputs;
    else if (padding_ != node.padding)
      return does_not_fit(node, "some convolutions are padded, some are not");
    padding_ = node.padding;
    network_.layers.push_back(
      {inputs,
       node.planes,
       node.weights,
       node.bias.empty() ? std::vector<float>(node.planes) : node.bias,
       {}});
    return node.slope.empty() ? result<void>{} : take_slope(node, node.slope);
  }

  result<void> take_transposed(const model_node& node) {
    const auto expected = padding_ == 0 ? 3U : 1U;
    if (node.kernel != 4 || node.stride != 2 || node.padding != expected
        || network_.layers.empty() || !node.slope.empty())
      return does_not_fit(node, "only a last 4x4 transposed convolution of "
                                "stride 2 that keeps the picture's edges in "
                                "place is known");
    const auto inputs = inputs_of(node);
    if (inputs == 0)
      return does_not_fit(node, "its weights do not fit the planes it gets");
    network_.layers.push_back(as_convolution(node, inputs));
    network_.graph.factor = 2;
    network_.graph.skip = false;
    return {};
  }

  result<void> take_slope(const model_node& node,
                          const std::vector<float>& slope) {
    if (network_.layers.empty() || !network_.layers.back().slope.empty())
      return does_not_fit(node, "an activation must follow a convolution");
    auto& layer = network_.layers.back();
    if (slope.size() != 1 && slope.size() != layer.outputs)
      return does_not_fit(node, "its slopes do not fit the planes it gets");
    layer.slope = slope.size() == 1
                    ? std::vector<float>(layer.outputs, slope.front())
                    : slope;
    return {};
  }

  result<void> take_shuffle(const model_node& node) {
    if (node.factor < 2 || node.factor > 4 || network_.layers.empty())
      return does_not_fit(node, "only factors 2, 3 and 4 are known");
    network_.graph.factor = node.factor;
    network_.graph.skip = false;
    return {};
  }

  result<void> take_add(const model_node& node) {
    if (node.inputs.size() != 2)
      return does_not_fit(node, "only two inputs are added");
    const auto& other =
      origin(node.inputs[0]) == blob_ ? node.inputs[1] : node.inputs[0];
    const auto found = repeated_.find(origin(other));
    if (found == repeated_.end() || network_.graph.skip
        || found->second->factor != network_.graph.factor)
      return does_not_fit(node, "only the repeated picture is added, at the "
                                "end");
    network_.graph.skip = true;
    return {};
  }

  result<plain_network> finish() {
    if (network_.graph.factor == 0)
      return error{errc::unsupported,
                   "model: it does not end in a pixel shuffle or a transposed "
                   "convolution"};
    network_.graph.border =
      padding_ == 0 ? border_kind::mirror : border_kind::zero;
    for (const auto& layer : network_.layers)
      network_.graph.activated.push_back(!layer.slope.empty());
    return std::move(network_);
  }

  const std::vector<model_node>& nodes_;
  std::map<std::string, std::string, std::less<>> passed_;
  std::map<std::string, const model_node*, std::less<>> repeated_;
  std::string picture_;
  std::string blob_;
  std::size_t padding_ = 0;
  plain_network network_;
};

} // namespace

result<plain_network> chain_of(const std::vector<model_node>& nodes) {
  return chain_walk{nodes}.run();
}

float half_value(std::uint16_t bits) noexcept {
  const auto exponent = bits >> 10U & 0x1FU;
  const auto fraction = static_cast<float>(bits & 0x3FFU);
  float size = 0;
  if (exponent == 31)
    size = fraction == 0 ? HUGE_VALF : std::nanf("");
  else if (exponent == 0)
    size = std::ldexp(fraction, -24);
  else
    size = std::ldexp(1024.0F + fraction, static_cast<int>(exponent) - 25);
  return (bits & 0x8000U) != 0 ? -size : size;
}

} // namespace troupe::network
