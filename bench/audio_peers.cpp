// Troupe's whole record beside what others ask for a part of it.
//
//   audio_peers FILE...
//
// For each file, one after the other in one run: decoding alone, decoding and
// the whole record, and, where they are installed, `aubio tempo`, `fpcalc` and
// `ffmpeg -af ebur128=peak=true` (Debian: aubio-tools, libchromaprint-tools,
// ffmpeg). Prints CPU seconds (user and system, children included, the best
// of three) and real-time multiples. Troupe runs in a process of its own each
// time, as the others do.

#include "domain/audio/analysis.hpp"
#include "io/fftw_fourier.hpp"
#include "io/sndfile_audio_decoder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace troupe {
namespace {

constexpr int rounds = 3;
/// Exit status of what could not be run. Others count: fpcalc complains about
/// the end of many files, its fingerprint printed.
constexpr int not_run = 127;

/// Runs `work` in a child and gives the CPU seconds it took, or nothing when
/// it could not be run.
std::optional<double> cpu_of(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0)
    ::_exit(work());
  int status = 0;
  rusage usage{};
  if (child < 0 || ::wait4(child, &status, 0, &usage) != child
      || !WIFEXITED(status) || WEXITSTATUS(status) == not_run)
    return std::nullopt;
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec)
           + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::optional<double> best_of(const std::function<int()>& work) {
  std::optional<double> best;
  for (int round = 0; round < rounds; ++round)
    if (const auto cpu_s = cpu_of(work); cpu_s && (!best || *cpu_s < *best))
      best = cpu_s;
  return best;
}

/// Becomes another program, its output thrown away.
int become(std::vector<std::string> words) {
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int descriptor : {0, 1, 2})
    ::dup2(nowhere, descriptor);
  std::vector<char*> arguments;
  for (auto& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execvp(arguments.front(), arguments.data());
  return not_run;
}

/// @returns seconds of the programme; 0 when it cannot be decoded
double decode(const std::string& path, bool analyse) {
  const auto decoders = io::open_sndfile_audio_decoder();
  const auto transforms = io::open_fftw_fourier();
  auto opened = decoders->open(path);
  if (!opened)
    return 0.0;
  auto decoder = std::move(*opened);
  std::optional<audio::analysis> analysis;
  if (analyse)
    analysis.emplace(*transforms, decoder->format());
  std::size_t frames = 0;
  for (auto block = decoder->next(); block && !block->samples.empty();
       block = decoder->next()) {
    frames += block->frames();
    if (analyse)
      analysis->push(*block);
  }
  if (analyse && analysis->finish().duration_s <= 0.0)
    return 0.0;
  return static_cast<double>(frames) / decoder->format().sample_rate_hz;
}

void compare(const std::string& path) {
  const double programme_s = decode(path, false);
  fmt::print("{} ({:.0f} s)\n", path, programme_s);
  const auto row = [&](const char* name, const std::function<int()>& work) {
    const auto cpu_s = best_of(work);
    if (cpu_s)
      fmt::print("  {:<26} {:7.3f} s {:7.0f} x\n", name, *cpu_s,
                 programme_s / *cpu_s);
    else
      fmt::print("  {:<26} could not be run\n", name);
    return cpu_s;
  };
  const auto decoding = row(
    "decoding alone", [&] { return decode(path, false) > 0.0 ? 0 : not_run; });
  const auto ours = row("troupe, decoding + record",
                        [&] { return decode(path, true) > 0.0 ? 0 : not_run; });
  std::vector<double> others;
  for (const auto& cpu_s :
       {row("aubio tempo",
            [&] {
              return become({"aubio", "tempo", path});
            }),
        row("fpcalc",
            [&] {
              return become({"fpcalc", "-length", "0", path});
            }),
        row("ffmpeg ebur128=peak=true", [&] {
          return become({"ffmpeg", "-nostdin", "-hide_banner", "-i", path,
                         "-map", "0:a", "-af", "ebur128=peak=true", "-f",
                         "null", "-"});
        })})
    if (cpu_s)
      others.push_back(*cpu_s);
  std::sort(others.begin(), others.end());
  if (decoding && ours)
    fmt::print("  record over decoding: {:.2f}\n", *ours / *decoding);
  if (ours && others.size() >= 2)
    fmt::print("  record over the two cheapest others together: {:.2f}\n",
               *ours / (others[0] + others[1]));
  std::fflush(stdout);
}

} // namespace
} // namespace troupe

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: audio_peers FILE...\n");
    return 2;
  }
  for (int i = 1; i < argc; ++i)
    troupe::compare(argv[i]);
  return 0;
}
