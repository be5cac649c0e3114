#pragma once

#include "tools/figure/svg_canvas.hpp"

#include <string>
#include <vector>

namespace troupe {

/// A rectangle of the figure and what its edges stand for.
struct figure_panel {
  svg_box box;
  /// Seconds at the left and the right edge.
  double from_s = 0.0;
  double to_s = 1.0;
  /// Values at the lower and the upper edge.
  double low = 0.0;
  double high = 1.0;

  [[nodiscard]] double x(double time_s) const noexcept;
  /// Values beyond an edge lie on it.
  [[nodiscard]] double y(double value) const noexcept;

  [[nodiscard]] double bottom() const noexcept {
    return box.y + box.height;
  }
};

/// A heading above the panel, and a remark at its right end.
void draw_heading(svg_canvas& canvas, const figure_panel& panel,
                  const std::string& heading, const std::string& remark);

/// Background, vertical lines at round times, and the frame.
void draw_ground(svg_canvas& canvas, const figure_panel& panel);

/// The times under the panel.
void draw_times(svg_canvas& canvas, const figure_panel& panel);

/// Horizontal lines at these values, each with its number and unit at left.
void draw_levels(svg_canvas& canvas, const figure_panel& panel,
                 const std::vector<double>& values, const std::string& unit);

/// Seconds between lines: the round number that gives at most `lines_max`.
[[nodiscard]] double round_time_step(double length_s, int lines_max);

/// 1, 2 or 5 times a power of ten that cuts a range into at most `parts_max`.
[[nodiscard]] double round_step(double range, int parts_max);

} // namespace troupe
