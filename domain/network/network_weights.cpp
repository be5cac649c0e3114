#include "domain/network/network_weights.hpp"

#include "domain/library/found_file.hpp"
#include "domain/network/safetensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

namespace troupe::network {

namespace {

constexpr std::size_t alignment_floats = 16;
constexpr std::size_t planes_max = 256;

std::size_t aligned(std::size_t floats) {
  return (floats + alignment_floats - 1) / alignment_floats * alignment_floats;
}

/// The named array if it has exactly this shape.
result<std::vector<float>> numbers_of(const stored_tensors& stored,
                                      const std::string& name,
                                      const std::vector<std::size_t>& shape) {
  const auto found = stored.tensors.find(name);
  if (found == stored.tensors.end())
    return error{errc::corrupt, fmt::format("weights: no array {}", name)};
  if (found->second.shape != shape)
    return error{errc::corrupt,
                 fmt::format("weights: array {} has shape [{}], not [{}]", name,
                             fmt::join(found->second.shape, ", "),
                             fmt::join(shape, ", "))};
  std::vector<float> numbers(found->second.bytes.size() / sizeof(float));
  // x86-64 and the file are both little-endian.
  std::memcpy(numbers.data(), found->second.bytes.data(),
              found->second.bytes.size());
  return numbers;
}

/// One layer's arrays; inputs are what the layer before gives.
result<plain_layer> layer_of(const stored_tensors& stored, std::size_t index,
                             std::size_t inputs, bool activated) {
  const auto name = fmt::format("{}.weight", index);
  const auto found = stored.tensors.find(name);
  if (found == stored.tensors.end())
    return error{errc::corrupt, fmt::format("weights: no array {}", name)};
  if (found->second.shape.empty())
    return error{errc::corrupt,
                 fmt::format("weights: array {} is a single number", name)};
  plain_layer layer{inputs, found->second.shape[0], {}, {}, {}};
  auto weights = numbers_of(stored, name, {layer.outputs, inputs, 3, 3});
  if (!weights)
    return weights.failure();
  layer.weights = *std::move(weights);
  auto bias =
    numbers_of(stored, fmt::format("{}.bias", index), {layer.outputs});
  if (!bias)
    return bias.failure();
  layer.bias = *std::move(bias);
  if (!activated)
    return layer;
  auto slope =
    numbers_of(stored, fmt::format("{}.slope", index), {layer.outputs});
  if (!slope)
    return slope.failure();
  layer.slope = *std::move(slope);
  return layer;
}

/// All arrays that the graph asks for.
result<plain_network> network_of(const stored_tensors& stored,
                                 network_graph graph) {
  plain_network network;
  auto inputs = graph.planes;
  for (const auto activated : graph.activated) {
    auto layer = layer_of(stored, network.layers.size(), inputs, activated);
    if (!layer)
      return layer.failure();
    inputs = layer->outputs;
    network.layers.push_back(*std::move(layer));
  }
  if (graph.levels > 0) {
    auto levels = numbers_of(stored, "levels.weight",
                             {network.layers.front().outputs, graph.levels});
    if (!levels)
      return levels.failure();
    network.levels = *std::move(levels);
  }
  if (const auto name = stored.metadata.find("name");
      name != stored.metadata.end())
    network.name = name->second;
  network.graph = std::move(graph);
  return network;
}

/// Whether all arrays of a layer have their sizes and hold only numbers.
result<void> check_layer(const plain_layer& layer, std::size_t index) {
  const auto sound =
    layer.outputs >= 1 && layer.outputs <= planes_max
    && layer.weights.size() == 9 * layer.inputs * layer.outputs
    && layer.bias.size() == layer.outputs
    && (layer.slope.empty() || layer.slope.size() == layer.outputs);
  if (!sound)
    return error{errc::corrupt,
                 fmt::format("weights: layer {}: {} inputs and {} outputs (at "
                             "most {}) do not fit its {} weights",
                             index, layer.inputs, layer.outputs, planes_max,
                             layer.weights.size())};
  for (const auto numbers : {&layer.weights, &layer.bias, &layer.slope})
    for (const auto number : *numbers)
      if (!std::isfinite(number))
        return error{errc::corrupt,
                     fmt::format("weights: layer {} holds a number that is not "
                                 "finite",
                                 index)};
  return {};
}

result<void> check_network(const plain_network& network) {
  const auto& graph = network.graph;
  if (network.layers.size() != graph.activated.size() || network.layers.empty())
    return error{errc::corrupt, "weights: layers are missing"};
  auto inputs = graph.planes;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    if (network.layers[i].inputs != inputs)
      return error{errc::corrupt,
                   fmt::format("weights: layer {} takes {} planes, but gets {}",
                               i, network.layers[i].inputs, inputs)};
    if (auto sound = check_layer(network.layers[i], i); !sound)
      return sound;
    inputs = network.layers[i].outputs;
  }
  const auto needed = graph.planes * graph.factor * graph.factor;
  if (inputs != needed)
    return error{errc::corrupt,
                 fmt::format("weights: the last layer has {} outputs; factor "
                             "{} needs {}",
                             inputs, graph.factor, needed)};
  const auto levels = network.layers.front().outputs * graph.levels;
  if (network.levels.size() != levels
      || !std::all_of(network.levels.begin(), network.levels.end(),
                      [](float level) { return std::isfinite(level); }))
    return error{errc::corrupt, "weights: the level planes' array is unsound"};
  return {};
}

result<std::string> digest_of(std::span<const std::byte> data,
                              const content_hasher& hasher) {
  auto digest = hasher.begin();
  if (!digest)
    return digest.failure();
  const std::span bytes{reinterpret_cast<const std::uint8_t*>(data.data()),
                        data.size()};
  if (auto added = (*digest)->add(bytes); !added)
    return added.failure();
  const auto hash = (*digest)->finish();
  if (!hash)
    return hash.failure();
  return to_hex(*hash);
}

} // namespace

// -- aligned floats -----------------------------------------------------------

aligned_floats::aligned_floats(std::size_t count)
  : storage_(count + alignment_floats), count_{count} {
  const auto address = reinterpret_cast<std::uintptr_t>(storage_.data());
  const auto past = address / sizeof(float) % alignment_floats;
  data_ = storage_.data() + (alignment_floats - past) % alignment_floats;
}

// -- packing ------------------------------------------------------------------

/// Fills one object under construction.
class weights_packer {
public:
  explicit weights_packer(const plain_network& network) : network_{network} {
    auto floats =
      network.graph.levels * aligned(lanes_of(network.layers.front().outputs));
    for (const auto& layer : network.layers)
      floats += floats_of(layer);
    made_ = std::shared_ptr<network_weights>{new network_weights{floats}};
    made_->name_ = network.name;
    made_->fingerprint_ = network.fingerprint;
    made_->graph_ = network.graph;
    next_ = made_->numbers_.data();
  }

  std::shared_ptr<const network_weights> pack() {
    for (const auto& layer : network_.layers)
      pack_layer(layer);
    pack_levels();
    return std::move(made_);
  }

private:
  static std::size_t floats_of(const plain_layer& layer) {
    const auto lanes = lanes_of(layer.outputs);
    return aligned(packed_floats(layer.inputs, lanes)) + 2 * aligned(lanes);
  }

  float* room(std::size_t floats) {
    return std::exchange(next_, next_ + aligned(floats));
  }

  void pack_layer(const plain_layer& layer) {
    const auto lanes = lanes_of(layer.outputs);
    const auto floats = packed_floats(layer.inputs, lanes);
    const auto weights = room(floats);
    pack_weights(layer.weights, layer.inputs, layer.outputs, {weights, floats});
    const auto bias = room(lanes);
    std::copy(layer.bias.begin(), layer.bias.end(), bias);
    const auto slope = room(lanes);
    std::fill_n(slope, layer.outputs, 1.0F);
    std::copy(layer.slope.begin(), layer.slope.end(), slope);
    const auto stride =
      made_->layers_.empty() ? layer.inputs : made_->layers_.back().lanes;
    made_->layers_.push_back({layer.inputs, stride, lanes,
                              block_of(layer.outputs), weights, bias, slope});
    made_->products_ += layer.weights.size();
  }

  void pack_levels() {
    const auto levels = network_.graph.levels;
    if (levels == 0)
      return;
    const auto outputs = network_.layers.front().outputs;
    const auto lanes = lanes_of(outputs);
    const auto to = room(levels * aligned(lanes));
    for (std::size_t output = 0; output < outputs; ++output)
      for (std::size_t level = 0; level < levels; ++level)
        to[level * lanes + output] = network_.levels[output * levels + level];
    made_->levels_ = to;
  }

  const plain_network& network_;
  std::shared_ptr<network_weights> made_;
  float* next_ = nullptr;
};

result<std::shared_ptr<const network_weights>>
network_weights::pack(const plain_network& network) {
  if (auto sound = check_network(network); !sound)
    return sound.failure();
  return weights_packer{network}.pack();
}

// -- loading ------------------------------------------------------------------

result<std::shared_ptr<const network_weights>>
network_weights::load(std::span<const std::byte> file,
                      const content_hasher& hasher) {
  const auto stored = read_safetensors(file);
  if (!stored)
    return stored.failure();
  const auto text = stored->metadata.find("graph");
  if (text == stored->metadata.end())
    return error{errc::unsupported,
                 "weights: no graph in the metadata; was the file exported by "
                 "tools/train?"};
  auto graph = read_graph(text->second);
  if (!graph)
    return graph.failure();
  auto fingerprint = digest_of(stored->data, hasher);
  if (!fingerprint)
    return fingerprint.failure();
  const auto expected = stored->metadata.find("weights_sha256");
  if (expected == stored->metadata.end() || expected->second != *fingerprint)
    return error{errc::corrupt,
                 fmt::format("weights: the data's SHA-256 is {}, the file says "
                             "{}; fetch it again",
                             *fingerprint,
                             expected == stored->metadata.end()
                               ? "nothing"
                               : expected->second)};
  auto network = network_of(*stored, *std::move(graph));
  if (!network)
    return network.failure();
  network->fingerprint = *std::move(fingerprint);
  return pack(*network);
}

// -- levels -------------------------------------------------------------------

void network_weights::first_bias(float denoise, std::span<float> bias) const {
  const auto& first = layers_.front();
  assert(bias.size() == first.lanes);
  assert(denoise >= 0 && denoise <= 1);
  std::copy_n(first.bias, first.lanes, bias.begin());
  if (levels_ == nullptr)
    return;
  for (std::size_t level = 0; level < graph_.levels; ++level)
    for (std::size_t lane = 0; lane < first.lanes; ++lane)
      bias[lane] =
        std::fma(denoise, levels_[level * first.lanes + lane], bias[lane]);
}

} // namespace troupe::network
