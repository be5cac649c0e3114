#include "tools/figure/track_figure.hpp"

#include "domain/audio/curves/tempo_curve.hpp"
#include "tools/figure/figure_axes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace troupe {

namespace {

constexpr double figure_width = 900.0;
constexpr double left = 58.0;
constexpr double right = 22.0;
constexpr double panel_width = figure_width - left - right;
/// Between one panel and the next: a heading fits in.
constexpr double gap = 32.0;

constexpr const char* wave_colour = "#9dc0dd";
constexpr const char* body_colour = "#2f6f9f";
constexpr const char* beat_colour = "#d9822b";
constexpr const char* soft_line = "#b9cfe2";

/// More columns than this would be finer than a screen shows.
constexpr std::size_t columns_max = 820;
constexpr std::size_t chroma_columns_max = 410;
constexpr double detail_s = 8.0;

/// Draws panel below panel.
class figure_painter {
public:
  explicit figure_painter(const track_facts& facts) : facts_(facts) {}

  std::string paint() {
    head();
    waveform();
    loudness();
    chroma();
    tempo();
    if (last_)
      draw_times(canvas_, *last_);
    detail();
    return canvas_.document(figure_width, top_ + 6.0, facts_.name);
  }

private:
  // -- panels -----------------------------------------------------------------

  void head() {
    canvas_.text({left, 32.0}, facts_.name,
                 {17.0, "#0f172a", svg_anchor::start, true});
    canvas_.text({left, 51.0}, facts_.summary,
                 {12.0, "#475569", svg_anchor::start, false});
    top_ = 58.0;
  }

  void waveform() {
    auto panel = next(96.0, 0.0, facts_.curves.duration_s);
    draw_ground(canvas_, panel);
    draw_heading(canvas_, panel, "Waveform",
                 facts_.beats_s.empty()
                   ? ""
                   : fmt::format("{} beats", facts_.beats_s.size()));
    draw_wave(panel);
    if (facts_.beats_s.empty())
      return;
    // A strip of their own: many beats would hide the wave.
    std::vector<double> xs;
    for (const double beat : shown_beats())
      xs.push_back(panel.x(beat));
    canvas_.verticals(xs, panel.bottom() + 3.0, panel.bottom() + 11.0,
                      {beat_colour, xs.size() > 250 ? 0.6 : 1.0});
    top_ += 10.0;
  }

  void loudness() {
    const auto& momentary = facts_.curves.momentary_lufs;
    const auto& shortterm = facts_.curves.shortterm_lufs;
    if (momentary.empty())
      return;
    auto panel = next(112.0, 0.0, facts_.curves.duration_s);
    const double most = *std::max_element(momentary.begin(), momentary.end());
    panel.high = std::min(3.0, 6.0 * std::ceil(std::max(most, -60.0) / 6.0));
    panel.low = panel.high - 36.0;
    draw_ground(canvas_, panel);
    std::vector<double> levels;
    for (double level = panel.low + 6.0; level <= panel.high; level += 12.0)
      levels.push_back(std::ceil(level / 6.0) * 6.0);
    draw_levels(canvas_, panel, levels, "LUFS");
    const auto integrated = facts_.integrated_lufs;
    draw_heading(canvas_, panel, "Loudness",
                 integrated ? fmt::format("short-term over momentary; "
                                          "integrated {:.1f} LUFS",
                                          *integrated)
                            : "short-term over momentary");
    canvas_.polyline(curve(panel, momentary, 0.4), {soft_line, 1.0});
    canvas_.polyline(curve(panel, shortterm, 3.0), {body_colour, 1.8});
    if (integrated)
      canvas_.line({panel.box.x, panel.y(*integrated)},
                   {panel.box.x + panel.box.width, panel.y(*integrated)},
                   {beat_colour, 1.2, true});
  }

  void chroma() {
    if (facts_.curves.chroma.empty())
      return;
    constexpr double row_height = 11.0;
    constexpr std::array<const char*, 12> names{
      "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"};
    auto panel = next(12.0 * row_height, 0.0, facts_.curves.duration_s);
    draw_ground(canvas_, panel);
    draw_heading(canvas_, panel, "Chroma",
                 facts_.key.empty() ? "" : "key: " + facts_.key);
    draw_chroma(panel, row_height);
    for (std::size_t c = 0; c < 12; ++c) {
      const bool is_tonic =
        facts_.tonic && static_cast<std::size_t>(*facts_.tonic) == c;
      canvas_.text(
        {left - 7.0,
         panel.bottom() - row_height * static_cast<double>(c) - 2.4},
        names.at(c),
        {9.5, is_tonic ? beat_colour : "#64748b", svg_anchor::end, is_tonic});
    }
  }

  void tempo() {
    const auto points = audio::tempo_curve(facts_.beats_s);
    if (points.empty())
      return;
    double low = points.front().bpm;
    double high = low;
    for (const auto& point : points) {
      low = std::min(low, point.bpm);
      high = std::max(high, point.bpm);
    }
    auto panel = next(84.0, 0.0, facts_.curves.duration_s);
    // A steady tempo is a straight line, not magnified noise.
    const double reach = std::max((high - low) * 0.6, 0.06 * high);
    const double middle = (high + low) / 2.0;
    panel.low = middle - reach;
    panel.high = middle + reach;
    draw_ground(canvas_, panel);
    const double step = round_step(2.0 * reach, 4);
    std::vector<double> levels;
    for (double level = std::ceil(panel.low / step) * step; level < panel.high;
         level += step)
      levels.push_back(level);
    draw_levels(canvas_, panel, levels, "BPM");
    draw_heading(canvas_, panel, "Tempo",
                 facts_.tempo_bpm
                   ? fmt::format("{:.2f} BPM overall", *facts_.tempo_bpm)
                   : "");
    if (facts_.tempo_bpm)
      canvas_.line({panel.box.x, panel.y(*facts_.tempo_bpm)},
                   {panel.box.x + panel.box.width, panel.y(*facts_.tempo_bpm)},
                   {beat_colour, 1.2, true});
    const auto stride = 1 + points.size() / columns_max;
    std::vector<svg_point> line;
    for (std::size_t i = 0; i < points.size(); i += stride)
      line.push_back({panel.x(points[i].time_s), panel.y(points[i].bpm)});
    canvas_.polyline(line, {body_colour, 1.8});
  }

  /// Some seconds from the middle, where the beats can be told apart.
  void detail() {
    const double length = facts_.curves.duration_s;
    if (length <= 1.5 * detail_s)
      return;
    top_ += 16.0;
    const double from = std::floor(length / 2.0 - detail_s / 2.0);
    auto panel = next(96.0, from, from + detail_s);
    draw_ground(canvas_, panel);
    draw_heading(
      canvas_, panel,
      fmt::format("From close by: {:.0f} seconds from the middle", detail_s),
      facts_.beats_s.empty() ? "" : "beats in orange");
    draw_wave(panel);
    std::vector<double> xs;
    for (const double beat : facts_.beats_s)
      if (beat >= panel.from_s && beat <= panel.to_s)
        xs.push_back(panel.x(beat));
    canvas_.verticals(xs, panel.box.y, panel.bottom(), {beat_colour, 1.4});
    draw_times(canvas_, panel);
    top_ += 16.0;
  }

  // -- parts ------------------------------------------------------------------

  figure_panel next(double height, double from_s, double to_s) {
    figure_panel panel;
    panel.box = {left, top_ + gap - 8.0, panel_width, height};
    panel.from_s = from_s;
    panel.to_s = std::max(to_s, from_s + 1e-3);
    panel.low = -1.0;
    top_ = panel.bottom();
    last_ = panel;
    return panel;
  }

  /// Peaks and the body (root mean square) of the envelope in the panel.
  void draw_wave(const figure_panel& panel) {
    const auto& envelope = facts_.curves.envelope;
    const double step_s = facts_.curves.envelope_step_s;
    const auto first = index_at(panel.from_s, step_s, envelope.size());
    const auto last = index_at(panel.to_s, step_s, envelope.size());
    const auto columns = std::min(columns_max, last - first);
    std::vector<svg_point> upper;
    std::vector<svg_point> lower;
    std::vector<svg_point> body;
    std::vector<svg_point> body_below;
    for (std::size_t i = 0; i < columns; ++i) {
      const auto from = first + i * (last - first) / columns;
      const auto to = first + (i + 1) * (last - first) / columns;
      audio::envelope_point all;
      for (auto at = from; at < to; ++at) {
        all.low = std::min(all.low, envelope[at].low);
        all.high = std::max(all.high, envelope[at].high);
        all.mean_square +=
          envelope[at].mean_square / static_cast<float>(to - from);
      }
      const double x = panel.x(step_s * static_cast<double>(from + to) / 2.0);
      const auto level = std::sqrt(static_cast<double>(all.mean_square));
      upper.push_back({x, panel.y(static_cast<double>(all.high))});
      lower.push_back({x, panel.y(static_cast<double>(all.low))});
      body.push_back({x, panel.y(level)});
      body_below.push_back({x, panel.y(-level)});
    }
    upper.insert(upper.end(), lower.rbegin(), lower.rend());
    body.insert(body.end(), body_below.rbegin(), body_below.rend());
    canvas_.area(upper, wave_colour);
    canvas_.area(body, body_colour);
  }

  static std::size_t index_at(double time_s, double step_s, std::size_t size) {
    return std::min(size, static_cast<std::size_t>(
                            std::max(0.0, std::ceil(time_s / step_s))));
  }

  /// Value i of a curve ends at `first_s + i * 0.1`; columns show the largest.
  static std::vector<svg_point> curve(const figure_panel& panel,
                                      const std::vector<double>& values,
                                      double first_s) {
    const auto columns = std::min(columns_max, values.size());
    std::vector<svg_point> points;
    for (std::size_t i = 0; i < columns; ++i) {
      const auto from = i * values.size() / columns;
      const auto to = (i + 1) * values.size() / columns;
      double most = values[from];
      for (auto at = from; at < to; ++at)
        most = std::max(most, values[at]);
      const auto middle = static_cast<double>(from + to - 1) / 2.0;
      points.push_back({panel.x(first_s + 0.1 * middle), panel.y(most)});
    }
    return points;
  }

  /// The mean column of a part of the chroma.
  [[nodiscard]] std::array<double, 12> mean_chroma(std::size_t from,
                                                   std::size_t to) const {
    std::array<double, 12> mean{};
    for (auto at = from; at < to; ++at)
      for (std::size_t c = 0; c < 12; ++c)
        mean[c] += static_cast<double>(facts_.curves.chroma[at][c])
                   / static_cast<double>(to - from);
    return mean;
  }

  /// Seven shades; runs of one shade are one box.
  void draw_chroma(const figure_panel& panel, double row_height) {
    constexpr std::array<const char*, 7> shades{"#eaf1f7", "#d3e2ef", "#aecae0",
                                                "#7faecd", "#4c8ab5", "#2a6593",
                                                "#123f63"};
    const auto size = facts_.curves.chroma.size();
    const auto columns = std::min(chroma_columns_max, size);
    std::array<std::vector<svg_box>, shades.size()> boxes;
    std::array<std::size_t, 12> run_from{};
    std::array<int, 12> run_shade{};
    run_shade.fill(-1);
    const double width = panel.box.width / static_cast<double>(columns);
    for (std::size_t i = 0; i <= columns; ++i) {
      std::array<double, 12> mean{};
      if (i < columns)
        mean = mean_chroma(i * size / columns, (i + 1) * size / columns);
      for (std::size_t c = 0; c < 12; ++c) {
        // The square spreads the upper half, where the music is.
        const int shade =
          i < columns ? static_cast<int>(7.99 * mean[c] * mean[c]) - 1 : -2;
        if (shade == run_shade[c])
          continue;
        if (run_shade[c] >= 0)
          boxes.at(static_cast<std::size_t>(run_shade[c]))
            .push_back(
              {panel.box.x + width * static_cast<double>(run_from[c]),
               panel.bottom() - row_height * static_cast<double>(c + 1),
               width * static_cast<double>(i - run_from[c]), row_height});
        run_from[c] = i;
        run_shade[c] = shade;
      }
    }
    for (std::size_t i = 0; i < shades.size(); ++i)
      canvas_.boxes(boxes.at(i), shades.at(i));
  }

  /// All beats, or so many that they can be told apart at half a unit.
  [[nodiscard]] std::vector<double> shown_beats() const {
    const auto stride = 1 + facts_.beats_s.size() / columns_max;
    std::vector<double> shown;
    for (std::size_t i = 0; i < facts_.beats_s.size(); i += stride)
      shown.push_back(facts_.beats_s[i]);
    return shown;
  }

  // -- members ----------------------------------------------------------------

  const track_facts& facts_;
  svg_canvas canvas_;
  /// Where the next panel may begin.
  double top_ = 0.0;
  std::optional<figure_panel> last_;
};

} // namespace

std::string track_figure(const track_facts& facts) {
  return figure_painter{facts}.paint();
}

} // namespace troupe
