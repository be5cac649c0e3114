#include "tools/figure/svg_canvas.hpp"

#include "tools/output/markup.hpp"

#include <fmt/format.h>

#include <cmath>

namespace troupe {

namespace {

/// "12.3", "12", "-0.4": never more than a tenth, no empty digits.
std::string number(double value) {
  const auto tenths = std::lround(10.0 * value);
  if (tenths % 10 == 0)
    return std::to_string(tenths / 10);
  return fmt::format("{:.1f}", static_cast<double>(tenths) / 10.0);
}

std::string points_text(std::span<const svg_point> points) {
  std::string text;
  for (const auto& point : points)
    text += fmt::format("{}{},{}", text.empty() ? "" : " ", number(point.x),
                        number(point.y));
  return text;
}

std::string stroke_text(const svg_stroke& stroke) {
  auto text = fmt::format("stroke=\"{}\" stroke-width=\"{}\"", stroke.colour,
                          number(stroke.width));
  if (stroke.dashed)
    text += " stroke-dasharray=\"5 4\"";
  if (stroke.opacity < 1.0)
    text += fmt::format(" stroke-opacity=\"{:.2f}\"", stroke.opacity);
  return text;
}

std::string_view anchor_word(svg_anchor anchor) {
  switch (anchor) {
  case svg_anchor::middle:
    return "middle";
  case svg_anchor::end:
    return "end";
  case svg_anchor::start:
    break;
  }
  return "start";
}

} // namespace

void svg_canvas::line(svg_point from, svg_point to, const svg_stroke& stroke) {
  body_ += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" {}/>\n",
                       number(from.x), number(from.y), number(to.x),
                       number(to.y), stroke_text(stroke));
}

void svg_canvas::polyline(std::span<const svg_point> points,
                          const svg_stroke& stroke) {
  if (points.size() < 2)
    return;
  body_ += fmt::format("<polyline fill=\"none\" stroke-linejoin=\"round\" {} "
                       "points=\"{}\"/>\n",
                       stroke_text(stroke), points_text(points));
}

void svg_canvas::area(std::span<const svg_point> points, std::string_view fill,
                      double opacity) {
  if (points.size() < 3)
    return;
  body_ += fmt::format(
    "<polygon fill=\"{}\"{} points=\"{}\"/>\n", fill,
    opacity < 1.0 ? fmt::format(" fill-opacity=\"{:.2f}\"", opacity) : "",
    points_text(points));
}

void svg_canvas::box(const svg_box& box, std::string_view fill) {
  body_ += fmt::format(
    "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>\n",
    number(box.x), number(box.y), number(box.width), number(box.height), fill);
}

void svg_canvas::boxes(std::span<const svg_box> boxes, std::string_view fill) {
  if (boxes.empty())
    return;
  std::string path;
  for (const auto& box : boxes) {
    // Widths between rounded edges, so that neighbours leave no gap.
    const auto right = number(box.x + box.width);
    const auto bottom = number(box.y + box.height);
    path += fmt::format("M{} {}H{}V{}H{}z", number(box.x), number(box.y), right,
                        bottom, number(box.x));
  }
  body_ += fmt::format("<path fill=\"{}\" d=\"{}\"/>\n", fill, path);
}

void svg_canvas::verticals(std::span<const double> xs, double top,
                           double bottom, const svg_stroke& stroke) {
  if (xs.empty())
    return;
  std::string path;
  for (const double x : xs)
    path += fmt::format("M{} {}V{}", number(x), number(top), number(bottom));
  body_ += fmt::format("<path fill=\"none\" {} d=\"{}\"/>\n",
                       stroke_text(stroke), path);
}

void svg_canvas::text(svg_point at, std::string_view words,
                      const svg_type& type) {
  body_ +=
    fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{}\" "
                "text-anchor=\"{}\"{}>{}</text>\n",
                number(at.x), number(at.y), number(type.size), type.colour,
                anchor_word(type.anchor),
                type.bold ? " font-weight=\"600\"" : "", markup_text(words));
}

std::string svg_canvas::document(double width, double height,
                                 std::string_view title) const {
  return fmt::format(
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
    "viewBox=\"0 0 {0} {1}\" role=\"img\" font-family=\"system-ui,'Segoe UI',"
    "Roboto,'Noto Sans','DejaVu Sans',sans-serif\">\n<title>{2}</title>\n"
    "<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n{3}</svg>\n",
    number(width), number(height), markup_text(title), body_);
}

} // namespace troupe
