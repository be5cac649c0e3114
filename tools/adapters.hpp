#pragma once

#include "config/node_config.hpp"
#include "domain/jobs/job.hpp"
#include "domain/ports/audio_decoder.hpp"
#include "domain/ports/media_finder.hpp"
#include "domain/result.hpp"

#include <memory>
#include <vector>

namespace troupe {

/// The finder under this configuration.
[[nodiscard]] result<std::unique_ptr<media_finder>>
make_media_finder(const node_config& config);

/// What this program makes of media, under these decoders.
[[nodiscard]] std::vector<recipe>
recipes_under(const audio_decoder_source& decoders);

} // namespace troupe
