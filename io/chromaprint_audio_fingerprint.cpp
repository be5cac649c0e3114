#include "io/chromaprint_audio_fingerprint.hpp"

#include <chromaprint.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace troupe::io {

namespace {

/// What `fpcalc` takes of a file when it is not told otherwise.
constexpr std::int64_t seconds_max = 120;

struct context_deleter {
  void operator()(ChromaprintContext* context) const noexcept {
    chromaprint_free(context);
  }
};

struct words_deleter {
  void operator()(std::uint32_t* words) const noexcept {
    chromaprint_dealloc(words);
  }
};

error to_error(std::string_view what) {
  return {errc::internal, fmt::format("chromaprint: cannot {}", what)};
}

/// Thread affinity: one thread at a time. Never blocks, keeps nothing durable.
class chromaprint_fingerprint final : public audio_fingerprint {
public:
  chromaprint_fingerprint(
    std::unique_ptr<ChromaprintContext, context_deleter> context,
    const audio::pcm_format& format)
    : context_(std::move(context)),
      samples_left_(seconds_max * format.sample_rate_hz * format.channels) {}

  result<void> push(const audio::pcm_block& block) override {
    auto samples = block.samples.first(static_cast<std::size_t>(std::min(
      samples_left_, static_cast<std::int64_t>(block.samples.size()))));
    samples_left_ -= static_cast<std::int64_t>(samples.size());
    // Whole frames: a piece must not end inside one.
    const auto piece =
      pcm_.size() - pcm_.size() % static_cast<std::size_t>(block.channels);
    while (!samples.empty()) {
      const auto now = std::min(piece, samples.size());
      for (std::size_t i = 0; i < now; ++i)
        pcm_[i] = static_cast<std::int16_t>(
          std::lrint(std::clamp(samples[i] * 32768.0F, -32768.0F, 32767.0F)));
      if (chromaprint_feed(context_.get(), pcm_.data(), static_cast<int>(now))
          != 1)
        return to_error("take samples");
      samples = samples.subspan(now);
    }
    return {};
  }

  result<std::vector<std::uint32_t>> finish() override {
    if (chromaprint_finish(context_.get()) != 1)
      return to_error("finish");
    std::uint32_t* words = nullptr;
    int count = 0;
    if (chromaprint_get_raw_fingerprint(context_.get(), &words, &count) != 1)
      return to_error("give the fingerprint");
    const std::unique_ptr<std::uint32_t, words_deleter> owned{words};
    return std::vector<std::uint32_t>(words, words + count);
  }

private:
  std::unique_ptr<ChromaprintContext, context_deleter> context_;
  std::int64_t samples_left_;
  std::array<std::int16_t, 4096> pcm_{};
};

/// Thread affinity: none, contexts share nothing.
class chromaprint_source final : public audio_fingerprint_source {
public:
  chromaprint_source()
    : method_(fmt::format("chromaprint-{}:algorithm-{}",
                          chromaprint_get_version(),
                          static_cast<int>(CHROMAPRINT_ALGORITHM_DEFAULT))) {}

  [[nodiscard]] result<std::unique_ptr<audio_fingerprint>>
  begin(const audio::pcm_format& format) const override {
    std::unique_ptr<ChromaprintContext, context_deleter> context{
      chromaprint_new(CHROMAPRINT_ALGORITHM_DEFAULT)};
    if (!context)
      return to_error("start");
    if (chromaprint_start(context.get(), format.sample_rate_hz, format.channels)
        != 1)
      return error{errc::unsupported,
                   fmt::format("chromaprint: no fingerprint of {} Hz, {} "
                               "channels",
                               format.sample_rate_hz, format.channels)};
    return std::unique_ptr<audio_fingerprint>{
      std::make_unique<chromaprint_fingerprint>(std::move(context), format)};
  }

  [[nodiscard]] std::string_view method() const noexcept override {
    return method_;
  }

private:
  std::string method_;
};

} // namespace

std::unique_ptr<audio_fingerprint_source> open_chromaprint_audio_fingerprint() {
  return std::make_unique<chromaprint_source>();
}

} // namespace troupe::io
