#include "tools/sample/catalogue.hpp"

#include "tools/sample/seeded_random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace troupe::sample {

namespace {

// -- the table ----------------------------------------------------------------

/// A row of the table below; the album decides the artist.
struct row {
  const char* title;
  const char* file;
  const char* album;
  double tempo_bpm;
  double length_s;
  int tonic;
  int sample_rate_hz;
  int channels;
  sample::mode mode;
  sample::groove groove;
  sound_format format;
};

constexpr auto major = mode::major;
constexpr auto minor = mode::minor;
constexpr auto dance = groove::four_on_the_floor;
constexpr auto beat = groove::backbeat;
constexpr auto slow = groove::half_time;
constexpr auto three = groove::waltz;
constexpr auto wav = sound_format::wav;
constexpr auto flac = sound_format::flac;
constexpr auto ogg = sound_format::ogg;
constexpr auto mp3 = sound_format::mp3;
constexpr auto opus = sound_format::opus;

// Tonics: 0 = C, 2 = D, 3 = D#, 4 = E, 5 = F, 6 = F#, 7 = G, 8 = G#, 9 = A,
// 10 = A#, 11 = B.
constexpr std::array<row, 12> rows = {{
  {"Night Tram", "night-tram", "Line Eight", 126, 30, 9, 44'100, 2, minor,
   dance, flac},
  {"Signal Box", "signal-box", "Line Eight", 132, 25, 4, 44'100, 2, minor,
   dance, mp3},
  {"Last Stop", "last-stop", "Line Eight", 120, 15, 7, 44'100, 2, major, dance,
   wav},
  {"Depot", "depot", "Line Eight", 140, 25, 2, 44'100, 2, minor, dance, ogg},
  {"Bright Window", "bright-window", "Open Kitchen", 104, 25, 0, 44'100, 2,
   major, beat, flac},
  {"Two Spoons", "two-spoons", "Open Kitchen", 96, 30, 5, 48'000, 2, major,
   beat, ogg},
  {"Copper Pan", "copper-pan", "Open Kitchen", 112, 25, 11, 44'100, 2, minor,
   beat, mp3},
  {"Flour", "flour", "Open Kitchen", 88, 15, 10, 22'050, 1, major, beat, wav},
  {"Harbour Fog", "harbour-fog", "Low Water", 72, 40, 6, 48'000, 2, minor, slow,
   opus},
  {"Tidal", "tidal", "Low Water", 80, 30, 3, 32'000, 2, major, slow, mp3},
  {"Lantern Waltz", "lantern-waltz", "Low Water", 150, 25, 2, 48'000, 2, major,
   three, flac},
  {"Gulls", "gulls", "Low Water", 168, 15, 8, 48'000, 2, minor, beat, wav},
}};

const char* artist_of(std::string_view album) {
  if (album == "Line Eight")
    return "The Conductors";
  return album == "Open Kitchen" ? "Salt and Crumb" : "Marlene Ebb";
}

catalogue_entry entry_of(const row& from, std::uint64_t seed) {
  catalogue_entry made;
  made.plan = {from.title,  artist_of(from.album),
               from.album,  from.tempo_bpm,
               from.tonic,  from.mode,
               from.groove, from.length_s,
               seed};
  made.file = fmt::format("music/{}.{}", from.file, extension(from.format));
  made.format = from.format;
  made.sample_rate_hz = from.sample_rate_hz;
  made.channels = from.channels;
  return made;
}

} // namespace

// -- the sample folder --------------------------------------------------------

const std::vector<catalogue_entry>& catalogue() {
  static const auto entries = [] {
    std::vector<catalogue_entry> made;
    made.reserve(rows.size());
    for (const auto& from : rows)
      made.push_back(entry_of(from, made.size() + 1));
    return made;
  }();
  return entries;
}

const std::vector<sample_text>& sample_texts() {
  static const std::vector<sample_text> texts = {
    {"notes/mixing.md",
     "# Mixing by key\n\n"
     "Two pieces in the same key blend without effort. A fifth up or down, or\n"
     "the relative minor, works nearly as well. Keep the tempo within six per\n"
     "cent, or the listener hears the change.\n"},
    {"notes/bread.txt",
     "Bread for two days: flour, water, salt and a spoon of starter. Fold it\n"
     "four times in the first two hours, leave it in the cold over night, "
     "bake\n"
     "it hot and let it cool before you cut it.\n"},
    {"notes/harbour.txt",
     "Fog in the harbour since five. The ferry sounds its horn once a minute,\n"
     "and the gulls sit on the quay as if they were waiting for the music.\n"},
  };
  return texts;
}

std::string about_text() {
  std::string text =
    "Sample media, synthesised by troupe_make_sample: nothing is recorded.\n"
    "Tempo and key below are what each piece was written in.\n\n";
  text += fmt::format("{:<26}{:>10}  {:<10}{:>8}\n", "file", "tempo", "key",
                      "length");
  for (const auto& entry : catalogue())
    text += fmt::format("{:<26}{:>6} BPM  {:<10}{:>6} s\n", entry.file,
                        entry.plan.tempo_bpm, key_name(entry.plan),
                        entry.plan.length_s);
  return text;
}

// -- short pieces -------------------------------------------------------------

catalogue_entry short_piece(int number, double length_s, std::uint64_t seed) {
  seeded_random random{seed * 1'000'003U + static_cast<std::uint64_t>(number)};
  catalogue_entry made;
  made.plan.title = fmt::format("Piece {}", number);
  made.plan.artist = "The Sequence";
  made.plan.album = fmt::format("Seed {}", seed);
  made.plan.tempo_bpm = 70 + random.below(100);
  made.plan.tonic = random.below(12);
  made.plan.mode = random.below(2) == 0 ? major : minor;
  made.plan.groove = random.below(2) == 0 ? dance : beat;
  made.plan.length_s = length_s;
  made.plan.seed = random.bits();
  made.format = number % 2 == 0 ? wav : flac;
  made.sample_rate_hz = 22'050;
  made.channels = 1;
  made.file = fmt::format("piece-{:05}.{}", number, extension(made.format));
  return made;
}

sound perform(const catalogue_entry& entry, double seconds_max) {
  auto plan = entry.plan;
  plan.length_s = std::min(plan.length_s, seconds_max);
  const auto notes = compose(plan);
  // A dotted eighth: the echo falls between the beats.
  const auto echo_s = 0.75 * 60.0 / plan.tempo_bpm;
  return synthesize(notes, {plan.length_s, echo_s, entry.sample_rate_hz,
                            entry.channels, plan.seed});
}

} // namespace troupe::sample
