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

/// Inputs and outputs of one layer.
struct layer_shape {
  std::size_t inputs = 0;
  std::size_t outputs = 0;

  [[nodiscard]] std::size_t floats() const {
    const auto lanes = lanes_of(outputs);
    return aligned(packed_floats(inputs, lanes)) + 2 * aligned(lanes);
  }
};

/// The named array if it has exactly this shape and only finite numbers.
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
  for (const auto number : numbers)
    if (!std::isfinite(number))
      return error{errc::corrupt,
                   fmt::format("weights: array {} holds a number that is not "
                               "finite",
                               name)};
  return numbers;
}

/// Inputs and outputs of every layer, from the weights' own shapes.
result<std::vector<layer_shape>> shapes_of(const stored_tensors& stored,
                                           const network_graph& graph) {
  std::vector<layer_shape> shapes;
  for (std::size_t layer = 0; layer < graph.activated.size(); ++layer) {
    const auto name = fmt::format("{}.weight", layer);
    const auto found = stored.tensors.find(name);
    if (found == stored.tensors.end())
      return error{errc::corrupt, fmt::format("weights: no array {}", name)};
    const auto& shape = found->second.shape;
    const auto inputs = layer == 0 ? 1 : shapes.back().outputs;
    if (shape.size() != 4 || shape[1] != inputs || shape[2] != 3
        || shape[3] != 3 || shape[0] > planes_max)
      return error{errc::corrupt,
                   fmt::format("weights: array {} has shape [{}], not "
                               "[1 to {}, {}, 3, 3]",
                               name, fmt::join(shape, ", "), planes_max,
                               inputs)};
    shapes.push_back({inputs, shape[0]});
  }
  const auto square = graph.factor * graph.factor;
  if (shapes.back().outputs != square)
    return error{errc::corrupt,
                 fmt::format("weights: the last layer has {} outputs; factor "
                             "{} needs {}",
                             shapes.back().outputs, graph.factor, square)};
  return shapes;
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

// -- loading ------------------------------------------------------------------

/// Fills one object under construction.
class weights_loader {
public:
  weights_loader(const stored_tensors& stored, network_graph graph,
                 const std::vector<layer_shape>& shapes)
    : stored_{stored}, shapes_{shapes} {
    std::size_t floats = graph.levels * aligned(lanes_of(shapes[0].outputs));
    for (const auto& shape : shapes)
      floats += shape.floats();
    made_ = std::shared_ptr<network_weights>{new network_weights{floats}};
    made_->graph_ = std::move(graph);
    next_ = made_->numbers_.data();
  }

  result<void> fill() {
    for (std::size_t layer = 0; layer < shapes_.size(); ++layer)
      if (auto filled = fill_layer(layer); !filled)
        return filled;
    return fill_levels();
  }

  std::shared_ptr<network_weights> take(std::string fingerprint) {
    if (const auto name = stored_.metadata.find("name");
        name != stored_.metadata.end())
      made_->name_ = name->second;
    made_->fingerprint_ = std::move(fingerprint);
    return std::move(made_);
  }

private:
  float* room(std::size_t floats) {
    return std::exchange(next_, next_ + aligned(floats));
  }

  result<void> fill_layer(std::size_t index) {
    const auto [inputs, outputs] = shapes_[index];
    const auto lanes = lanes_of(outputs);
    const auto plain = numbers_of(stored_, fmt::format("{}.weight", index),
                                  {outputs, inputs, 3, 3});
    if (!plain)
      return plain.failure();
    const auto bias =
      numbers_of(stored_, fmt::format("{}.bias", index), {outputs});
    if (!bias)
      return bias.failure();
    std::vector<float> slope(outputs, 1.0F);
    if (made_->graph_.activated[index]) {
      auto read =
        numbers_of(stored_, fmt::format("{}.slope", index), {outputs});
      if (!read)
        return read.failure();
      slope = *std::move(read);
    }
    const auto weights = room(packed_floats(inputs, lanes));
    pack_weights(*plain, inputs, outputs,
                 {weights, packed_floats(inputs, lanes)});
    const auto stored_bias = room(lanes);
    std::copy(bias->begin(), bias->end(), stored_bias);
    const auto stored_slope = room(lanes);
    std::copy(slope.begin(), slope.end(), stored_slope);
    const auto stride =
      index == 0 ? std::size_t{1} : made_->layers_.back().lanes;
    made_->layers_.push_back({inputs, stride, lanes, block_of(outputs), weights,
                              stored_bias, stored_slope});
    made_->products_ += plain->size();
    return {};
  }

  result<void> fill_levels() {
    const auto levels = made_->graph_.levels;
    if (levels == 0)
      return {};
    const auto outputs = shapes_[0].outputs;
    const auto read = numbers_of(stored_, "levels.weight", {outputs, levels});
    if (!read)
      return read.failure();
    const auto lanes = lanes_of(outputs);
    const auto to = room(levels * lanes);
    for (std::size_t output = 0; output < outputs; ++output)
      for (std::size_t level = 0; level < levels; ++level)
        to[level * lanes + output] = (*read)[output * levels + level];
    made_->levels_ = to;
    return {};
  }

  const stored_tensors& stored_;
  const std::vector<layer_shape>& shapes_;
  std::shared_ptr<network_weights> made_;
  float* next_ = nullptr;
};

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
  const auto shapes = shapes_of(*stored, *graph);
  if (!shapes)
    return shapes.failure();
  weights_loader loader{*stored, *std::move(graph), *shapes};
  if (auto filled = loader.fill(); !filled)
    return filled.failure();
  return std::shared_ptr<const network_weights>{
    loader.take(*std::move(fingerprint))};
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
