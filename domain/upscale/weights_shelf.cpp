#include "domain/upscale/weights_shelf.hpp"

#include "domain/network/import/ncnn_reader.hpp"
#include "domain/network/import/onnx_reader.hpp"
#include "domain/upscale/scale_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace troupe::upscale {

namespace {

/// CONTRACT: `natural` = `natural-default`.
std::string family_of(const std::string& model) {
  return model == "natural" || model == "bicubic" ? model + "-default" : model;
}

/// Of `natural-default-x2`: the end of the family's name, and 2.
struct set_name {
  std::string_view family;
  std::size_t factor = 0;
};

set_name parts_of(std::string_view set) {
  const auto x = set.rfind("-x");
  if (x == std::string_view::npos || x + 3 != set.size() || set[x + 2] < '2'
      || set[x + 2] > '9')
    return {set, 0};
  return {set.substr(0, x), static_cast<std::size_t>(set[x + 2] - '0')};
}

/// "bicubic-fast (x2), natural-default (x2, x3)".
std::string families(const weights_source& source) {
  std::map<std::string_view, std::string> found;
  const auto names = source.names();
  for (const auto& name : names) {
    const auto [family, factor] = parts_of(name);
    auto& factors = found[family];
    factors += fmt::format("{}x{}", factors.empty() ? "" : ", ", factor);
  }
  std::string text;
  for (const auto& [family, factors] : found)
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", family, factors);
  return text.empty() ? "none" : text;
}

std::string_view chars_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

result<weights_ptr>
packed(const result<std::vector<network::model_node>>& nodes,
       const std::string& name) {
  if (!nodes)
    return nodes.failure();
  auto chain = network::chain_of(*nodes);
  if (!chain)
    return chain.failure();
  chain->name = name;
  return network::network_weights::pack(*chain);
}

result<weights_ptr> load_bytes(const weights_source& source,
                               const content_hasher& hasher,
                               const std::string& name,
                               std::span<const std::byte> bytes) {
  if (name.ends_with(".onnx"))
    return packed(network::read_onnx(bytes), name);
  if (!name.ends_with(".param"))
    return network::network_weights::load(bytes, hasher);
  const auto twin = name.substr(0, name.rfind('.')) + ".bin";
  const auto numbers = source.open(twin);
  if (!numbers)
    return numbers.failure();
  return packed(network::read_ncnn(chars_of(bytes), (*numbers)->bytes()), name);
}

} // namespace

bool is_model_file(const std::string& model) noexcept {
  return model.find_first_of("/.") != std::string::npos;
}

result<std::vector<std::size_t>> factors_of(const weights_source& source,
                                            const std::string& model) {
  const auto family = family_of(model);
  std::vector<std::size_t> factors;
  for (const auto& name : source.names())
    if (const auto parts = parts_of(name);
        parts.family == family && parts.factor != 0)
      factors.push_back(parts.factor);
  if (factors.empty())
    return error{errc::not_found,
                 fmt::format("upscale: there is no model {}; there are: {}; "
                             "name one of them by --model",
                             family, families(source))};
  std::sort(factors.begin(), factors.end());
  return factors;
}

result<weights_ptr> load_weights(const weights_source& source,
                                 const content_hasher& hasher,
                                 const std::string& name) {
  const auto file = source.open(name);
  if (!file)
    return file.failure();
  auto loaded = load_bytes(source, hasher, name, (*file)->bytes());
  if (!loaded)
    return error{loaded.failure().code,
                 fmt::format("{}: {}", name, loaded.failure().detail)};
  return loaded;
}

result<weights_ptr> weights_shelf::take(const std::string& model,
                                        image::image_size from,
                                        image::image_size to) {
  if (is_model_file(model)) {
    auto set = keep(model);
    if (!set || to.pixels() > from.pixels())
      return set;
    return weights_ptr{};
  }
  const auto factors = factors_of(*source_, model);
  if (!factors)
    return factors.failure();
  const auto factor = nearest_factor(from, to, *factors);
  if (factor == 1)
    return weights_ptr{};
  return keep(fmt::format("{}-x{}", family_of(model), factor));
}

result<weights_ptr> weights_shelf::keep(const std::string& name) {
  if (const auto known = loaded_.find(name); known != loaded_.end())
    return known->second;
  auto set = load_weights(*source_, *hasher_, name);
  if (set)
    loaded_[name] = *set;
  return set;
}

std::size_t weights_shelf::bytes() const noexcept {
  std::size_t sum = 0;
  for (const auto& [name, set] : loaded_)
    sum += set->bytes();
  return sum;
}

} // namespace troupe::upscale
