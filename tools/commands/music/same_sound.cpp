#include "tools/commands/music/same_sound.hpp"

#include <algorithm>
#include <cstring>

namespace troupe {

namespace {

/// Samples of one file, as many at a time as the other one has.
class sample_source {
public:
  explicit sample_source(audio_decoder& decoder) : decoder_(decoder) {}

  /// What is left of the present block; the next one when nothing is. Empty
  /// at the end.
  result<std::span<const float>> rest() {
    if (!rest_.empty())
      return rest_;
    auto block = decoder_.next();
    if (!block)
      return block.failure();
    rest_ = block->samples;
    return rest_;
  }

  void take(std::size_t samples) {
    rest_ = rest_.subspan(samples);
  }

private:
  audio_decoder& decoder_;
  std::span<const float> rest_;
};

} // namespace

result<bool> same_sound(const audio_decoder_source& decoders,
                        const std::string& a, const std::string& b) {
  auto first = decoders.open(a);
  if (!first)
    return first.failure();
  auto second = decoders.open(b);
  if (!second)
    return second.failure();
  const auto& format = first.value()->format();
  const auto& other = second.value()->format();
  if (format.sample_rate_hz != other.sample_rate_hz
      || format.channels != other.channels)
    return false;
  sample_source left{*first.value()};
  sample_source right{*second.value()};
  for (;;) {
    const auto own = left.rest();
    if (!own)
      return own.failure();
    const auto theirs = right.rest();
    if (!theirs)
      return theirs.failure();
    const auto samples = std::min(own->size(), theirs->size());
    if (samples == 0)
      return own->size() == theirs->size();
    if (std::memcmp(own->data(), theirs->data(), samples * sizeof(float)) != 0)
      return false;
    left.take(samples);
    right.take(samples);
  }
}

} // namespace troupe
