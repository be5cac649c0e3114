#include "tools/adapters.hpp"

#include "domain/audio/audio_record.hpp"
#include "domain/image/image_record.hpp"
#include "domain/text/text_record.hpp"
#include "io/openssl_content_hash.hpp"
#include "io/posix_media_finder.hpp"
#include "tools/image_adapters.hpp"

namespace troupe {

result<std::unique_ptr<media_finder>>
make_media_finder(const node_config& config) {
  auto hasher = io::open_openssl_content_hash();
  if (!hasher)
    return hasher.failure();
  io::media_finder_options options;
  options.include = config.library.include;
  options.exclude = config.library.exclude;
  options.text_extensions = config.library.text;
  options.file_bytes_max = config.library.file_bytes_max;
  return io::open_posix_media_finder(options, std::move(hasher.value()));
}

std::vector<recipe> recipes_under(const audio_decoder_source& decoders) {
  return {{job_kind::audio_analyze, media_kind::audio,
           audio::audio_record_version, std::string{decoders.version()}},
          {job_kind::image_embed, media_kind::image,
           image::image_record_version, open_picture_decoder()->version()},
          {job_kind::text_embed, media_kind::text, text::text_record_version,
           text::text_record_version}};
}

} // namespace troupe
