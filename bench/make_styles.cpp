// Renders the development set of audio_accuracy.
//
//   make_styles FOLDER [PIECES_A_STYLE] [SECONDS] [SEED]
//
// Writes a WAV (mono, about 22,050 Hz) and a list of beats for every piece of
// every style, and FOLDER/list.tsv for audio_accuracy. Every third piece is
// tuned off A = 440 Hz, by playing it a little too fast or slow.

#include "bench/styled_score.hpp"
#include "tools/sample/sound_file.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace troupe {
namespace {

namespace fs = std::filesystem;

constexpr int rate_hz = 22050;

/// Played at this rate a piece is 30 cents flat, in tune, or 30 sharp.
int played_rate_hz(int number) {
  const double cents = number % 3 == 2 ? (number % 2 == 0 ? 30.0 : -30.0) : 0.0;
  return static_cast<int>(rate_hz * std::exp2(cents / 1200.0) + 0.5);
}

/// @returns the line of the list, or nothing when it cannot be written
std::string make_piece(const fs::path& folder, const style& how, int number,
                       double length_s, std::uint64_t seed) {
  const auto piece = compose_styled(how, length_s, seed);
  sample::rendering rendering;
  rendering.length_s = length_s;
  rendering.echo_s = 45.0 / piece.bpm;
  rendering.sample_rate_hz = rate_hz;
  rendering.channels = 1;
  rendering.seed = seed;
  auto sound = sample::synthesize(piece.notes, rendering);
  sound.sample_rate_hz = played_rate_hz(number);
  const double speed = static_cast<double>(sound.sample_rate_hz) / rate_hz;
  const auto bytes = sample::encode_sound(sound, sample::sound_format::wav, {});
  if (!bytes)
    return {};
  const auto name = fmt::format("{}_{}", how.name, number);
  std::ofstream{folder / (name + ".wav"), std::ios::binary} << *bytes;
  std::ofstream beats{folder / (name + ".beats")};
  for (const double beat_s : piece.beats_s)
    beats << fmt::format("{:.4f}\n", beat_s / speed);
  return fmt::format("{0}.wav\t{1:.3f}\t{2}\t\t\t{0}.beats\n", name,
                     piece.bpm * speed, key_name(piece.key));
}

int run(const fs::path& folder, int pieces, double length_s,
        std::uint64_t seed) {
  fs::create_directories(folder);
  std::ofstream list{folder / "list.tsv"};
  for (const auto& how : styles())
    for (int number = 0; number < pieces; ++number) {
      const auto line = make_piece(folder, how, number, length_s, ++seed);
      if (line.empty()) {
        fmt::print(stderr, "make_styles: cannot write {}\n", how.name);
        return 1;
      }
      list << line;
    }
  return 0;
}

} // namespace
} // namespace troupe

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr,
               "usage: make_styles FOLDER [PIECES_A_STYLE] [SECONDS] [SEED]\n");
    return 2;
  }
  const auto argument = [&](int index, double otherwise) {
    return argc > index ? std::strtod(argv[index], nullptr) : otherwise;
  };
  return troupe::run(argv[1], static_cast<int>(argument(2, 3.0)),
                     argument(3, 45.0),
                     static_cast<std::uint64_t>(argument(4, 1000.0)));
}
