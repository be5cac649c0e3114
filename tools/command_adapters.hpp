#pragma once

#include "config/node_config.hpp"
#include "domain/ports/media_finder.hpp"
#include "domain/ports/tag_reader.hpp"
#include "domain/ports/wall_clock.hpp"
#include "tools/assemble.hpp"

#include <memory>

namespace troupe {

/// An assembly's adapters that commands use themselves, in whichever process
/// the actors run.
class command_adapters : public assembly {
public:
  [[nodiscard]] const media_finder& finder() const override {
    return *finder_;
  }

  [[nodiscard]] const wall_clock& clock() const override {
    return *clock_;
  }

  [[nodiscard]] const audio_decoder_source& decoders() const override {
    return *decoders_;
  }

  [[nodiscard]] const fourier_source& fourier() const override {
    return *fourier_;
  }

  [[nodiscard]] const tag_reader& tags() const override {
    return *tags_;
  }

  [[nodiscard]] const tag_writer& tag_writing() const override {
    return *tag_writing_;
  }

protected:
  command_adapters();

  /// Makes the one that can fail, and puts the overrides in place.
  result<void> adapt(const node_config& config,
                     const assembly_overrides& overrides);

  /// Shared, for the log takes its time from it.
  [[nodiscard]] const std::shared_ptr<const wall_clock>&
  shared_clock() const noexcept {
    return clock_;
  }

private:
  std::shared_ptr<const wall_clock> clock_;
  std::unique_ptr<media_finder> finder_;
  std::unique_ptr<audio_decoder_source> decoders_;
  std::unique_ptr<tag_reader> tags_;
  std::unique_ptr<tag_writer> tag_writing_;
  std::shared_ptr<const fourier_source> fourier_;
};

} // namespace troupe
