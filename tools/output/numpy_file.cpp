#include "tools/output/numpy_file.hpp"

#include <fmt/format.h>

#include <bit>
#include <string_view>

namespace troupe {

static_assert(std::endian::native == std::endian::little,
              "floats are written as they lie in memory");

namespace {

result<void> append_array(new_file& file, const std::string& header,
                          std::string_view bytes) {
  if (auto done = file.write(header); !done)
    return done;
  return file.write(bytes);
}

} // namespace

std::string numpy_header(const std::string& element,
                         const std::vector<std::uint32_t>& shape) {
  // A tuple of one has a comma behind it.
  std::string tuple;
  for (const auto length : shape)
    tuple += fmt::format("{},{}", length, shape.size() == 1 ? "" : " ");
  if (shape.size() > 1)
    tuple.resize(tuple.size() - 2);
  auto text =
    fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
                element, tuple);
  // Magic, version and length are 10 bytes; the text ends with a line feed.
  constexpr std::size_t before = 10;
  constexpr std::size_t alignment = 64;
  const auto whole =
    (before + text.size() + 1 + alignment - 1) / alignment * alignment;
  text.resize(whole - before - 1, ' ');
  text += '\n';
  std::string header = "\x93NUMPY";
  header += {'\x01', '\x00', static_cast<char>(text.size() & 0xFFU),
             static_cast<char>(text.size() >> 8U)};
  return header + text;
}

result<void> append_numpy(new_file& file,
                          const std::vector<std::uint32_t>& shape,
                          std::span<const std::uint8_t> values) {
  return append_array(
    file, numpy_header("|u1", shape),
    {reinterpret_cast<const char*>(values.data()), values.size()});
}

result<void> append_numpy(new_file& file,
                          const std::vector<std::uint32_t>& shape,
                          std::span<const float> values) {
  return append_array(
    file, numpy_header("<f4", shape),
    {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

} // namespace troupe
