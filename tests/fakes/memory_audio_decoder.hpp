#pragma once

#include "domain/ports/audio_decoder.hpp"
#include "domain/ports/audio_document.hpp"
#include "domain/ports/tag_reader.hpp"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::testing {

/// What a file decodes to.
struct audio_script {
  /// Length claimed by the header, in frames.
  std::int64_t claimed_frames = 9'600;
  /// Blocks of 4,800 frames, 0.1 s each.
  int blocks = 2;
  std::optional<error> open_fails;
  /// Fails in place of the block with this index.
  int fails_at = -1;
  error failure{errc::corrupt, "damaged"};
  std::int64_t invalid_samples = 0;
  /// Called before each block, on the decoding thread; may wait or throw.
  std::function<void(int)> before_block;
};

/// Plays a script: a steady 0.25.
class memory_audio_decoder final : public audio_decoder {
public:
  explicit memory_audio_decoder(audio_script script)
    : script_(std::move(script)),
      samples_(4'800, 0.25F), format_{48'000, 1, script_.claimed_frames,
                                      "fake"} {}

  [[nodiscard]] const audio::pcm_format& format() const noexcept override {
    return format_;
  }

  result<audio::pcm_block> next() override {
    const auto index = given_++;
    if (script_.before_block)
      script_.before_block(index);
    if (index == script_.fails_at)
      return script_.failure;
    if (index >= script_.blocks)
      return audio::pcm_block{};
    return audio::pcm_block{samples_, 1};
  }

  [[nodiscard]] std::int64_t invalid_samples() const noexcept override {
    return script_.invalid_samples;
  }

private:
  audio_script script_;
  std::vector<float> samples_;
  audio::pcm_format format_;
  int given_ = 0;
};

/// Opens scripts by path; a path without one plays the default. Scripts are
/// set before the actors start.
class memory_audio_decoder_source final : public audio_decoder_source {
public:
  std::map<std::string, audio_script> scripts;

  [[nodiscard]] result<std::unique_ptr<audio_decoder>>
  open(const std::string& path) const override {
    const auto found = scripts.find(path);
    const auto script = found == scripts.end() ? audio_script{} : found->second;
    if (script.open_fails)
      return *script.open_fails;
    return std::unique_ptr<audio_decoder>{
      std::make_unique<memory_audio_decoder>(script)};
  }

  [[nodiscard]] std::string_view version() const noexcept override {
    return "fake-1";
  }
};

/// The same tags for every file, or the same failure.
class memory_tag_reader final : public tag_reader {
public:
  media_tags tags;
  std::optional<error> fails;

  [[nodiscard]] result<media_tags> read(const std::string&) const override {
    if (fails)
      return *fails;
    return tags;
  }
};

/// Shows a few figures of the record.
class memory_audio_document final : public audio_document {
public:
  [[nodiscard]] std::string
  encode(const audio::audio_record& record) const override {
    return fmt::format(R"({{"duration_s":{:.1f},"invalid":{},"title":"{}"}})",
                       record.duration_s, record.invalid_samples,
                       record.tags.title);
  }
};

} // namespace troupe::testing
