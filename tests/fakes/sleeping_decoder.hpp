#pragma once

#include "domain/ports/audio_decoder.hpp"

#include <memory>

namespace troupe::testing {

/// Wraps a decoder so that a file's name decides how its first block ends:
/// `*crash*` SIGSEGV, `*abort*` SIGABRT, `*spin*` a busy loop without end,
/// `*stall*` sleep without end; `*slow*` takes 20 ms per block; `*grow*` gets
/// bytes appended and `*vanish*` is removed while it is being read.
[[nodiscard]] std::unique_ptr<audio_decoder_source>
misbehave_by_name(std::unique_ptr<audio_decoder_source> real);

} // namespace troupe::testing
