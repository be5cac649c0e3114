#pragma once

#include "domain/library/found_file.hpp"
#include "domain/network/network_weights.hpp"
#include "io/openssl_content_hash.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace troupe::testing {

/// What a made-up network looks like.
struct made_network {
  std::size_t channels = 16;
  std::size_t inner = 1;
  std::size_t factor = 2;
  std::string border = "mirror";
  bool levels = false;
  std::uint32_t seed = 1;
  /// 0 makes a network that repeats its input.
  float gain = 0.3F;
};

/// A weights file under construction, so that a test can spoil any part.
struct made_file {
  std::string graph;
  std::string arrays;
  std::vector<float> data;
  /// Empty = the right one.
  std::string sha256;

  void add(const std::string& name, const std::string& shape,
           std::span<const float> numbers) {
    const auto begin = data.size() * sizeof(float);
    data.insert(data.end(), numbers.begin(), numbers.end());
    arrays += fmt::format(",\"{}\":{{\"dtype\":\"F32\",\"shape\":[{}],"
                          "\"data_offsets\":[{},{}]}}",
                          name, shape, begin, data.size() * sizeof(float));
  }

  [[nodiscard]] std::string digest() const {
    const auto hasher = std::move(io::open_openssl_content_hash()).value();
    auto sum = std::move(hasher->begin()).value();
    const auto bytes = reinterpret_cast<const std::uint8_t*>(data.data());
    EXPECT_TRUE(sum->add({bytes, data.size() * sizeof(float)}));
    return to_hex(sum->finish().value());
  }

  [[nodiscard]] std::vector<std::byte> bytes() const {
    std::string quoted;
    for (const auto letter : graph)
      quoted += letter == '"' ? std::string{"\\\""} : std::string{letter};
    const auto header =
      fmt::format("{{\"__metadata__\":{{\"name\":\"made\",\"graph\":\"{}\","
                  "\"weights_sha256\":\"{}\"}}{}}}",
                  quoted, sha256.empty() ? digest() : sha256, arrays);
    std::vector<std::byte> file(8 + header.size()
                                + data.size() * sizeof(float));
    const std::uint64_t length = header.size();
    std::memcpy(file.data(), &length, sizeof length);
    std::memcpy(file.data() + 8, header.data(), header.size());
    std::memcpy(file.data() + 8 + header.size(), data.data(),
                data.size() * sizeof(float));
    return file;
  }
};

/// A file with random weights from `of.seed`.
inline made_file make_file(const made_network& of) {
  made_file file;
  std::mt19937 random{of.seed};
  std::uniform_real_distribution<float> spread{-1, 1};
  const auto numbers = [&](std::size_t count, float size) {
    std::vector<float> made(count);
    for (auto& number : made)
      number = size * spread(random);
    return made;
  };
  const auto layers = of.inner + 2;
  std::string list;
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const auto inputs = layer == 0 ? 1 : of.channels;
    const auto outputs =
      layer + 1 == layers ? of.factor * of.factor : of.channels;
    const auto size = of.gain / static_cast<float>(inputs);
    file.add(fmt::format("{}.weight", layer),
             fmt::format("{},{},3,3", outputs, inputs),
             numbers(outputs * inputs * 9, size));
    file.add(fmt::format("{}.bias", layer), fmt::format("{}", outputs),
             numbers(outputs, of.gain / 10));
    if (layer + 1 < layers)
      file.add(fmt::format("{}.slope", layer), fmt::format("{}", outputs),
               numbers(outputs, 1));
    list += fmt::format("{}{{\"op\":\"conv3x3\",\"prelu\":{}}}",
                        layer == 0 ? "" : ",", layer + 1 < layers);
  }
  if (of.levels)
    file.add("levels.weight", fmt::format("{},2", of.channels),
             numbers(2 * of.channels, of.gain));
  file.graph = fmt::format(
    "{{\"format\":\"troupe-upscale-1\",\"factor\":{},\"border\":\"{}\","
    "\"skip\":\"repeat\",\"tail\":\"pixel_shuffle\",\"input\":\"luma 0..1\","
    "\"levels\":[{}],\"layers\":[{}]}}",
    of.factor, of.border, of.levels ? "\"noise\",\"jpeg\"" : "", list);
  return file;
}

/// Loads a file that must be good.
inline std::shared_ptr<const network::network_weights>
load_made(const made_file& file) {
  const auto hasher = std::move(io::open_openssl_content_hash()).value();
  auto loaded = network::network_weights::load(file.bytes(), *hasher);
  EXPECT_TRUE(loaded) << loaded.failure().detail;
  return *std::move(loaded);
}

} // namespace troupe::testing
