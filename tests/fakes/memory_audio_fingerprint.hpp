#pragma once

#include "domain/ports/audio_fingerprint.hpp"

#include <atomic>
#include <memory>
#include <string_view>
#include <vector>

namespace troupe::testing {

/// One word a block: how many frames it had.
class memory_audio_fingerprint final : public audio_fingerprint {
public:
  explicit memory_audio_fingerprint(int fails_at) : fails_at_(fails_at) {}

  result<void> push(const audio::pcm_block& block) override {
    if (static_cast<int>(words_.size()) == fails_at_)
      return error{errc::internal, "fingerprint: scripted"};
    words_.push_back(static_cast<std::uint32_t>(block.frames()));
    return {};
  }

  result<std::vector<std::uint32_t>> finish() override {
    return words_;
  }

private:
  int fails_at_;
  std::vector<std::uint32_t> words_;
};

/// Makes them. Thread-safe.
class memory_audio_fingerprint_source final : public audio_fingerprint_source {
public:
  /// The block that fails; -1 = none. Set before the actors start.
  int fails_at = -1;
  /// Whether `begin` refuses.
  bool refuses = false;

  [[nodiscard]] result<std::unique_ptr<audio_fingerprint>>
  begin(const audio::pcm_format&) const override {
    if (refuses)
      return error{errc::unsupported, "fingerprint: scripted"};
    return std::unique_ptr<audio_fingerprint>{
      std::make_unique<memory_audio_fingerprint>(fails_at)};
  }

  [[nodiscard]] std::string_view method() const noexcept override {
    return "memory-1";
  }
};

} // namespace troupe::testing
