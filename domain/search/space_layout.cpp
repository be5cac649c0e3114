#include "domain/search/space_layout.hpp"

#include <charconv>
#include <optional>

namespace troupe::search {

namespace {

/// "timbre152" → its name and size.
std::optional<named_block> block_in(std::string_view text) {
  const auto digits = text.find_first_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos)
    return std::nullopt;
  named_block block{text.substr(0, digits), 0, 0};
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + digits, end, block.size);
  if (read.ec != std::errc{} || read.ptr != end || block.size == 0)
    return std::nullopt;
  return block;
}

} // namespace

std::vector<named_block> blocks_of_space(std::string_view space,
                                         std::size_t dim) {
  std::vector<named_block> blocks;
  const auto colon = space.find(':');
  if (colon == std::string_view::npos)
    return blocks;
  auto list = space.substr(colon + 1);
  list = list.substr(0, list.find(':'));
  std::size_t filled = 0;
  while (!list.empty()) {
    const auto plus = list.find('+');
    auto block = block_in(list.substr(0, plus));
    if (!block || block->size > dim - filled)
      return {};
    block->first = filled;
    filled += block->size;
    blocks.push_back(*block);
    list = plus == std::string_view::npos ? std::string_view{}
                                          : list.substr(plus + 1);
  }
  return filled == dim ? blocks : std::vector<named_block>{};
}

} // namespace troupe::search
