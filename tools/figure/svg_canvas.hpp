#pragma once

#include <span>
#include <string>
#include <string_view>

namespace troupe {

/// A place in the picture, in units; y grows downwards.
struct svg_point {
  double x = 0.0;
  double y = 0.0;
};

struct svg_box {
  double x = 0.0;
  double y = 0.0;
  double width = 0.0;
  double height = 0.0;
};

/// How a line is drawn. Colours as SVG spells them.
struct svg_stroke {
  std::string_view colour = "#000";
  double width = 1.0;
  bool dashed = false;
  double opacity = 1.0;
};

/// Where a text stands to its point.
enum class svg_anchor { start, middle, end };

struct svg_type {
  double size = 11.0;
  std::string_view colour = "#334155";
  svg_anchor anchor = svg_anchor::start;
  bool bold = false;
};

/// Collects an SVG picture, front-most last. Coordinates are rounded to tenths.
class svg_canvas {
public:
  void line(svg_point from, svg_point to, const svg_stroke& stroke);
  void polyline(std::span<const svg_point> points, const svg_stroke& stroke);
  /// A filled shape without an outline.
  void area(std::span<const svg_point> points, std::string_view fill,
            double opacity = 1.0);
  void box(const svg_box& box, std::string_view fill);
  /// Many boxes in one colour: a path.
  void boxes(std::span<const svg_box> boxes, std::string_view fill);
  /// Many vertical lines of one kind: a path.
  void verticals(std::span<const double> xs, double top, double bottom,
                 const svg_stroke& stroke);
  void text(svg_point at, std::string_view words, const svg_type& type);

  /// The whole file. @param title read aloud, and shown by browsers
  [[nodiscard]] std::string document(double width, double height,
                                     std::string_view title) const;

private:
  std::string body_;
};

} // namespace troupe
