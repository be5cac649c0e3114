#pragma once

#include "tools/terminal/terminal.hpp"

#include <string>
#include <vector>

namespace troupe {

/// One column of a table.
struct table_column {
  std::string title;
  /// Numbers stand right.
  bool right = false;
  /// Gives up space first, cut in its middle. At most one column.
  bool elastic = false;
};

/// Rows of text under titles, as wide as the terminal allows. Cells are made
/// safe by `shown_text`.
class table {
public:
  explicit table(std::vector<table_column> columns)
    : columns_(std::move(columns)) {}

  /// Adds a row. @pre as many cells as columns
  void add(std::vector<std::string> cells, tone what = tone::plain);

  /// The whole table; nothing is cut unless `traits` is a terminal's.
  [[nodiscard]] std::string text(const terminal_traits& traits) const;

private:
  struct row {
    std::vector<std::string> cells;
    tone what = tone::plain;
  };

  [[nodiscard]] std::vector<std::size_t>
  widths(const terminal_traits& traits) const;
  [[nodiscard]] std::string line(const std::vector<std::string>& cells,
                                 const std::vector<std::size_t>& widths) const;

  std::vector<table_column> columns_;
  std::vector<row> rows_;
};

} // namespace troupe
