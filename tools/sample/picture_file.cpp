#include "tools/sample/picture_file.hpp"

#include <spng.h>

#include <cstdlib>
#include <memory>

namespace troupe::sample {

namespace {

struct context_closer {
  void operator()(spng_ctx* context) const noexcept {
    spng_ctx_free(context);
  }
};

struct buffer_freer {
  void operator()(void* buffer) const noexcept {
    // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): libspng hands out malloc's.
    std::free(buffer);
  }
};

} // namespace

result<std::string> encode_png(const picture& what) {
  const std::unique_ptr<spng_ctx, context_closer> context{
    spng_ctx_new(SPNG_CTX_ENCODER)};
  const auto failed = [&what](int code) {
    return error{errc::internal,
                 "encode: " + what.name + ".png: " + spng_strerror(code)};
  };
  spng_ihdr header{};
  header.width = static_cast<std::uint32_t>(what.width);
  header.height = static_cast<std::uint32_t>(what.height);
  header.color_type = SPNG_COLOR_TYPE_TRUECOLOR;
  header.bit_depth = 8;
  int code = spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1);
  if (code == 0)
    code = spng_set_ihdr(context.get(), &header);
  if (code == 0)
    code = spng_encode_image(context.get(), what.rgb.data(), what.rgb.size(),
                             SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
  if (code != 0)
    return failed(code);
  std::size_t bytes = 0;
  const std::unique_ptr<void, buffer_freer> png{
    spng_get_png_buffer(context.get(), &bytes, &code)};
  if (!png)
    return failed(code);
  return std::string(static_cast<const char*>(png.get()), bytes);
}

} // namespace troupe::sample
