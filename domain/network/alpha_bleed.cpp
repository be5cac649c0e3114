#include "domain/network/alpha_bleed.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace troupe::network {

namespace {

/// One bit a pixel.
class bit_map {
public:
  explicit bit_map(std::size_t bits) : words_((bits + 63) / 64) {}

  [[nodiscard]] bool at(std::size_t bit) const noexcept {
    return (words_[bit / 64] >> bit % 64 & 1U) != 0;
  }

  void set(std::size_t bit) noexcept {
    words_[bit / 64] |= std::uint64_t{1} << bit % 64;
  }

  /// Adds the bits of `other` and clears it.
  void take(bit_map& other) noexcept {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      words_[i] |= other.words_[i];
      other.words_[i] = 0;
    }
  }

private:
  std::vector<std::uint64_t> words_;
};

template <class Sample>
class bleeding {
public:
  explicit bleeding(const pixel_target& picture)
    : picture_{picture}, colours_{picture.channels - 1},
      known_{picture.width * picture.height}, fresh_{picture.width
                                                     * picture.height},
      open_(picture.height) {
    for (std::size_t y = 0; y < picture.height; ++y)
      for (std::size_t x = 0; x < picture.width; ++x)
        if (sample(x, y, colours_) != 0)
          known_.set(y * picture.width + x);
        else
          open_[y] = true;
  }

  void run() {
    for (int step = 0; step < bleed_reach; ++step) {
      bool changed = false;
      for (std::size_t y = 0; y < picture_.height; ++y)
        if (open_[y])
          changed = spread_row(y) || changed;
      if (!changed)
        return;
      known_.take(fresh_);
    }
  }

private:
  [[nodiscard]] Sample sample(std::size_t x, std::size_t y,
                              std::size_t channel) const noexcept {
    Sample value;
    std::memcpy(&value,
                picture_.row(y)
                  + (x * picture_.channels + channel) * sizeof(Sample),
                sizeof value);
    return value;
  }

  bool spread_row(std::size_t y) {
    bool changed = false;
    bool open = false;
    for (std::size_t x = 0; x < picture_.width; ++x) {
      if (known_.at(y * picture_.width + x))
        continue;
      open = true;
      changed = spread_to(x, y) || changed;
    }
    open_[y] = open;
    return changed;
  }

  bool spread_to(std::size_t x, std::size_t y) {
    std::array<std::uint32_t, 3> sum{};
    std::uint32_t neighbours = 0;
    const auto bottom = std::min(y + 1, picture_.height - 1);
    const auto right = std::min(x + 1, picture_.width - 1);
    for (auto v = y == 0 ? 0 : y - 1; v <= bottom; ++v)
      for (auto u = x == 0 ? 0 : x - 1; u <= right; ++u) {
        if (!known_.at(v * picture_.width + u))
          continue;
        ++neighbours;
        for (std::size_t c = 0; c < colours_; ++c)
          sum[c] += sample(u, v, c);
      }
    if (neighbours == 0)
      return false;
    for (std::size_t c = 0; c < colours_; ++c) {
      const auto mean =
        static_cast<Sample>((sum[c] + neighbours / 2) / neighbours);
      std::memcpy(picture_.row(y)
                    + (x * picture_.channels + c) * sizeof(Sample),
                  &mean, sizeof mean);
    }
    fresh_.set(y * picture_.width + x);
    return true;
  }

  pixel_target picture_;
  /// Channels before alpha, which is therefore also alpha's place.
  std::size_t colours_;
  /// Pixels whose colour counts, and those of the present step.
  bit_map known_;
  bit_map fresh_;
  /// Rows that may still have unknown pixels.
  std::vector<bool> open_;
};

} // namespace

void bleed_colour(const pixel_target& picture) {
  if (!picture.has_alpha() || picture.width == 0 || picture.height == 0)
    return;
  if (picture.sample_bits == 8)
    return bleeding<std::uint8_t>{picture}.run();
  bleeding<std::uint16_t>{picture}.run();
}

} // namespace troupe::network
