// Realtime multiples of decoding and of decoding with analysis, per core.
//
// Workloads: one seeded synthetic stereo programme of 60 s at 44.1 kHz (drums,
// chords, noise), as WAV, FLAC, MP3, OGG and Opus; or a real file named by
// TROUPE_BENCH_AUDIO. Time is CPU time of the benchmark's thread.
// Counters: realtime = programme seconds per CPU second; share (of the second
// benchmark of a format) = its time over that of decoding alone.

#include "domain/audio/analysis.hpp"
#include "io/fftw_fourier.hpp"
#include "io/sndfile_audio_decoder.hpp"

#include <benchmark/benchmark.h>
#include <sndfile.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

namespace troupe {
namespace {

constexpr int rate_hz = 44100;
constexpr int programme_s = 60;

/// Chords that change every two seconds, a decaying noise burst twice a
/// second, near full scale: no codec and no skip has it easy.
std::vector<float> programme() {
  std::vector<float> out;
  out.reserve(2ULL * rate_hz * programme_s);
  std::uint32_t seed = 1;
  const double roots[]{110.0, 146.83, 164.81, 98.0};
  for (int i = 0; i < rate_hz * programme_s; ++i) {
    const double t = static_cast<double>(i) / rate_hz;
    const double root = roots[i / (2 * rate_hz) % 4];
    double chord = 0.0;
    for (const double ratio : {1.0, 1.26, 1.4983, 2.0, 3.0, 4.0, 5.04})
      chord +=
        0.1 / ratio * std::sin(2.0 * std::numbers::pi * root * ratio * t);
    seed = seed * 1664525U + 1013904223U;
    const double noise =
      static_cast<double>(static_cast<std::int32_t>(seed)) / 2147483648.0;
    const double burst = noise * std::exp(-12.0 * std::fmod(t, 0.5)) * 0.6;
    out.push_back(static_cast<float>(chord + burst));
    out.push_back(static_cast<float>(chord * 0.8 - burst * 0.5));
  }
  return out;
}

std::string make_file(const std::string& name, int format) {
  if (const char* given = std::getenv("TROUPE_BENCH_AUDIO"))
    return given;
  const auto path =
    (std::filesystem::temp_directory_path() / ("troupe_bench_" + name))
      .string();
  SF_INFO info{};
  info.channels = 2;
  info.samplerate =
    format == (SF_FORMAT_OGG | SF_FORMAT_OPUS) ? 48000 : rate_hz;
  info.format = format;
  SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
  if (file == nullptr)
    return {};
  const auto samples = programme();
  constexpr std::size_t piece = 2 * 4096;
  for (std::size_t i = 0; i < samples.size(); i += piece) {
    const auto now = std::min(piece, samples.size() - i);
    sf_write_float(file, samples.data() + i, static_cast<sf_count_t>(now));
  }
  sf_close(file);
  return path;
}

double run_once(const audio_decoder_source& decoders,
                const fourier_source& transforms, const std::string& path,
                bool analyse) {
  auto opened = decoders.open(path);
  if (!opened)
    return 0.0;
  auto decoder = std::move(*opened);
  std::optional<audio::analysis> analysis;
  if (analyse)
    analysis.emplace(transforms, decoder->format());
  std::size_t frames = 0;
  for (auto block = decoder->next(); block && !block->samples.empty();
       block = decoder->next()) {
    frames += block->frames();
    if (analyse)
      analysis->push(*block);
  }
  if (analyse)
    benchmark::DoNotOptimize(analysis->finish());
  return static_cast<double>(frames) / decoder->format().sample_rate_hz;
}

/// CPU seconds per programme second of decoding alone, by format.
std::map<std::string, double>& decode_cost() {
  static std::map<std::string, double> cost;
  return cost;
}

void measure(benchmark::State& state, const std::string& name, int format,
             bool analyse) {
  const auto path = make_file(name, format);
  const auto decoders = io::open_sndfile_audio_decoder();
  const auto transforms = io::open_fftw_fourier();
  double seconds = 0.0;
  const auto start = std::clock();
  for (auto step : state) {
    static_cast<void>(step);
    seconds += run_once(*decoders, *transforms, path, analyse);
  }
  const double cpu_s =
    static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  if (seconds <= 0.0) {
    state.SkipWithError("nothing could be decoded");
    return;
  }
  state.counters["realtime"] = seconds / cpu_s;
  if (!analyse)
    decode_cost()[name] = cpu_s / seconds;
  else if (decode_cost().contains(name))
    state.counters["share"] = cpu_s / seconds / decode_cost()[name];
}

void register_all() {
  const std::vector<std::pair<std::string, int>> formats{
    {"wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16},
    {"flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
    {"mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III},
    {"ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS},
    {"opus", SF_FORMAT_OGG | SF_FORMAT_OPUS},
  };
  for (const auto& [name, format] : formats)
    for (const bool analyse : {false, true}) {
      const auto title =
        name + (analyse ? "/decode_and_analyse" : "/decode_only");
      benchmark::RegisterBenchmark(title.c_str(), measure, name, format,
                                   analyse)
        ->Unit(benchmark::kMillisecond);
    }
}

} // namespace
} // namespace troupe

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  troupe::register_all();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
