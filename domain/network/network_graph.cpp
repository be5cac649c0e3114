#include "domain/network/network_graph.hpp"

#include "domain/network/json_value.hpp"

#include <fmt/format.h>

namespace troupe::network {

namespace {

constexpr std::string_view format_name = "troupe-upscale-1";
constexpr std::string_view format_family = "troupe-upscale-";
constexpr std::size_t layers_max = 64;

std::string_view text_of(const json_value& graph, std::string_view key) {
  const auto value = graph.find(key);
  return value == nullptr ? std::string_view{} : value->text();
}

/// Names the first value that asks for something else than we do.
result<void> check_words(const json_value& graph) {
  const auto format = text_of(graph, "format");
  if (format != format_name)
    return error{
      format.starts_with(format_family) ? errc::newer_version
                                        : errc::unsupported,
      fmt::format("graph: format {} is not read; {} is", format, format_name)};
  for (const auto& [key, word] :
       {std::pair{"skip", "repeat"}, std::pair{"tail", "pixel_shuffle"},
        std::pair{"input", "luma 0..1"}})
    if (text_of(graph, key) != word)
      return error{errc::unsupported,
                   fmt::format("graph: {} '{}' is not known; '{}' is", key,
                               text_of(graph, key), word)};
  return {};
}

result<void> read_layers(const json_value& graph, network_graph& read) {
  const auto layers = graph.find("layers");
  if (layers == nullptr || layers->items().size() < 2
      || layers->items().size() > layers_max)
    return error{errc::corrupt,
                 fmt::format("graph: 2 to {} layers are expected", layers_max)};
  for (const auto& layer : layers->items()) {
    if (text_of(layer, "op") != "conv3x3")
      return error{errc::unsupported,
                   fmt::format("graph: layer {}: operator '{}' is not known; "
                               "conv3x3 is",
                               read.activated.size(), text_of(layer, "op"))};
    const auto activation = layer.find("prelu");
    read.activated.push_back(activation != nullptr && activation->is_true());
  }
  return {};
}

result<void> read_levels(const json_value& graph, network_graph& read) {
  const auto levels = graph.find("levels");
  if (levels == nullptr || levels->items().empty())
    return {};
  const auto& names = levels->items();
  if (names.size() != 2 || names[0].text() != "noise"
      || names[1].text() != "jpeg")
    return error{errc::unsupported,
                 "graph: levels other than noise and jpeg are not known"};
  read.levels = names.size();
  return {};
}

} // namespace

result<network_graph> read_graph(std::string_view json) {
  const auto document = json_value::read(json);
  if (!document)
    return error{errc::corrupt, "graph: " + document.failure().detail};
  if (auto words = check_words(*document); !words)
    return words.failure();
  network_graph read;
  const auto factor = document->find("factor");
  const auto times =
    factor == nullptr ? result<std::size_t>{std::size_t{0}} : factor->count();
  if (!times || *times < 2 || *times > 4)
    return error{errc::unsupported, "graph: only factors 2, 3 and 4 are run"};
  read.factor = *times;
  const auto border = text_of(*document, "border");
  if (border != "mirror" && border != "zero")
    return error{errc::unsupported,
                 fmt::format("graph: border '{}' is not known", border)};
  read.border = border == "zero" ? border_kind::zero : border_kind::mirror;
  if (auto layers = read_layers(*document, read); !layers)
    return layers.failure();
  if (auto levels = read_levels(*document, read); !levels)
    return levels.failure();
  if (read.levels > 0 && read.border == border_kind::zero)
    return error{errc::unsupported,
                 "graph: level planes need the mirror border"};
  return read;
}

} // namespace troupe::network
