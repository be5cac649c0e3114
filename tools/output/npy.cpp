#include "tools/output/npy.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstdint>

namespace troupe {

std::string npy_header(std::size_t rows, std::size_t columns) {
  // Magic, version and the two bytes of the length.
  constexpr std::size_t before = 10;
  auto text = fmt::format(
    "{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", rows,
    columns);
  while ((before + text.size() + 1) % 64 != 0)
    text += ' ';
  text += '\n';
  std::string header{"\x93NUMPY\x01\x00", 8};
  header += static_cast<char>(text.size() & 0xFFU);
  header += static_cast<char>(text.size() >> 8U);
  return header + text;
}

std::string npy_numbers(std::span<const float> values) {
  std::string bytes;
  bytes.reserve(values.size() * sizeof(float));
  for (const float value : values) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8)
      bytes += static_cast<char>(bits >> shift & 0xFFU);
  }
  return bytes;
}

} // namespace troupe
