#include "io/image/sniffing_image_codec.hpp"

#include "domain/library/media_sniff.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

namespace troupe::io {

namespace {

/// The command that makes a readable picture of a format we do not read.
std::string_view conversion_of(std::string_view what) {
  using std::string_view_literals::operator""sv;
  if (what == "a HEIF picture"sv)
    return "heif-convert IN.heic OUT.jpg";
  if (what == "an AVIF picture"sv)
    return "avifdec IN.avif OUT.png";
  if (what == "a TIFF picture"sv || what == "a BigTIFF picture"sv)
    return "convert 'IN.tiff[0]' OUT.png";
  if (what == "a GIF picture"sv)
    return "convert 'IN.gif[0]' OUT.png";
  return "convert IN OUT.png";
}

error unreadable(std::span<const std::uint8_t> bytes) {
  if (bytes.empty())
    return {errc::corrupt, "image: the file is empty; restore it"};
  const auto guess =
    guess_content(bytes.first(std::min(bytes.size(), sniff_head_bytes)));
  if (guess.kind == content_class::image)
    return {errc::unsupported,
            fmt::format("image: {} is not supported; convert it with: {}",
                        guess.name, conversion_of(guess.name))};
  return {errc::unsupported,
          fmt::format("image: the file holds {}, no JPEG, PNG or WebP picture",
                      guess.name)};
}

/// Thread affinity: none; as thread-safe as what it chooses from.
class sniffing_image_codec final : public image_codec {
public:
  explicit sniffing_image_codec(
    std::vector<std::unique_ptr<image_codec>> codecs)
    : codecs_(std::move(codecs)) {}

  [[nodiscard]] bool
  reads(std::span<const std::uint8_t> bytes) const noexcept override {
    return reader_of(bytes) != nullptr;
  }

  [[nodiscard]] result<std::unique_ptr<image_reader>>
  open(std::span<const std::uint8_t> bytes,
       const decode_wishes& wishes) const override {
    const auto* codec = reader_of(bytes);
    if (codec == nullptr)
      return unreadable(bytes);
    return codec->open(bytes, wishes);
  }

  [[nodiscard]] std::string version() const override {
    std::string all;
    for (const auto& codec : codecs_)
      all += (all.empty() ? "" : " ") + codec->version();
    return all;
  }

private:
  [[nodiscard]] const image_codec*
  reader_of(std::span<const std::uint8_t> bytes) const noexcept {
    for (const auto& codec : codecs_)
      if (codec->reads(bytes))
        return codec.get();
    return nullptr;
  }

  std::vector<std::unique_ptr<image_codec>> codecs_;
};

/// Thread affinity: none; as thread-safe as what it chooses from.
class choosing_image_encoder final : public image_encoder {
public:
  explicit choosing_image_encoder(
    std::vector<std::unique_ptr<image_encoder>> encoders)
    : encoders_(std::move(encoders)) {}

  [[nodiscard]] bool writes(image_format format) const noexcept override {
    return writer_of(format) != nullptr;
  }

  [[nodiscard]] result<std::unique_ptr<image_writer>>
  begin(const encode_plan& plan, byte_sink sink) const override {
    const auto* encoder = writer_of(plan.format);
    if (encoder == nullptr)
      return error{errc::unsupported,
                   fmt::format("image: {} cannot be written; use png",
                               to_string(plan.format))};
    return encoder->begin(plan, std::move(sink));
  }

private:
  [[nodiscard]] const image_encoder*
  writer_of(image_format format) const noexcept {
    for (const auto& encoder : encoders_)
      if (encoder->writes(format))
        return encoder.get();
    return nullptr;
  }

  std::vector<std::unique_ptr<image_encoder>> encoders_;
};

} // namespace

std::unique_ptr<image_encoder> open_choosing_image_encoder(
  std::vector<std::unique_ptr<image_encoder>> encoders) {
  return std::make_unique<choosing_image_encoder>(std::move(encoders));
}

std::unique_ptr<image_codec>
open_sniffing_image_codec(std::vector<std::unique_ptr<image_codec>> codecs) {
  return std::make_unique<sniffing_image_codec>(std::move(codecs));
}

} // namespace troupe::io
