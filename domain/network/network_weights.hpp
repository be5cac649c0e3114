#pragma once

#include "domain/network/convolution.hpp"
#include "domain/network/network_graph.hpp"
#include "domain/ports/content_hash.hpp"
#include "domain/result.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace troupe::network {

/// Floats at a 64-byte boundary, all zero at first.
class aligned_floats {
public:
  explicit aligned_floats(std::size_t count);

  [[nodiscard]] float* data() noexcept {
    return data_;
  }

  [[nodiscard]] const float* data() const noexcept {
    return data_;
  }

  [[nodiscard]] std::size_t size() const noexcept {
    return count_;
  }

private:
  std::vector<float> storage_;
  float* data_ = nullptr;
  std::size_t count_ = 0;

public:
  // Moving a vector keeps its address, so the pointer stays good.
  aligned_floats(aligned_floats&&) noexcept = default;
  aligned_floats& operator=(aligned_floats&&) noexcept = default;
  aligned_floats(const aligned_floats&) = delete;
  aligned_floats& operator=(const aligned_floats&) = delete;
  ~aligned_floats() = default;
};

/// One layer as trained, before it is packed.
struct plain_layer {
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  /// [outputs][inputs][3][3]
  std::vector<float> weights;
  /// [outputs]
  std::vector<float> bias;
  /// [outputs], the PReLU's; empty without one.
  std::vector<float> slope;
};

/// A whole network as trained, whatever file it came from.
struct plain_network {
  std::string name;
  std::string fingerprint;
  network_graph graph;
  std::vector<plain_layer> layers;
  /// [outputs of the first layer][graph.levels]
  std::vector<float> levels;
};

/// A trained network in memory: immutable, shared by every UPSCALER without a
/// lock. The packed form serves all instruction sets, so there is one copy.
///
/// Thread affinity: none; nothing changes after `load`.
class network_weights {
public:
  /// Believes a safetensors file after checking its header, graph, shapes,
  /// that all numbers are finite, and the SHA-256 of its data. `file` is not
  /// needed afterwards. @returns `errc::corrupt`, `errc::unsupported`,
  /// `errc::newer_version`, or the hasher's error
  [[nodiscard]] static result<std::shared_ptr<const network_weights>>
  load(std::span<const std::byte> file, const content_hasher& hasher);

  /// Packs a network after checking that its layers fit each other and its
  /// graph, and that all numbers are finite. @returns `errc::corrupt`
  [[nodiscard]] static result<std::shared_ptr<const network_weights>>
  pack(const plain_network& network);

  /// What it was trained as, e.g. `natural-default`; may be empty.
  [[nodiscard]] const std::string& name() const noexcept {
    return name_;
  }

  /// SHA-256 of the numbers, in hexadecimal; what a result's recipe names.
  [[nodiscard]] const std::string& fingerprint() const noexcept {
    return fingerprint_;
  }

  [[nodiscard]] const network_graph& graph() const noexcept {
    return graph_;
  }

  /// The layers from first to last; they borrow from this object.
  [[nodiscard]] std::span<const convolution_layer> layers() const noexcept {
    return layers_;
  }

  /// The first layer's bias with the level planes folded in: constant planes
  /// under a mirrored border are a constant. Empty graph levels change
  /// nothing. @param denoise 0..1, for noise and JPEG level alike
  /// @param[out] bias of `layers().front().lanes` floats
  void first_bias(float denoise, std::span<float> bias) const;

  /// What `status` shows: the memory of all numbers.
  [[nodiscard]] std::size_t bytes() const noexcept {
    return numbers_.size() * sizeof(float);
  }

  /// Multiplications for one input pixel, unused lanes not counted.
  [[nodiscard]] std::size_t products_per_pixel() const noexcept {
    return products_;
  }

private:
  explicit network_weights(std::size_t floats) : numbers_{floats} {}

  friend class weights_packer;

  std::string name_;
  std::string fingerprint_;
  network_graph graph_;
  std::vector<convolution_layer> layers_;
  /// Per layer: packed weights, bias, slope; then the levels' sums.
  aligned_floats numbers_;
  /// [level][lanes of the first layer] in `numbers_`; null without levels.
  const float* levels_ = nullptr;
  std::size_t products_ = 0;
};

} // namespace troupe::network
