// What the audio embedding and the fingerprint are worth, and what they cost.
//
// Workloads: 200 rendered tracks in 20 styles (seeds 1 to 10, 48 s), none of
// which a constant was fitted to; the same tracks' first 15 s through FLAC,
// MP3, Ogg and Opus; a track of two minutes as FLAC and MP3 for the cost, in
// CPU time. Files named as arguments are halved as well when over 30 s long.

#include "domain/audio/analysis.hpp"
#include "io/chromaprint_audio_fingerprint.hpp"
#include "io/fftw_fourier.hpp"
#include "io/sndfile_audio_decoder.hpp"
#include "tools/likeness/nearest_halves.hpp"
#include "tools/likeness/track_player.hpp"
#include "tools/sample/sound_file.hpp"

#include <fmt/format.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace troupe {
namespace {

using sample::sound_format;

double cpu_s() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

std::vector<float> embedding_of(std::span<const float> samples,
                                const audio::pcm_format& format) {
  static const auto transforms = io::open_fftw_fourier();
  audio::analysis meter{*transforms, format};
  meter.push({samples, format.channels});
  return meter.finish().embedding;
}

void add_halves(nearest_halves& to, const std::string& name,
                std::span<const float> all, const audio::pcm_format& format) {
  const auto channels = static_cast<std::size_t>(format.channels);
  const auto half = all.size() / channels / 2 * channels;
  to.add(name, embedding_of(all.first(half), format),
         embedding_of(all.subspan(half), format));
}

void print_halves(const std::string& title, const nearest_halves& found) {
  const auto report = found.count();
  fmt::print("{}: {} of {} halves nearest to their other half ({:.1f} %), mean "
             "cosine {:.3f}\n",
             title, report.nearest, report.halves, 100.0 * report.share(),
             report.mean_cosine);
  for (const auto& miss : report.misses)
    fmt::print("    {} -> {}\n", miss.half, miss.nearest);
}

// -- files --------------------------------------------------------------------

struct file_sound {
  audio::pcm_format format;
  std::vector<float> samples;
};

file_sound read_file(const std::string& path) {
  static const auto decoders = io::open_sndfile_audio_decoder();
  file_sound out;
  auto decoder = decoders->open(path);
  if (!decoder) {
    fmt::print("{}\n", decoder.failure().detail);
    return out;
  }
  out.format = decoder.value()->format();
  for (auto block = decoder.value()->next(); block && !block->samples.empty();
       block = decoder.value()->next())
    out.samples.insert(out.samples.end(), block->samples.begin(),
                       block->samples.end());
  return out;
}

std::string write_file(const sample::sound& track, sound_format format) {
  const auto path =
    (std::filesystem::temp_directory_path()
     / fmt::format("troupe_likeness_bench.{}", sample::extension(format)))
      .string();
  const auto bytes = sample::encode_sound(track, format, {});
  if (!bytes)
    fmt::print("{}\n", bytes.failure().detail);
  else
    std::ofstream{path, std::ios::binary} << bytes.value();
  return path;
}

// -- the figures --------------------------------------------------------------

void rendered_halves() {
  nearest_halves found;
  for (std::uint64_t seed = 1; seed <= 10; ++seed)
    for (std::size_t style = 0; style < sample::styles_count; ++style) {
      const auto track = sample::render_track({style, seed, 48.0, 22'050});
      add_halves(found,
                 fmt::format("{} {}", sample::style_at(style).name, seed),
                 track.samples, {22'050, 2, 0, "rendered"});
    }
  print_halves("rendered tracks", found);
}

void file_halves(std::span<char*> files) {
  nearest_halves found;
  std::size_t taken = 0;
  for (const char* path : files) {
    const auto sound = read_file(path);
    const double length_s =
      static_cast<double>(sound.samples.size())
      / std::max(1, sound.format.channels * sound.format.sample_rate_hz);
    if (length_s <= 30.0)
      continue;
    ++taken;
    add_halves(found, std::filesystem::path{path}.filename().string(),
               sound.samples, sound.format);
  }
  if (taken > 0)
    print_halves(fmt::format("{} real files over 30 s", taken), found);
}

void codecs() {
  for (const auto format : {sound_format::flac, sound_format::mp3,
                            sound_format::ogg, sound_format::opus}) {
    double least = 1.0;
    std::string_view worst;
    int equal = 0;
    for (std::size_t style = 0; style < sample::styles_count; ++style) {
      const auto track = sample::render_track({style, 31, 15.0, 48'000});
      const auto wav = read_file(write_file(track, sound_format::wav));
      const auto other = read_file(write_file(track, format));
      const auto one = embedding_of(wav.samples, wav.format);
      const auto two = embedding_of(other.samples, other.format);
      const double cosine =
        std::inner_product(one.begin(), one.end(), two.begin(), 0.0);
      equal += one == two ? 1 : 0;
      if (cosine < least) {
        least = cosine;
        worst = sample::style_at(style).name;
      }
    }
    fmt::print("{} against WAV, 20 styles: least cosine {:.4f} ({}), {} equal "
               "bit by bit\n",
               sample::extension(format), least, worst, equal);
  }
}

/// CPU seconds of one pass over a file.
double pass(const std::string& path, bool analyse, bool print) {
  static const auto decoders = io::open_sndfile_audio_decoder();
  static const auto transforms = io::open_fftw_fourier();
  static const auto prints = io::open_chromaprint_audio_fingerprint();
  const double start = cpu_s();
  auto decoder = decoders->open(path).value();
  std::optional<audio::analysis> analysis;
  std::unique_ptr<audio_fingerprint> fingerprint;
  if (analyse)
    analysis.emplace(*transforms, decoder->format());
  if (print)
    fingerprint = std::move(prints->begin(decoder->format()).value());
  for (auto block = decoder->next(); block && !block->samples.empty();
       block = decoder->next()) {
    if (analyse)
      analysis->push(*block);
    if (print && !fingerprint->push(*block))
      return 0.0;
  }
  if (analyse)
    static_cast<void>(analysis->finish());
  if (print && !fingerprint->finish())
    return 0.0;
  return cpu_s() - start;
}

double best_of_three(const std::string& path, bool analyse, bool print) {
  double best = 1e9;
  for (int i = 0; i < 3; ++i)
    best = std::min(best, pass(path, analyse, print));
  return best;
}

void cost() {
  constexpr double length_s = 120.0;
  const auto track = sample::render_track({4, 31, length_s, 44'100});
  for (const auto format : {sound_format::flac, sound_format::mp3}) {
    const auto path = write_file(track, format);
    const double decode = best_of_three(path, false, false);
    const double record = best_of_three(path, true, false);
    const double print = best_of_three(path, false, true) - decode;
    fmt::print("{}: decode {:.0f} x real time, whole record {:.0f} x; "
               "fingerprint of 120 s {:.3f} s = {:.2f} of decoding\n",
               sample::extension(format), length_s / decode, length_s / record,
               print, print / decode);
  }
}

} // namespace
} // namespace troupe

int main(int argc, char** argv) {
  troupe::cost();
  troupe::codecs();
  troupe::file_halves(
    std::span<char*>{argv, static_cast<std::size_t>(argc)}.subspan(1));
  troupe::rendered_halves();
  return 0;
}
