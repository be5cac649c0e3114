#include "tools/terminal/table.hpp"

#include "tools/terminal/shown_text.hpp"

#include <algorithm>
#include <cassert>

namespace troupe {

namespace {

constexpr std::size_t gap_columns = 2;
constexpr std::size_t elastic_columns_min = 12;

} // namespace

void table::add(std::vector<std::string> cells, tone what) {
  assert(cells.size() == columns_.size());
  for (auto& cell : cells)
    cell = shown_text(cell);
  rows_.push_back({std::move(cells), what});
}

std::vector<std::size_t> table::widths(const terminal_traits& traits) const {
  std::vector<std::size_t> found;
  std::size_t total = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    auto widest = columns_of(columns_[i].title);
    for (const auto& one : rows_)
      widest = std::max(widest, columns_of(one.cells[i]));
    found.push_back(widest);
    total += widest + (i > 0 ? gap_columns : 0);
  }
  const auto room = static_cast<std::size_t>(traits.columns);
  if (!traits.is_terminal || total <= room)
    return found;
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (columns_[i].elastic) {
      const auto excess = total - room;
      const auto kept = found[i] > excess ? found[i] - excess : 0;
      found[i] = std::max(kept, std::min(found[i], elastic_columns_min));
    }
  return found;
}

std::string table::line(const std::vector<std::string>& cells,
                        const std::vector<std::size_t>& widths) const {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto cell = cut_middle(cells[i], widths[i]);
    const auto blank = widths[i] - std::min(widths[i], columns_of(cell));
    if (i > 0)
      text.append(gap_columns, ' ');
    if (columns_[i].right)
      text.append(blank, ' ');
    text += cell;
    if (!columns_[i].right)
      text.append(blank, ' ');
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string table::text(const terminal_traits& traits) const {
  const auto fitted = widths(traits);
  std::vector<std::string> titles;
  for (const auto& column : columns_)
    titles.push_back(column.title);
  auto all = toned(line(titles, fitted), tone::strong, traits.colour) + '\n';
  for (const auto& one : rows_)
    all += toned(line(one.cells, fitted), one.what, traits.colour) + '\n';
  return all;
}

} // namespace troupe
