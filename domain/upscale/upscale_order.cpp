#include "domain/upscale/upscale_order.hpp"

#include "domain/network/json_value.hpp"
#include "domain/text/json_quote.hpp"
#include "domain/text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace troupe::upscale {

namespace {

using network::json_value;

/// Largest side that is asked for: that of a PNG.
constexpr double side_max = 2'147'483'647.0;

error wrong(std::string detail) {
  return {errc::invalid_argument, "upscale: " + std::move(detail)};
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto bytes = utf8_sequence_bytes(text);
    if (bytes == 0)
      return false;
    text.remove_prefix(bytes);
  }
  return true;
}

std::string path_member(std::string_view path) {
  if (is_utf8(path))
    return fmt::format("\"path\":{}", json_quoted(path));
  std::string digits;
  for (const auto byte : path)
    digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return fmt::format("\"path_hex\":\"{}\"", digits);
}

result<std::string> read_path(const json_value* of, std::string_view which) {
  if (of != nullptr)
    if (const auto* path = of->find("path"); path != nullptr)
      if (!path->text().empty())
        return path->text();
  const auto* hex = of == nullptr ? nullptr : of->find("path_hex");
  if (hex == nullptr || hex->text().empty() || hex->text().size() % 2 != 0)
    return wrong(fmt::format("{} has no path", which));
  std::string path;
  const auto& digits = hex->text();
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    unsigned byte = 0;
    const auto* end = digits.data() + i + 2;
    if (std::from_chars(digits.data() + i, end, byte, 16).ptr != end)
      return wrong(fmt::format("{} has a broken path_hex", which));
    path += static_cast<char>(byte);
  }
  return path;
}

/// Reads `params`, one member at a time.
class parameter_reader {
public:
  explicit parameter_reader(upscale_order& order) : order_{order} {}

  result<void> read(const json_value& given) {
    for (std::size_t i = 0; i < given.keys().size(); ++i)
      if (auto taken = take(given.keys()[i], given.items()[i]); !taken)
        return taken;
    const int sizes = (order_.factor != 0 ? 1 : 0) + (order_.width != 0 ? 1 : 0)
                      + (order_.height != 0 ? 1 : 0);
    if (sizes > 1)
      return wrong("give one of factor, width and height");
    if (sizes == 0)
      order_.factor = 2;
    return {};
  }

private:
  result<void> take(const std::string& key, const json_value& value) {
    if (key == "model")
      return text(key, value, order_.model);
    if (key == "factor")
      return number(key, value, {factor_min, factor_max}, order_.factor);
    if (key == "denoise")
      return number(key, value, {0, 1}, order_.denoise);
    if (key == "width")
      return whole(key, value, side_max, order_.width);
    if (key == "height")
      return whole(key, value, side_max, order_.height);
    if (key == "quality")
      return whole(key, value, 100, order_.quality);
    if (key == "force")
      return flag(key, value);
    if (key != "format")
      return wrong(fmt::format("there is no parameter {}", key));
    const auto format = parse_image_format(value.text());
    if (!format)
      return wrong("format is png, jpeg or webp");
    order_.format = *format;
    return {};
  }

  struct range {
    double least = 0;
    double most = 0;
  };

  static result<void> text(const std::string& key, const json_value& value,
                           std::string& to) {
    if (value.text().empty())
      return wrong(fmt::format("{} is no text", key));
    to = value.text();
    return {};
  }

  static result<void> number(const std::string& key, const json_value& value,
                             const range& of, double& to) {
    const auto given = value.number();
    if (!given || !(*given >= of.least && *given <= of.most))
      return wrong(fmt::format("{} must be a number in [{:g}, {:g}]", key,
                               of.least, of.most));
    to = *given;
    return {};
  }

  template <class Whole>
  static result<void> whole(const std::string& key, const json_value& value,
                            double most, Whole& to) {
    double given = 0;
    if (auto read = number(key, value, {1, most}, given); !read)
      return read;
    to = static_cast<Whole>(given);
    return {};
  }

  result<void> flag(const std::string& key, const json_value& value) {
    if (value.type() != json_value::kind::boolean)
      return wrong(fmt::format("{} is true or false", key));
    order_.force = value.is_true();
    return {};
  }

  upscale_order& order_;
};

result<void> read_stamp(const json_value& input, upscale_order& order) {
  const auto* bytes = input.find("bytes");
  const auto* mtime = input.find("mtime_ns");
  if (bytes == nullptr && mtime == nullptr)
    return {};
  file_stamp stamp;
  const auto size = bytes == nullptr ? 0 : bytes->count();
  if (!size)
    return wrong("bytes is no size");
  stamp.bytes = static_cast<std::int64_t>(*size);
  // Nanoseconds do not fit a double: text.
  const auto text = mtime == nullptr ? std::string{} : mtime->text();
  const auto* end = text.data() + text.size();
  if (text.empty()
      || std::from_chars(text.data(), end, stamp.mtime_ns).ptr != end)
    return wrong("mtime_ns is no time");
  order.stamp = stamp;
  return {};
}

} // namespace

std::string to_text(const upscale_order& order) {
  auto text = fmt::format("{{\"input\":{{{}", path_member(order.input));
  if (order.stamp)
    text += fmt::format(",\"bytes\":{},\"mtime_ns\":\"{}\"", order.stamp->bytes,
                        order.stamp->mtime_ns);
  text += fmt::format("}},\"params\":{{\"model\":{}", json_quoted(order.model));
  if (order.width != 0)
    text += fmt::format(",\"width\":{}", order.width);
  else if (order.height != 0)
    text += fmt::format(",\"height\":{}", order.height);
  else
    text += fmt::format(",\"factor\":{}", order.factor);
  return text
         + fmt::format(",\"denoise\":{},\"format\":\"{}\",\"quality\":{},"
                       "\"force\":{}}},\"output\":{{{}}}}}",
                       order.denoise, to_string(order.format), order.quality,
                       order.force, path_member(order.output));
}

result<upscale_order> read_order(std::string_view text) {
  const auto document = json_value::read(text);
  if (!document)
    return wrong(document.failure().detail);
  auto input = read_path(document->find("input"), "input");
  if (!input)
    return input.failure();
  auto output = read_path(document->find("output"), "output");
  if (!output)
    return output.failure();
  const auto* given = document->find("params");
  static const json_value nothing;
  auto order = read_parameters(given ? *given : nothing, std::move(*output));
  if (!order)
    return order;
  order->input = std::move(*input);
  if (auto read = read_stamp(*document->find("input"), *order); !read)
    return read.failure();
  return order;
}

result<upscale_order> read_parameters(const json_value& params,
                                      std::string output) {
  upscale_order order;
  order.factor = 0;
  order.format = format_of_name(output).value_or(image_format::png);
  order.output = std::move(output);
  if (auto read = parameter_reader{order}.read(params); !read)
    return read.failure();
  return order;
}

std::optional<image_format> parse_image_format(std::string_view word) noexcept {
  if (word == "jpeg" || word == "jpg")
    return image_format::jpeg;
  if (word == "png")
    return image_format::png;
  if (word == "webp")
    return image_format::webp;
  return std::nullopt;
}

std::optional<image_format> format_of_name(std::string_view path) noexcept {
  const auto dot = path.rfind('.');
  if (dot == std::string_view::npos || path.find('/', dot) != path.npos)
    return std::nullopt;
  std::string ending{path.substr(dot + 1)};
  std::transform(ending.begin(), ending.end(), ending.begin(), [](char x) {
    return x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x;
  });
  return parse_image_format(ending);
}

} // namespace troupe::upscale
