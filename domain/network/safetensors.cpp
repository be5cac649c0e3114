#include "domain/network/safetensors.hpp"

#include "domain/network/json_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe::network {

namespace {

constexpr std::size_t length_bytes = 8;
constexpr std::size_t header_bytes_max = std::size_t{1} << 20U;
constexpr std::size_t elements_max = std::size_t{1} << 28U;

error broken(std::string detail) {
  return {errc::corrupt, "weights: " + std::move(detail)};
}

/// The header's text, or why the file cannot have one.
result<std::string_view> header_of(std::span<const std::byte> file) {
  if (file.size() < length_bytes)
    return broken(fmt::format("{} bytes are no weights file", file.size()));
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i)
    length |= std::to_integer<std::uint64_t>(file[i]) << (8 * i);
  if (length > header_bytes_max || length > file.size() - length_bytes)
    return broken(fmt::format("a header of {} bytes does not fit in a file of "
                              "{}; is it safetensors, and complete?",
                              length, file.size()));
  return std::string_view{reinterpret_cast<const char*>(file.data())
                            + length_bytes,
                          static_cast<std::size_t>(length)};
}

/// The shape's element count; bounded, so that products cannot overflow.
result<std::size_t> read_shape(const json_value& value, stored_tensor& tensor) {
  std::size_t elements = 1;
  for (const auto& item : value.items()) {
    const auto side = item.count();
    if (!side)
      return side.failure();
    if (*side == 0 || *side > elements_max / elements)
      return broken(fmt::format("a side of {} in a shape", *side));
    elements *= *side;
    tensor.shape.push_back(*side);
  }
  return elements;
}

/// Both ends of an array in the data section.
result<std::pair<std::size_t, std::size_t>>
read_offsets(const json_value* value, std::size_t data_bytes) {
  if (value == nullptr || value->items().size() != 2)
    return broken("data_offsets are missing");
  const auto begin = value->items()[0].count();
  const auto end = value->items()[1].count();
  if (!begin || !end || *begin > *end || *end > data_bytes)
    return broken("data_offsets leave the file; is it complete?");
  return std::pair{*begin, *end};
}

result<stored_tensor> read_tensor(const json_value& value,
                                  std::span<const std::byte> data) {
  const auto type = value.find("dtype");
  if (type == nullptr || type->text() != "F32")
    return error{errc::unsupported,
                 fmt::format("weights: type {} is not read; F32 is",
                             type == nullptr ? "?" : type->text())};
  stored_tensor tensor;
  const auto shape = value.find("shape");
  if (shape == nullptr || shape->type() != json_value::kind::list)
    return broken("an array without a shape");
  const auto elements = read_shape(*shape, tensor);
  if (!elements)
    return elements.failure();
  const auto range = read_offsets(value.find("data_offsets"), data.size());
  if (!range)
    return range.failure();
  const auto bytes = range->second - range->first;
  if (bytes != *elements * sizeof(float))
    return broken(fmt::format("{} bytes for {} numbers", bytes, *elements));
  tensor.bytes = data.subspan(range->first, bytes);
  return tensor;
}

result<void> check_overlaps(const stored_tensors& stored) {
  std::vector<std::pair<const std::byte*, const std::byte*>> ranges;
  for (const auto& [name, tensor] : stored.tensors)
    ranges.emplace_back(tensor.bytes.data(),
                        tensor.bytes.data() + tensor.bytes.size());
  std::sort(ranges.begin(), ranges.end());
  for (std::size_t i = 1; i < ranges.size(); ++i)
    if (ranges[i].first < ranges[i - 1].second)
      return broken("two arrays overlap");
  return {};
}

} // namespace

result<stored_tensors> read_safetensors(std::span<const std::byte> file) {
  const auto text = header_of(file);
  if (!text)
    return text.failure();
  const auto header = json_value::read(*text);
  if (!header)
    return broken("header: " + header.failure().detail);
  if (header->type() != json_value::kind::map)
    return broken("the header is no JSON object");
  stored_tensors stored;
  stored.data = file.subspan(length_bytes + text->size());
  for (std::size_t i = 0; i < header->keys().size(); ++i) {
    const auto& name = header->keys()[i];
    const auto& value = header->items()[i];
    if (name == "__metadata__") {
      for (std::size_t k = 0; k < value.keys().size(); ++k)
        stored.metadata.emplace(value.keys()[k], value.items()[k].text());
      continue;
    }
    auto tensor = read_tensor(value, stored.data);
    if (!tensor)
      return error{tensor.failure().code,
                   tensor.failure().detail + ", in array " + name};
    stored.tensors.emplace(name, *std::move(tensor));
  }
  if (auto apart = check_overlaps(stored); !apart)
    return apart.failure();
  return stored;
}

} // namespace troupe::network
