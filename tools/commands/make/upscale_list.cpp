#include "tools/commands/make/upscale_list.hpp"

#include "domain/upscale/weights_shelf.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <utility>

namespace troupe {

namespace {

namespace fs = std::filesystem;
using upscale::upscale_order;

/// "-x2", "-x1.5", "-w1920", "-h1080".
std::string suffix_of(const upscale_options& options) {
  if (options.width != 0)
    return fmt::format("-w{}", options.width);
  if (options.height != 0)
    return fmt::format("-h{}", options.height);
  return fmt::format("-x{:g}", options.factor == 0 ? 2 : options.factor);
}

std::string ending_of(image_format format) {
  return format == image_format::jpeg ? ".jpg"
                                      : fmt::format(".{}", to_string(format));
}

/// Lists one run's pictures.
class picture_list {
public:
  picture_list(const media_finder& finder, const upscale_options& options)
    : finder_{finder}, options_{options}, format_{upscale::parse_image_format(
                                            options.format)} {}

  result<std::vector<upscale_item>> list() {
    std::error_code why;
    const auto kind = fs::status(options_.input, why).type();
    if (kind == fs::file_type::not_found)
      return error{errc::not_found,
                   fmt::format("upscale: {} does not exist", options_.input)};
    if (kind == fs::file_type::directory)
      return folder();
    return one();
  }

private:
  /// The root as the walk names it, resolved.
  result<std::vector<walked_file>> walked(std::vector<upscale_item>& items) {
    auto walk = finder_.walk({options_.input});
    if (!walk)
      return walk.failure();
    std::vector<walked_file> files;
    for (bool more = true; more;) {
      constexpr std::size_t files_at_once = 1'000;
      auto batch = (*walk)->next(files_at_once);
      files.insert(files.end(), batch.files.begin(), batch.files.end());
      for (const auto& problem : batch.problems) {
        auto& item = items.emplace_back();
        item.input = problem.path;
        item.state = "failed";
        item.message = problem.why.detail;
      }
      more = !batch.finished;
    }
    return files;
  }

  result<std::vector<upscale_item>> one() {
    const auto path = finder_.resolve(options_.input);
    if (!path)
      return path.failure();
    const auto stamp = finder_.stamp(*path);
    if (!stamp)
      return stamp.failure();
    auto item = item_of({*path, *stamp}, place_of_one());
    std::error_code ignored;
    if (!options_.force && fs::exists(fs::symlink_status(item.output, ignored)))
      return error{
        errc::refused,
        fmt::format("upscale: {} exists; to replace it: --force", item.output)};
    if (item.state == "failed")
      return failure_;
    return std::vector{std::move(item)};
  }

  [[nodiscard]] std::string place_of_one() const {
    const fs::path input{options_.input};
    const auto name = input.stem().string() + suffix_of(options_)
                      + ending_of(format_.value_or(image_format::png));
    if (options_.output.empty())
      return input.parent_path() / name;
    std::error_code ignored;
    if (fs::is_directory(options_.output, ignored))
      return fs::path{options_.output} / name;
    return options_.output;
  }

  result<std::vector<upscale_item>> folder() {
    const auto root = finder_.resolve(options_.input);
    if (!root)
      return root.failure();
    std::vector<upscale_item> items;
    const auto files = walked(items);
    if (!files)
      return files.failure();
    const fs::path into{options_.output.empty()
                          ? *root + suffix_of(options_)
                          : fs::absolute(options_.output).string()};
    for (const auto& file : *files) {
      // Results of an earlier run lie in the folder itself.
      if (!fs::path{file.path}.lexically_relative(into).string().starts_with(
            ".."))
        continue;
      auto place = into / fs::path{file.path}.lexically_relative(*root);
      if (format_)
        place.replace_extension(ending_of(*format_));
      add(file, place.string(), items);
    }
    return items;
  }

  void add(const walked_file& file, const std::string& place,
           std::vector<upscale_item>& items) {
    std::error_code ignored;
    upscale_item item;
    if (!options_.force && fs::exists(fs::symlink_status(place, ignored))) {
      item.input = file.path;
      item.output = place;
      item.state = "skipped";
    } else {
      item = item_of(file, place);
    }
    // Music and text among the pictures are none of our business.
    if (item.state == "none")
      return;
    if (!places_.insert(place).second) {
      item.state = "failed";
      item.message = "another picture of the folder becomes the same file; "
                     "leave out --format";
    }
    items.push_back(std::move(item));
  }

  upscale_item item_of(const walked_file& file, const std::string& place) {
    upscale_item item;
    item.input = file.path;
    item.output = place;
    const auto found = finder_.examine(file);
    if (!found || !*found || (*found)->kind != media_kind::image) {
      failure_ = found ? error{errc::unsupported,
                               fmt::format("upscale: {} is no JPEG, PNG or "
                                           "WebP picture",
                                           file.path)}
                       : found.failure();
      item.state = found && !is_one() ? "none" : "failed";
      item.message = failure_.detail;
      return item;
    }
    item.hash = (*found)->hash;
    item.bytes = (*found)->stamp.bytes;
    item.order = order_of(**found, place);
    return item;
  }

  [[nodiscard]] bool is_one() const {
    std::error_code ignored;
    return !fs::is_directory(options_.input, ignored);
  }

  [[nodiscard]] upscale_order order_of(const found_file& file,
                                       const std::string& place) const {
    upscale_order order;
    order.input = file.path;
    order.output = fs::absolute(place).string();
    order.stamp = file.stamp;
    order.model = upscale::is_model_file(options_.model)
                    ? fs::absolute(options_.model).string()
                    : options_.model;
    order.factor = options_.factor;
    order.width = options_.width;
    order.height = options_.height;
    if (order.factor == 0 && order.width == 0 && order.height == 0)
      order.factor = 2;
    order.denoise = options_.denoise;
    order.quality = options_.quality;
    order.force = options_.force;
    order.format = format_.value_or(
      upscale::format_of_name(place).value_or(image_format::png));
    return order;
  }

  const media_finder& finder_;
  const upscale_options& options_;
  std::optional<image_format> format_;
  std::set<std::string> places_;
  error failure_{errc::internal, {}};
};

} // namespace

result<std::vector<upscale_item>>
list_pictures(const media_finder& finder, const upscale_options& options) {
  return picture_list{finder, options}.list();
}

} // namespace troupe
