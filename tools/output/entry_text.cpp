#include "tools/output/entry_text.hpp"

#include "tools/output/entry_json.hpp"
#include "tools/terminal/shown_text.hpp"
#include "tools/terminal/table.hpp"
#include "tools/terminal/units.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <optional>

namespace troupe {

namespace {

json blocks_of(const entry_row& entry) {
  auto blocks = json::parse(entry.document, nullptr, false);
  return blocks.is_object() ? blocks : json::object();
}

std::optional<double> figure(const json& blocks, const char* block,
                             const char* key) {
  const auto found = blocks.find(block);
  if (found == blocks.end() || !found->is_object())
    return std::nullopt;
  const auto value = found->find(key);
  if (value == found->end() || !value->is_number())
    return std::nullopt;
  return value->get<double>();
}

std::string word(const json& blocks, const char* block, const char* key) {
  const auto found = blocks.find(block);
  if (found == blocks.end() || !found->is_object())
    return {};
  const auto value = found->find(key);
  if (value == found->end() || !value->is_string())
    return {};
  return value->get<std::string>();
}

tone tone_of(entry_state state) {
  switch (state) {
  case entry_state::done:
    return tone::plain;
  case entry_state::failed:
  case entry_state::quarantined:
    return tone::bad;
  default:
    return tone::faint;
  }
}

/// Collects "name value" lines; empty values leave no line.
class block_writer {
public:
  explicit block_writer(bool colour) : colour_(colour) {}

  void line(std::string_view name, std::string_view value) {
    if (!value.empty())
      text_ += fmt::format(
        "{} {}\n", toned(fmt::format("{:<12}", name), tone::faint, colour_),
        shown_text(value));
  }

  void line(std::string_view name, std::optional<double> value,
            std::string_view unit) {
    if (value)
      line(name, fmt::format("{:.1f} {}", *value, unit));
  }

  [[nodiscard]] std::string text() && {
    return std::move(text_);
  }

private:
  bool colour_;
  std::string text_;
};

/// "128.0 BPM, steady (or 64.0, 85.3)"
std::string tempo_line(const json& blocks) {
  const auto tempo = figure(blocks, "rhythm", "tempo_bpm");
  if (!tempo)
    return {};
  auto line = fmt::format("{:.1f} BPM", *tempo);
  const auto& rhythm = blocks.at("rhythm");
  if (const auto steady = rhythm.find("is_constant"); steady != rhythm.end())
    line += *steady == true ? ", steady" : ", varies";
  const auto others = rhythm.find("tempo_alternatives_bpm");
  if (others == rhythm.end() || !others->is_array())
    return line;
  std::string list;
  for (const auto& other : *others)
    if (other.is_number())
      list +=
        fmt::format("{}{:.1f}", list.empty() ? "" : ", ", other.get<double>());
  return list.empty() ? line : fmt::format("{} (or {})", line, list);
}

/// "F# minor, 11A" and the tuning where it is not the usual one.
std::string key_line(const json& blocks) {
  const auto tonic = word(blocks, "tonal", "key");
  if (tonic.empty())
    return {};
  auto line = fmt::format("{} {}, {}", tonic, word(blocks, "tonal", "mode"),
                          word(blocks, "tonal", "camelot"));
  const auto tuning = figure(blocks, "tonal", "tuning_hz").value_or(440.0);
  // 5 cents, about what a trained ear hears: 440 * 2^(5/1200) = 441.3.
  if (std::abs(tuning - 440.0) > 1.3)
    line += fmt::format(", A = {:.1f} Hz", tuning);
  return line;
}

void write_audio(block_writer& out, const json& blocks) {
  if (const auto length = figure(blocks, "audio", "duration_s"))
    out.line("audio",
             fmt::format("{}, {:.0f} Hz, {:.0f} channels, {}",
                         format_duration(*length),
                         figure(blocks, "audio", "sample_rate_hz").value_or(0),
                         figure(blocks, "audio", "channels").value_or(0),
                         word(blocks, "audio", "codec")));
  for (const auto* tag : {"title", "artist", "album", "genre"})
    out.line(tag, word(blocks, "tags", tag));
  out.line("tempo", tempo_line(blocks));
  out.line("music key", key_line(blocks));
  out.line("loudness", figure(blocks, "loudness", "integrated_lufs"), "LUFS");
  out.line("range", figure(blocks, "loudness", "range_lu"), "LU");
  out.line("true peak", figure(blocks, "loudness", "true_peak_dbtp"), "dBTP");
  out.line("replaygain", figure(blocks, "loudness", "replaygain_track_db"),
           "dB");
  out.line("centroid", figure(blocks, "timbre", "centroid_hz"), "Hz");
  out.line("rolloff", figure(blocks, "timbre", "rolloff_hz"), "Hz");
  const auto lead = figure(blocks, "structure", "leading_silence_s");
  const auto trail = figure(blocks, "structure", "trailing_silence_s");
  if (lead && trail)
    out.line("silence",
             fmt::format("{:.2f} s before, {:.2f} s after", *lead, *trail));
}

/// "1920x1080"; empty for what is no picture.
std::string picture_size(const json& blocks) {
  const auto width = figure(blocks, "image", "width");
  const auto height = figure(blocks, "image", "height");
  return width && height ? fmt::format("{:.0f}x{:.0f}", *width, *height) : "";
}

void write_notes(block_writer& out, const json& blocks, const char* block) {
  const auto found = blocks.find(block);
  if (found == blocks.end() || !found->is_object() || !found->contains("notes"))
    return;
  for (const auto& note : found->at("notes"))
    if (note.is_string())
      out.line("note", note.get<std::string>());
}

void write_image(block_writer& out, const json& blocks) {
  const auto size = picture_size(blocks);
  if (size.empty())
    return;
  const auto turned = figure(blocks, "image", "orientation").value_or(1.0);
  out.line("image",
           fmt::format("{} {}{}", size, word(blocks, "image", "format"),
                       turned != 1.0
                         ? fmt::format(", EXIF orientation {:.0f}", turned)
                         : ""));
  out.line("pdq", word(blocks, "image", "pdq"));
  out.line("phash", word(blocks, "image", "phash"));
  write_notes(out, blocks, "image");
}

std::string words_text(double count) {
  return fmt::format("{:.0f} word{}", count, count == 1.0 ? "" : "s");
}

void write_words(block_writer& out, const json& blocks) {
  if (const auto words = figure(blocks, "text", "words"))
    out.line("text", words_text(*words));
  out.line("begins", word(blocks, "text", "excerpt"));
  write_notes(out, blocks, "text");
}

/// What the column LENGTH shows.
std::string length_of(const json& blocks) {
  if (const auto seconds = figure(blocks, "audio", "duration_s"))
    return format_duration(*seconds);
  if (const auto words = figure(blocks, "text", "words"))
    return words_text(*words);
  return picture_size(blocks);
}

} // namespace

std::string entry_name(const entry_row& entry) {
  if (!entry.title.empty())
    return entry.title;
  const auto blocks = blocks_of(entry);
  const auto title = word(blocks, "tags", "title");
  const auto artist = word(blocks, "tags", "artist");
  if (!title.empty())
    return artist.empty() ? title : fmt::format("{} - {}", artist, title);
  if (!entry.path.empty())
    return std::filesystem::path{entry.path}.filename().string();
  return entry.key.empty() ? entry.ulid : entry.key;
}

std::string entry_block(const entry_row& entry, const terminal_traits& traits) {
  block_writer out{traits.colour};
  out.line("id", entry.ulid);
  out.line("kind", to_string(entry.kind));
  out.line("path", entry.path);
  out.line("key", entry.key);
  out.line("title", entry.title);
  out.line("state", to_string(entry.state));
  out.line("why", entry.message);
  if (!entry.path.empty())
    out.line("size", format_bytes(entry.stamp.bytes));
  out.line("sha-256", to_hex(entry.hash));
  const auto blocks = blocks_of(entry);
  if (entry.dim > 0)
    out.line("embedding",
             fmt::format("{}, {} numbers", entry.space, entry.dim));
  else if (const auto dim = figure(blocks, "embedding", "dim"))
    out.line("embedding",
             fmt::format("{}, {:.0f} numbers",
                         word(blocks, "embedding", "space"), *dim));
  write_audio(out, blocks);
  write_image(out, blocks);
  write_words(out, blocks);
  return std::move(out).text();
}

std::string entry_table(const std::vector<entry_row>& entries,
                        const terminal_traits& traits) {
  table rows{{{"STATE"},
              {"KIND"},
              {"LENGTH", true},
              {"BPM", true},
              {"KEY"},
              {"LUFS", true},
              {"ID"},
              {"NAME", false, true}}};
  for (const auto& entry : entries) {
    const auto blocks = blocks_of(entry);
    const auto lufs = figure(blocks, "loudness", "integrated_lufs");
    const auto tempo = figure(blocks, "rhythm", "tempo_bpm");
    rows.add(
      {std::string{to_string(entry.state)}, std::string{to_string(entry.kind)},
       length_of(blocks), tempo ? fmt::format("{:.1f}", *tempo) : "",
       word(blocks, "tonal", "camelot"),
       lufs ? fmt::format("{:.1f}", *lufs) : "", entry.ulid, entry_name(entry)},
      tone_of(entry.state));
  }
  return rows.text(traits);
}

} // namespace troupe
