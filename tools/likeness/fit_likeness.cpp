// Measures what the constants of the audio embedding are fitted to, and shows
// what they are worth.
//
//   fit_likeness measure [--seed S] [--tracks N] [FILE...] > likeness.txt
//     renders N tracks of each style, or decodes files, and prints one line
//     for each whole, first half and second half: name, part, 256 numbers
//   fit_likeness measure --codecs [--seed S] [--tracks N] --length 15
//     prints the tracks as WAV, MP3, Ogg and Opus instead
//   fit_likeness halves < likeness.txt
//     prints how often the halves of a track are nearest to each other

#include "domain/audio/analysis.hpp"
#include "domain/audio/likeness/embedding.hpp"
#include "io/fftw_fourier.hpp"
#include "io/sndfile_audio_decoder.hpp"
#include "tools/likeness/nearest_halves.hpp"
#include "tools/likeness/track_player.hpp"
#include "tools/sample/sound_file.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace troupe {

namespace {

struct measure_options {
  std::uint64_t seed = 1;
  int tracks = 10;
  double length_s = 48.0;
  /// Print the tracks as they come out of each format instead.
  bool codecs = false;
  std::vector<std::string> files;
};

/// One line of `measure`.
struct measured {
  std::string name;
  std::string part;
  audio::raw_likeness numbers{};
};

// -- measure ------------------------------------------------------------------

void print(const std::string& name, const std::string& part,
           std::span<const float> samples, const audio::pcm_format& format) {
  static const auto transforms = io::open_fftw_fourier();
  audio::analysis meter{*transforms, format};
  meter.push({samples, format.channels});
  [[maybe_unused]] const auto record = meter.finish();
  const auto found = meter.likeness();
  if (!found)
    return;
  fmt::print("{} {}", name, part);
  for (const double number : *found)
    fmt::print(" {:.9g}", number);
  fmt::print("\n");
}

void print_parts(const std::string& name, const std::vector<float>& samples,
                 const audio::pcm_format& format) {
  const auto channels = static_cast<std::size_t>(format.channels);
  const std::span<const float> all{samples};
  const auto half = all.size() / channels / 2 * channels;
  print(name, "whole", all, format);
  print(name, "first", all.first(half), format);
  print(name, "second", all.subspan(half), format);
}

std::vector<float> read_samples(audio_decoder& decoder) {
  std::vector<float> samples;
  for (auto block = decoder.next(); block && !block->samples.empty();
       block = decoder.next())
    samples.insert(samples.end(), block->samples.begin(), block->samples.end());
  return samples;
}

/// Prints a track as it comes out of each format: the part is its extension.
void print_codecs(const std::string& name, const sample::sound& track) {
  using sample::sound_format;
  static const auto decoders = io::open_sndfile_audio_decoder();
  const auto path =
    (std::filesystem::temp_directory_path() / "troupe_fit_likeness").string();
  for (const auto format : {sound_format::wav, sound_format::mp3,
                            sound_format::ogg, sound_format::opus}) {
    const auto bytes = sample::encode_sound(track, format, {});
    if (!bytes)
      continue;
    std::ofstream{path, std::ios::binary} << bytes.value();
    auto decoder = decoders->open(path);
    if (decoder)
      print(name, std::string{sample::extension(format)},
            read_samples(*decoder.value()), decoder.value()->format());
  }
  std::filesystem::remove(path);
}

int measure_files(const std::vector<std::string>& files) {
  const auto decoders = io::open_sndfile_audio_decoder();
  for (const auto& file : files) {
    auto decoder = decoders->open(file);
    if (!decoder) {
      fmt::print(stderr, "{}\n", decoder.failure().detail);
      return 1;
    }
    const auto samples = read_samples(*decoder.value());
    std::string name = file.substr(file.rfind('/') + 1);
    for (auto& c : name)
      c = c == ' ' ? '_' : c;
    print_parts(name, samples, decoder.value()->format());
  }
  return 0;
}

int measure(const measure_options& options) {
  if (!options.files.empty())
    return measure_files(options.files);
  for (int track = 0; track < options.tracks; ++track)
    for (std::size_t style = 0; style < sample::styles_count; ++style) {
      const auto seed = options.seed + static_cast<std::uint64_t>(track);
      const auto sound = sample::render_track(
        {style, seed, options.length_s, options.codecs ? 48'000 : 22'050});
      auto name = fmt::format("{}-{}", sample::style_at(style).name, seed);
      for (auto& c : name)
        c = c == ' ' ? '_' : c;
      if (options.codecs) {
        print_codecs(name, sound);
        continue;
      }
      print_parts(name, sound.samples,
                  {sound.sample_rate_hz, sound.channels, 0, "rendered"});
    }
  return 0;
}

// -- halves -------------------------------------------------------------------

std::vector<measured> read_lines() {
  std::vector<measured> out;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words{line};
    measured one;
    words >> one.name >> one.part;
    for (auto& number : one.numbers)
      words >> number;
    if (words)
      out.push_back(std::move(one));
  }
  return out;
}

int halves() {
  nearest_halves found;
  std::map<std::string, std::vector<float>> firsts;
  for (const auto& line : read_lines()) {
    if (line.part == "first")
      firsts[line.name] = audio::embed(line.numbers);
    if (line.part == "second" && firsts.contains(line.name))
      found.add(line.name, firsts[line.name], audio::embed(line.numbers));
  }
  const auto report = found.count();
  fmt::print("halves {} of {} ({:.1f} %), mean cosine {:.3f}\n", report.nearest,
             report.halves, 100.0 * report.share(), report.mean_cosine);
  for (const auto& miss : report.misses)
    fmt::print("  {} is nearest to {}\n", miss.half, miss.nearest);
  return 0;
}

} // namespace

} // namespace troupe

int main(int argc, char** argv) {
  CLI::App app{"Measures what the audio embedding is made of"};
  app.require_subcommand(1);
  troupe::measure_options options;
  auto* measuring = app.add_subcommand("measure", "Prints raw likenesses");
  measuring->add_option("--seed", options.seed, "Seed of the first track");
  measuring->add_option("--tracks", options.tracks, "Tracks of each style");
  measuring->add_option("--length", options.length_s, "Seconds of each");
  measuring->add_flag("--codecs", options.codecs,
                      "Each track as WAV, MP3, Ogg and Opus");
  measuring->add_option("FILE", options.files, "Sound files instead");
  app.add_subcommand("halves", "Counts nearest halves");
  CLI11_PARSE(app, argc, argv);
  return measuring->parsed() ? troupe::measure(options) : troupe::halves();
}
