#include "tools/commands/music/plot.hpp"

#include "tools/figure/track_figure.hpp"
#include "tools/output/entry_figures.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/terminal/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace troupe {

namespace {

result<audio::track_curves> curves_of(const assembly& open,
                                      const std::string& path) {
  auto decoder = open.decoders().open(path);
  if (!decoder)
    return decoder.failure();
  audio::curve_meter meter{open.fourier(), decoder.value()->format()};
  for (;;) {
    const auto block = decoder.value()->next();
    if (!block)
      return block.failure();
    if (block->samples.empty())
      return meter.finish();
    meter.push(*block);
  }
}

std::optional<int> tonic_of(const std::string& key) {
  constexpr std::array<std::string_view, 12> names{
    "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"};
  const auto found = std::find(names.begin(), names.end(), key);
  if (found == names.end())
    return std::nullopt;
  return static_cast<int>(found - names.begin());
}

std::vector<double> beats_of(const entry_row& entry) {
  const auto blocks = json::parse(entry.document, nullptr, false);
  if (!blocks.is_object() || !blocks.contains("rhythm"))
    return {};
  return blocks["rhythm"].value("beats_s", std::vector<double>{});
}

std::string summary_of(const track_facts& facts, const entry_figures& figures) {
  auto text = format_duration(facts.curves.duration_s);
  if (facts.tempo_bpm)
    text += fmt::format("  ·  {:.1f} BPM", *facts.tempo_bpm);
  if (!facts.key.empty())
    text += "  ·  " + facts.key;
  if (facts.integrated_lufs)
    text += fmt::format("  ·  {:.1f} LUFS", *facts.integrated_lufs);
  if (!figures.album.empty())
    text += "  ·  " + figures.album;
  return text;
}

} // namespace

result<std::string> plot_of(const assembly& open, const entry_row& entry) {
  if (entry.kind != media_kind::audio)
    return error{errc::unsupported,
                 fmt::format("{}: only music is plotted", entry.path)};
  auto curves = curves_of(open, entry.path);
  if (!curves)
    return curves.failure();
  const auto figures = figures_of(entry);
  track_facts facts;
  facts.name = track_name(entry, figures);
  facts.curves = std::move(curves.value());
  facts.beats_s = beats_of(entry);
  facts.tempo_bpm = figures.tempo_bpm;
  facts.integrated_lufs = figures.integrated_lufs;
  facts.tonic = tonic_of(figures.key);
  if (!figures.key.empty())
    facts.key =
      fmt::format("{} {} ({})", figures.key, figures.mode, figures.camelot);
  facts.summary = summary_of(facts, figures);
  return track_figure(facts);
}

} // namespace troupe
