#pragma once

#include "domain/network/import/model_nodes.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace troupe::testing {

/// One layer of a model in a file: a convolution and its PReLU.
struct model_layer {
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  std::size_t kernel = 3;
  /// [outputs][inputs][kernel][kernel]
  std::vector<float> weights;
  std::vector<float> bias;
  std::vector<float> slope;
};

/// What a model file is made from. Compact: padded convolutions, shuffle, the
/// repeated picture. Upconv: nothing padded, leaky activations inside the
/// convolutions, and a transposed convolution at the end.
struct model_plan {
  bool upconv = false;
  std::size_t factor = 2;
  std::vector<model_layer> layers;
};

inline model_plan make_plan(bool upconv, std::size_t factor) {
  model_plan plan{upconv, factor, {}};
  std::mt19937 random{23};
  std::uniform_real_distribution<float> spread{-1, 1};
  const auto add = [&](std::size_t inputs, std::size_t outputs,
                       std::size_t kernel, bool active) {
    model_layer layer{inputs, outputs, kernel, {}, {}, {}};
    layer.weights.resize(inputs * outputs * kernel * kernel);
    layer.bias.resize(outputs);
    for (auto& weight : layer.weights)
      weight = spread(random) * 0.5F / static_cast<float>(inputs);
    for (auto& bias : layer.bias)
      bias = spread(random) * 0.05F;
    if (active)
      layer.slope.assign(outputs, 0.1F);
    if (active && !upconv)
      for (auto& slope : layer.slope)
        slope = spread(random);
    plan.layers.push_back(std::move(layer));
  };
  add(3, 16, 3, true);
  add(16, 16, 3, true);
  if (upconv)
    add(16, 3, 4, false);
  else
    add(16, 3 * factor * factor, 3, false);
  return plan;
}

// -- ncnn ---------------------------------------------------------------------

struct ncnn_files {
  std::string param;
  std::vector<std::byte> bin;

  void put(const void* data, std::size_t bytes) {
    const auto from = static_cast<const std::byte*>(data);
    bin.insert(bin.end(), from, from + bytes);
  }

  void put(const std::vector<float>& numbers) {
    put(numbers.data(), numbers.size() * sizeof(float));
  }
};

inline ncnn_files make_ncnn(const model_plan& plan) {
  ncnn_files files;
  std::string lines = "Input data 0 1 data\nSplit s 1 2 data d0 d1\n";
  std::size_t count = 2;
  std::string blob = "d0";
  for (std::size_t i = 0; i < plan.layers.size(); ++i, ++count) {
    const auto& layer = plan.layers[i];
    const auto last = layer.kernel == 4;
    lines += fmt::format(
      "{} conv{} 1 1 {} c{} 0={} 1={} 4={} 3={} 5=1 6={}{}\n",
      last ? "Deconvolution" : "Convolution", i, blob, i, layer.outputs,
      layer.kernel, plan.upconv ? (last ? 3 : 0) : 1, last ? 2 : 1,
      layer.weights.size(),
      plan.upconv && !layer.slope.empty() ? " 9=2 -23310=1,1.0e-01" : "");
    const std::uint32_t tag = 0;
    files.put(&tag, sizeof tag);
    files.put(layer.weights);
    files.put(layer.bias);
    blob = fmt::format("c{}", i);
    if (!plan.upconv && !layer.slope.empty()) {
      lines +=
        fmt::format("PReLU p{} 1 1 {} p{} 0={}\n", i, blob, i, layer.outputs);
      files.put(layer.slope);
      blob = fmt::format("p{}", i);
      ++count;
    }
  }
  if (!plan.upconv) {
    lines += fmt::format("PixelShuffle ps 1 1 {} deep 0={}\n"
                         "Interp up 1 1 d1 base 0=1 1={}.000000 2={}.000000\n"
                         "BinaryOp sum 2 1 deep base out 0=0\n",
                         blob, plan.factor, plan.factor, plan.factor);
    count += 3;
  }
  files.param = fmt::format("7767517\n{} {}\n{}", count, count + 1, lines);
  return files;
}

// -- ONNX ---------------------------------------------------------------------

/// Writes protobuf's wire format.
class wire_writer {
public:
  wire_writer& number(unsigned field, std::uint64_t value) {
    varint(field << 3U);
    varint(value);
    return *this;
  }

  wire_writer& text(unsigned field, const std::string& bytes) {
    varint(field << 3U | 2U);
    varint(bytes.size());
    out_ += bytes;
    return *this;
  }

  wire_writer& real(unsigned field, float value) {
    varint(field << 3U | 5U);
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }

  [[nodiscard]] const std::string& bytes() const {
    return out_;
  }

private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U)
      out_ += static_cast<char>(value | 0x80U);
    out_ += static_cast<char>(value);
  }

  std::string out_;
};

inline std::string onnx_array(const std::string& name,
                              const std::vector<std::size_t>& dims,
                              const std::vector<float>& numbers) {
  wire_writer array;
  for (const auto side : dims)
    array.number(1, side);
  return array.number(2, 1)
    .text(8, name)
    .text(9, {reinterpret_cast<const char*>(numbers.data()),
              numbers.size() * sizeof(float)})
    .bytes();
}

inline std::string onnx_wholes(const std::string& name,
                               const std::vector<std::uint64_t>& values) {
  wire_writer made;
  made.text(1, name);
  for (const auto value : values)
    made.number(8, value);
  return made.bytes();
}

inline std::string onnx_node(const std::string& type,
                             const std::vector<std::string>& inputs,
                             const std::string& output,
                             const std::vector<std::string>& attributes) {
  wire_writer node;
  for (const auto& input : inputs)
    node.text(1, input);
  node.text(2, output).text(3, "node_" + output).text(4, type);
  for (const auto& made : attributes)
    node.text(5, made);
  return node.bytes();
}

/// The end of a compact network: shuffle, repeated picture, sum.
inline void add_onnx_tail(wire_writer& graph, const std::string& blob,
                          std::size_t factor) {
  const auto side = static_cast<float>(factor);
  graph.text(
    1, onnx_node("DepthToSpace", {blob}, "deep",
                 {wire_writer{}.text(1, "blocksize").number(3, factor).bytes(),
                  wire_writer{}.text(1, "mode").text(4, "CRD").bytes()}));
  graph.text(1, onnx_node("Constant", {}, "scales",
                          {wire_writer{}
                             .text(1, "value")
                             .text(5, onnx_array("", {4}, {1, 1, side, side}))
                             .bytes()}));
  graph.text(
    1, onnx_node("Resize", {"picture", "", "scales"}, "base",
                 {wire_writer{}.text(1, "mode").text(4, "nearest").bytes()}));
  graph.text(1, onnx_node("Add", {"base", "deep"}, "out", {}));
}

inline std::vector<std::byte> make_onnx(const model_plan& plan) {
  wire_writer graph;
  std::string blob = "picture";
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    const auto& layer = plan.layers[i];
    const auto last = layer.kernel == 4;
    const auto to = fmt::format("c{}", i);
    auto weights = layer.weights;
    std::vector<std::size_t> dims{layer.outputs, layer.inputs, layer.kernel,
                                  layer.kernel};
    if (last) {
      // Transposed: [inputs][outputs].
      std::swap(dims[0], dims[1]);
      for (std::size_t o = 0; o < layer.outputs; ++o)
        for (std::size_t in = 0; in < layer.inputs; ++in)
          for (std::size_t k = 0; k < 16; ++k)
            weights[(in * layer.outputs + o) * 16 + k] =
              layer.weights[(o * layer.inputs + in) * 16 + k];
    }
    graph.text(5, onnx_array(to + "w", dims, weights));
    graph.text(5, onnx_array(to + "b", {layer.outputs}, layer.bias));
    const std::uint64_t padding = plan.upconv ? (last ? 3 : 0) : 1;
    const std::uint64_t stride = last ? 2 : 1;
    graph.text(
      1,
      onnx_node(last ? "ConvTranspose" : "Conv", {blob, to + "w", to + "b"}, to,
                {onnx_wholes("pads", {padding, padding, padding, padding}),
                 onnx_wholes("strides", {stride, stride})}));
    blob = to;
    if (layer.slope.empty())
      continue;
    if (plan.upconv) {
      graph.text(
        1, onnx_node("LeakyRelu", {blob}, blob + "a",
                     {wire_writer{}.text(1, "alpha").real(2, 0.1F).bytes()}));
    } else {
      graph.text(5, onnx_array(to + "s", {layer.outputs, 1, 1}, layer.slope));
      graph.text(1, onnx_node("PRelu", {blob, to + "s"}, blob + "a", {}));
    }
    blob += "a";
  }
  if (!plan.upconv)
    add_onnx_tail(graph, blob, plan.factor);
  graph.text(11, wire_writer{}.text(1, "picture").bytes());
  const auto model = wire_writer{}.number(1, 8).text(7, graph.bytes()).bytes();
  std::vector<std::byte> bytes(model.size());
  std::memcpy(bytes.data(), model.data(), model.size());
  return bytes;
}

} // namespace troupe::testing
