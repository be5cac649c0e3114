#include "tools/command_adapters.hpp"

#include "io/fftw_fourier.hpp"
#include "io/sndfile_audio_decoder.hpp"
#include "io/system_wall_clock.hpp"
#include "io/taglib/taglib_tag_reader.hpp"
#include "io/taglib/taglib_tag_writer.hpp"
#include "tools/adapters.hpp"

#include <utility>

namespace troupe {

command_adapters::command_adapters()
  : clock_(io::open_system_wall_clock()),
    decoders_(io::open_sndfile_audio_decoder()),
    tags_(io::open_taglib_tag_reader()),
    tag_writing_(io::open_taglib_tag_writer()),
    fourier_(io::open_fftw_fourier()) {}

result<void> command_adapters::adapt(const node_config& config,
                                     const assembly_overrides& overrides) {
  auto finder = make_media_finder(config);
  if (!finder)
    return finder.failure();
  finder_ = std::move(finder.value());
  if (overrides.decorate_decoders)
    decoders_ = overrides.decorate_decoders(std::move(decoders_));
  return {};
}

} // namespace troupe
