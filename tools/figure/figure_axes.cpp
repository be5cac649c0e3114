#include "tools/figure/figure_axes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace troupe {

namespace {

constexpr const char* grid_colour = "#dfe5ec";
constexpr const char* frame_colour = "#b8c2ce";
constexpr const char* soft_colour = "#64748b";
constexpr int time_lines_max = 10;

/// "1:20", "1:02:00", or with a step below a second "4.5".
std::string time_text(double time_s, double step_s) {
  if (step_s < 1.0)
    return fmt::format("{:.1f} s", time_s);
  const auto seconds = std::lround(time_s);
  if (seconds >= 3'600)
    return fmt::format("{}:{:02}:{:02}", seconds / 3'600, seconds / 60 % 60,
                       seconds % 60);
  return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

/// Round times within the panel, its right edge left out.
std::vector<double> round_times(const figure_panel& panel, double step_s) {
  std::vector<double> times;
  for (auto i = std::ceil(panel.from_s / step_s - 1e-9);
       i * step_s <= panel.to_s + 1e-9; i += 1.0)
    times.push_back(i * step_s);
  return times;
}

} // namespace

double figure_panel::x(double time_s) const noexcept {
  return box.x + box.width * (time_s - from_s) / (to_s - from_s);
}

double figure_panel::y(double value) const noexcept {
  const double share = (value - low) / (high - low);
  // Written so that NaN lies at the bottom.
  return bottom() - box.height * (share > 0.0 ? std::min(share, 1.0) : 0.0);
}

double round_time_step(double length_s, int lines_max) {
  constexpr std::array<double, 17> steps{0.1, 0.2,  0.5,  1.0,   2.0,  5.0,
                                         10., 15.,  30.,  60.,   120., 300.,
                                         600, 900., 1800, 3600., 7200.};
  for (const double step : steps)
    if (length_s / step <= lines_max)
      return step;
  return 7200.0 * std::ceil(length_s / 7200.0 / lines_max);
}

double round_step(double range, int parts_max) {
  const double least = range / parts_max;
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= least - 1e-12)
      return factor * power;
  return 10.0 * power;
}

void draw_heading(svg_canvas& canvas, const figure_panel& panel,
                  const std::string& heading, const std::string& remark) {
  const double y = panel.box.y - 6.0;
  canvas.text({panel.box.x, y}, heading,
              {11.0, "#1e293b", svg_anchor::start, true});
  canvas.text({panel.box.x + panel.box.width, y}, remark,
              {11.0, soft_colour, svg_anchor::end, false});
}

void draw_ground(svg_canvas& canvas, const figure_panel& panel) {
  canvas.box(panel.box, "#f8fafc");
  const double step =
    round_time_step(panel.to_s - panel.from_s, time_lines_max);
  std::vector<double> xs;
  for (const double time : round_times(panel, step))
    xs.push_back(panel.x(time));
  canvas.verticals(xs, panel.box.y, panel.bottom(), {grid_colour, 1.0});
  canvas.line({panel.box.x, panel.bottom()},
              {panel.box.x + panel.box.width, panel.bottom()},
              {frame_colour, 1.0});
}

void draw_times(svg_canvas& canvas, const figure_panel& panel) {
  const double step =
    round_time_step(panel.to_s - panel.from_s, time_lines_max);
  for (const double time : round_times(panel, step))
    canvas.text({panel.x(time), panel.bottom() + 15.0}, time_text(time, step),
                {11.0, soft_colour, svg_anchor::middle, false});
}

void draw_levels(svg_canvas& canvas, const figure_panel& panel,
                 const std::vector<double>& values, const std::string& unit) {
  for (const double value : values) {
    const double y = panel.y(value);
    canvas.line({panel.box.x, y}, {panel.box.x + panel.box.width, y},
                {grid_colour, 1.0});
    canvas.text({panel.box.x - 7.0, y + 3.8}, fmt::format("{:g}", value),
                {10.0, soft_colour, svg_anchor::end, false});
  }
  canvas.text({panel.box.x - 7.0, panel.box.y - 6.0}, unit,
              {10.0, soft_colour, svg_anchor::end, false});
}

} // namespace troupe
