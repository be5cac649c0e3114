#include "domain/image/recipe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace troupe::image {

namespace {

/// Of the ImageNet training set, as torchvision publishes them.
constexpr std::array<float, 3> imagenet_mean{0.485F, 0.456F, 0.406F};
constexpr std::array<float, 3> imagenet_deviation{0.229F, 0.224F, 0.225F};

/// Of CLIP's training set, as OpenAI published them with the models.
constexpr std::array<float, 3> clip_mean{0.48145466F, 0.4578275F, 0.40821073F};
constexpr std::array<float, 3> clip_deviation{0.26862954F, 0.26130258F,
                                              0.27577711F};

constexpr std::array<float, 3> halves{0.5F, 0.5F, 0.5F};

/// Caffe's ImageNet means: blue, green, red.
constexpr std::array<float, 3> caffe_mean{103.939F, 116.779F, 123.68F};

/// The grey that YOLO-type models are trained with around their pictures.
constexpr std::uint8_t letterbox_grey = 114;

constexpr std::array all{
  recipe{"imagenet", 1, fit::shortest, filter::bilinear, 256, 224,
         scaling::standardise, imagenet_mean, imagenet_deviation, false,
         tensor_layout::planes},
  recipe{"clip", 1, fit::shortest, filter::bicubic, 224, 224,
         scaling::standardise, clip_mean, clip_deviation, false,
         tensor_layout::planes},
  recipe{"dinov2", 1, fit::shortest, filter::bicubic, 256, 224,
         scaling::standardise, imagenet_mean, imagenet_deviation, false,
         tensor_layout::planes},
  recipe{"siglip", 1, fit::squash, filter::bicubic, 224, 224,
         scaling::standardise, halves, halves, false, tensor_layout::planes},
  recipe{"tf",
         1,
         fit::squash,
         filter::bilinear,
         224,
         224,
         scaling::signed_unit,
         {},
         {},
         false,
         tensor_layout::interleaved},
  recipe{"caffe",
         1,
         fit::shortest,
         filter::bilinear,
         256,
         224,
         scaling::subtract_mean,
         caffe_mean,
         {},
         true,
         tensor_layout::planes},
  recipe{"letterbox",
         1,
         fit::letterbox,
         filter::bilinear,
         640,
         640,
         scaling::unit,
         {},
         {},
         false,
         tensor_layout::planes},
};

/// To the nearest, halves to the even number: Python's `round`.
std::uint32_t rounded(double value) {
  return static_cast<std::uint32_t>(std::nearbyint(value));
}

image_size shortest_size(std::uint32_t side, image_size from) {
  // Rounded down, like int(side * long / short).
  const auto longer = [side](std::uint32_t a, std::uint32_t b) {
    return static_cast<std::uint32_t>(std::uint64_t{side} * a / b);
  };
  return from.width <= from.height
           ? image_size{side, longer(from.height, from.width)}
           : image_size{longer(from.width, from.height), side};
}

placement place_centre(const recipe& how, image_size from) {
  const auto to = shortest_size(how.side, from);
  const image_size canvas{how.crop, how.crop};
  const crop_area centre{rounded((to.width - how.crop) / 2.0),
                         rounded((to.height - how.crop) / 2.0), canvas};
  return {{from, to, how.which, centre}, canvas, 0, 0, 0};
}

placement place_inside(const recipe& how, image_size from) {
  const auto side = how.side;
  const double ratio = std::min(static_cast<double>(side) / from.width,
                                static_cast<double>(side) / from.height);
  const image_size to{std::max(1U, rounded(from.width * ratio)),
                      std::max(1U, rounded(from.height * ratio))};
  // What is left is shared out as these models' own code does it: of an odd
  // number, the smaller half comes first.
  const auto share = [](std::uint32_t left) {
    return left == 0 ? 0U : rounded(left / 2.0 - 0.1);
  };
  return {resize_request::whole(from, to, how.which),
          {side, side},
          share(side - to.width),
          share(side - to.height),
          letterbox_grey};
}

/// One number for each byte of a channel.
std::array<float, 256> numbers_of(const recipe& how, std::size_t channel) {
  std::array<float, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto v = static_cast<float>(i);
    switch (how.numbers) {
    case scaling::standardise:
      table.at(i) =
        (v / 255.0F - how.mean.at(channel)) / how.deviation.at(channel);
      break;
    case scaling::unit:
      table.at(i) = v / 255.0F;
      break;
    case scaling::signed_unit:
      table.at(i) = v / 127.5F - 1.0F;
      break;
    case scaling::subtract_mean:
      table.at(i) = v - how.mean.at(channel);
      break;
    }
  }
  return table;
}

} // namespace

std::string_view to_string(decode_mode mode) noexcept {
  return mode == decode_mode::exact ? "exact" : "fast";
}

std::span<const recipe> recipes() noexcept {
  return all;
}

std::optional<recipe> find_recipe(std::string_view name) noexcept {
  for (const auto& one : all)
    if (one.name == name)
      return one;
  return std::nullopt;
}

std::string recipe_id(const recipe& how, decode_mode mode) {
  return fmt::format("{}-{}/{}", how.name, how.version, to_string(mode));
}

placement place(const recipe& how, image_size from) {
  assert(from.width > 0 && from.height > 0);
  switch (how.shape) {
  case fit::shortest:
    return place_centre(how, from);
  case fit::letterbox:
    return place_inside(how, from);
  case fit::squash:
    break;
  }
  const image_size square{how.side, how.side};
  return {resize_request::whole(from, square, how.which), square, 0, 0, 0};
}

std::uint32_t short_side_after(const recipe& how, image_size from) {
  const auto to = place(how, from).request.to;
  return std::min(to.width, to.height);
}

std::vector<float> tensor_of(const recipe& how,
                             std::span<const std::uint8_t> rgb) {
  assert(rgb.size() % 3 == 0);
  const std::size_t pixels = rgb.size() / 3;
  std::vector<float> tensor(rgb.size());
  const bool planes = how.layout == tensor_layout::planes;
  const std::size_t step = planes ? 1 : 3;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const auto table = numbers_of(how, channel);
    const auto* from = rgb.data() + (how.reversed ? 2 - channel : channel);
    auto* to = tensor.data() + (planes ? channel * pixels : channel);
    for (std::size_t i = 0; i < pixels; ++i)
      to[i * step] = table[from[i * 3]];
  }
  return tensor;
}

} // namespace troupe::image
