#include "domain/network/import/ncnn_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cstring>
#include <map>
#include <set>
#include <string>

namespace troupe::network {

namespace {

constexpr std::size_t nodes_max = 4096;
constexpr std::size_t floats_max = std::size_t{1} << 28U;
constexpr std::uint32_t half_tag = 0x01306B47;

/// Node types that are read, by their names in the file.
const std::map<std::string_view, node_kind> known{
  {"Input", node_kind::input},
  {"Split", node_kind::pass},
  {"Noop", node_kind::pass},
  {"Dropout", node_kind::pass},
  {"Convolution", node_kind::convolution},
  {"Deconvolution", node_kind::transposed_convolution},
  {"PReLU", node_kind::prelu},
  {"ReLU", node_kind::prelu},
  {"BinaryOp", node_kind::add},
  {"Eltwise", node_kind::add},
  {"PixelShuffle", node_kind::pixel_shuffle},
  {"Interp", node_kind::repeat},
};

error broken(std::string detail) {
  return {errc::corrupt, "model: " + std::move(detail)};
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const auto begin = line.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos)
      return words;
    const auto end = std::min(line.find_first_of(" \t\r", begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
}

/// Numbered parameters of a node; arrays keep their first value only.
using parameters = std::map<int, double>;

result<parameters> read_parameters(std::span<const std::string_view> words) {
  parameters read;
  for (const auto word : words) {
    const auto equals = word.find('=');
    int key = 0;
    const auto head = word.substr(0, equals);
    const auto [end, fault] =
      std::from_chars(head.data(), head.data() + head.size(), key);
    if (equals == std::string_view::npos || fault != std::errc{}
        || end != head.data() + head.size())
      return broken(fmt::format("'{}' is no parameter", word));
    auto value = word.substr(equals + 1);
    // Arrays: -23300 - key = count, first, ...
    if (key <= -23300) {
      key = -23300 - key;
      value.remove_prefix(std::min(value.find(',') + 1, value.size()));
      value = value.substr(0, value.find(','));
    }
    double number = 0;
    const auto parsed =
      std::from_chars(value.data(), value.data() + value.size(), number);
    if (parsed.ec != std::errc{})
      return broken(fmt::format("'{}' has no number", word));
    read[key] = number;
  }
  return read;
}

/// Walks both files.
class ncnn_walk {
public:
  explicit ncnn_walk(std::span<const std::byte> bin) : bin_{bin} {}

  result<std::vector<model_node>> run(std::string_view param) {
    const auto lines = lines_of(param);
    if (lines.size() < 2
        || lines[0] != std::vector<std::string_view>{"7767517"})
      return broken("no ncnn .param text (it starts with 7767517)");
    if (lines.size() > nodes_max)
      return error{errc::too_large, "model: more than 4096 nodes"};
    if (auto all_known = check_types(lines); !all_known)
      return all_known.failure();
    for (std::size_t i = 2; i < lines.size(); ++i)
      if (auto read = read_line(lines[i]); !read)
        return read.failure();
    return std::move(nodes_);
  }

private:
  static std::vector<std::vector<std::string_view>>
  lines_of(std::string_view text) {
    std::vector<std::vector<std::string_view>> lines;
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      if (auto words = words_of(text.substr(0, end)); !words.empty())
        lines.push_back(std::move(words));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
  }

  static result<void>
  check_types(const std::vector<std::vector<std::string_view>>& lines) {
    std::set<std::string_view> unknown;
    for (std::size_t i = 2; i < lines.size(); ++i)
      if (!known.contains(lines[i].front()))
        unknown.insert(lines[i].front());
    if (unknown.empty())
      return {};
    return error{
      errc::unsupported,
      fmt::format("model: operators not known: {}", fmt::join(unknown, ", "))};
  }

  result<void> read_line(std::span<const std::string_view> words) {
    std::size_t takes = 0;
    std::size_t gives = 0;
    if (words.size() < 4 || !count(words[2], takes) || !count(words[3], gives)
        || takes + gives + 4 > words.size())
      return broken(fmt::format("line '{}' is cut short", words.front()));
    model_node node;
    node.kind = known.at(words[0]);
    node.name = fmt::format("{} ({})", words[1], words[0]);
    for (std::size_t i = 0; i < takes; ++i)
      node.inputs.emplace_back(words[4 + i]);
    for (std::size_t i = 0; i < gives; ++i)
      node.outputs.emplace_back(words[4 + takes + i]);
    const auto given = read_parameters(words.subspan(4 + takes + gives));
    if (!given)
      return given.failure();
    given_ = *given;
    if (auto read = read_node(node, words[0]); !read)
      return read;
    nodes_.push_back(std::move(node));
    return {};
  }

  static bool count(std::string_view word, std::size_t& value) {
    const auto [end, fault] =
      std::from_chars(word.data(), word.data() + word.size(), value);
    return fault == std::errc{} && end == word.data() + word.size()
           && value <= 64;
  }

  [[nodiscard]] double number(int key, double otherwise) const {
    const auto found = given_.find(key);
    return found == given_.end() ? otherwise : found->second;
  }

  /// A count among the parameters; out of range becomes zero, which no rule
  /// accepts.
  [[nodiscard]] std::size_t whole(int key, double otherwise) const {
    const auto value = number(key, otherwise);
    return value >= 0 && value <= static_cast<double>(floats_max)
             ? static_cast<std::size_t>(value)
             : 0;
  }

  result<void> read_node(model_node& node, std::string_view type) {
    switch (node.kind) {
    case node_kind::convolution:
    case node_kind::transposed_convolution:
      return read_convolution(node);
    case node_kind::prelu:
      if (type == "ReLU") {
        node.slope = {static_cast<float>(number(0, 0))};
        return {};
      }
      return read_floats(whole(0, 0), node.slope);
    case node_kind::add:
      if (number(0, 0) != (type == "Eltwise" ? 1 : 0) || number(1, 0) != 0)
        return error{
          errc::unsupported,
          fmt::format("model: node {}: only addition is known", node.name)};
      return {};
    case node_kind::pixel_shuffle:
      node.factor = number(1, 0) == 0 ? whole(0, 1) : 0;
      return {};
    case node_kind::repeat:
      node.factor = whole(1, 1);
      if (number(0, 0) != 1 || number(2, 1) != number(1, 1))
        return error{errc::unsupported,
                     fmt::format("model: node {}: only repeated pixels are "
                                 "known",
                                 node.name)};
      return {};
    default:
      return {};
    }
  }

  result<void> read_convolution(model_node& node) {
    node.planes = whole(0, 0);
    node.kernel = whole(1, 0);
    node.stride = whole(3, 1);
    node.padding = whole(4, 0);
    const auto square = number(11, number(1, 0)) == number(1, 0)
                        && number(13, number(3, 1)) == number(3, 1)
                        && number(14, number(4, 0)) == number(4, 0)
                        && number(15, number(4, 0)) == number(4, 0)
                        && number(16, number(14, number(4, 0))) == number(4, 0)
                        && number(2, 1) == 1 && number(12, 1) == 1
                        && number(18, 0) == 0 && number(19, 0) == 0;
    const auto activation = number(9, 0);
    if (!square || (activation != 0 && activation != 1 && activation != 2))
      return error{errc::unsupported,
                   fmt::format("model: node {}: dilation, uneven padding or "
                               "this activation is not known",
                               node.name)};
    if (activation == 1)
      node.slope = {0.0F};
    if (activation == 2)
      node.slope = {static_cast<float>(number(10, 0))};
    if (auto read = read_weights(whole(6, 0), node.weights); !read)
      return read;
    return number(5, 0) == 0 ? result<void>{}
                             : read_floats(node.planes, node.bias);
  }

  // -- binary -----------------------------------------------------------------

  result<void> take(std::size_t bytes, std::span<const std::byte>& taken) {
    if (bytes > bin_.size())
      return broken(
        fmt::format("the weights end {} bytes early", bytes - bin_.size()));
    taken = bin_.first(bytes);
    bin_ = bin_.subspan(bytes);
    return {};
  }

  result<void> read_floats(std::size_t count, std::vector<float>& to) {
    std::span<const std::byte> bytes;
    if (auto taken = take(count * sizeof(float), bytes); !taken)
      return taken;
    to.resize(count);
    if (count > 0)
      std::memcpy(to.data(), bytes.data(), bytes.size());
    return {};
  }

  /// Numbers behind a tag that names their type.
  result<void> read_weights(std::size_t count, std::vector<float>& to) {
    std::span<const std::byte> bytes;
    if (auto taken = take(sizeof(std::uint32_t), bytes); !taken)
      return taken;
    std::uint32_t tag = 0;
    std::memcpy(&tag, bytes.data(), sizeof tag);
    if (tag == 0)
      return read_floats(count, to);
    if (tag != half_tag)
      return error{
        errc::unsupported,
        fmt::format("model: weights of type {:#x} are not read", tag)};
    // Padded to whole words.
    if (auto taken = take((count * 2 + 3) / 4 * 4, bytes); !taken)
      return taken;
    for (std::size_t i = 0; i < count; ++i) {
      std::uint16_t half = 0;
      std::memcpy(&half, bytes.data() + 2 * i, sizeof half);
      to.push_back(half_value(half));
    }
    return {};
  }

  std::span<const std::byte> bin_;
  parameters given_;
  std::vector<model_node> nodes_;
};

} // namespace

result<std::vector<model_node>> read_ncnn(std::string_view param,
                                          std::span<const std::byte> bin) {
  return ncnn_walk{bin}.run(param);
}

} // namespace troupe::network
