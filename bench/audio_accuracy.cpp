// How right the analysis is about files whose truth is known.
//
//   audio_accuracy LIST.tsv [--each]
//
// LIST.tsv has a line per file: file, bpm, key, lufs, lra, beats file; cells
// may be empty, lines that begin with # are skipped, paths are relative to the
// list. A beats file holds a time in seconds at the start of each line.
// Prints Acc1 and Acc2 within 4 % and 1 %, octave errors apart, the weighted
// key score (MIREX), the F-measure of beats (70 ms) and the errors of
// loudness; with --each, a line per file as well.

#include "bench/accuracy_scores.hpp"
#include "domain/audio/analysis.hpp"
#include "io/fftw_fourier.hpp"
#include "io/sndfile_audio_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {
namespace {

namespace fs = std::filesystem;

struct listed_file {
  fs::path path;
  std::optional<double> bpm;
  std::optional<audio::musical_key> key;
  std::optional<double> lufs;
  std::optional<double> range_lu;
  std::vector<double> beats_s;
};

std::optional<double> number(const std::string& cell) {
  if (cell.empty())
    return std::nullopt;
  return std::strtod(cell.c_str(), nullptr);
}

std::vector<double> read_beats(const fs::path& path) {
  std::vector<double> out;
  std::ifstream file{path};
  for (std::string line; std::getline(file, line);)
    if (!line.empty() && line[0] != '#')
      out.push_back(std::strtod(line.c_str(), nullptr));
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<listed_file> read_list(const fs::path& list) {
  std::vector<listed_file> out;
  std::ifstream file{list};
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#')
      continue;
    std::istringstream cells{line};
    std::vector<std::string> cell;
    for (std::string one; std::getline(cells, one, '\t');)
      cell.push_back(one);
    cell.resize(6);
    listed_file entry{list.parent_path() / cell[0],
                      number(cell[1]),
                      parse_key(cell[2]),
                      number(cell[3]),
                      number(cell[4]),
                      {}};
    if (!cell[5].empty())
      entry.beats_s = read_beats(list.parent_path() / cell[5]);
    out.push_back(std::move(entry));
  }
  return out;
}

std::optional<audio::audio_record> analyse(const audio_decoder_source& decoders,
                                           const fourier_source& transforms,
                                           const fs::path& path) {
  auto opened = decoders.open(path.string());
  if (!opened)
    return std::nullopt;
  auto decoder = std::move(*opened);
  audio::analysis analysis{transforms, decoder->format()};
  for (auto block = decoder->next(); block && !block->samples.empty();
       block = decoder->next())
    analysis.push(*block);
  return analysis.finish();
}

/// A sum over the files that have the truth in question.
struct mean {
  double sum = 0.0;
  std::size_t count = 0;

  void add(double value) {
    sum += value;
    ++count;
  }

  void print(const char* name, double scale, const char* unit) const {
    if (count > 0)
      fmt::print("{:<28} {:8.3f} {:<2} of {} files\n", name,
                 scale * sum / static_cast<double>(count), unit, count);
  }
};

struct totals {
  mean acc1, acc1_within_1, acc2, acc2_within_1, octave;
  mean key_exact, key_weighted, beats, lufs_error, range_error;
  double lufs_error_max = 0.0;
  std::size_t unreadable = 0;
  double programme_s = 0.0;

  void add(const listed_file& truth, const audio::audio_record& record);
  void print() const;
};

void totals::add(const listed_file& truth, const audio::audio_record& record) {
  programme_s += record.duration_s;
  if (truth.bpm) {
    const auto verdict =
      judge_tempo(*truth.bpm, record.rhythm ? record.rhythm->tempo_bpm : 0.0);
    acc1.add(verdict.right ? 1.0 : 0.0);
    acc1_within_1.add(verdict.right_within_1 ? 1.0 : 0.0);
    acc2.add(verdict.any_octave ? 1.0 : 0.0);
    acc2_within_1.add(verdict.any_octave_within_1 ? 1.0 : 0.0);
    octave.add(verdict.any_octave && !verdict.right ? 1.0 : 0.0);
  }
  if (truth.key) {
    const double score =
      record.tonal ? key_score(*truth.key, record.tonal->best.key) : 0.0;
    key_weighted.add(score);
    key_exact.add(score == 1.0 ? 1.0 : 0.0);
  }
  if (!truth.beats_s.empty())
    beats.add(record.rhythm ? beat_score(truth.beats_s, record.rhythm->beats_s)
                            : 0.0);
  if (truth.lufs && record.loudness.integrated_lufs) {
    const double error =
      std::abs(*truth.lufs - *record.loudness.integrated_lufs);
    lufs_error.add(error);
    lufs_error_max = std::max(lufs_error_max, error);
  }
  if (truth.range_lu && record.loudness.range_lu)
    range_error.add(std::abs(*truth.range_lu - *record.loudness.range_lu));
}

void totals::print() const {
  acc1.print("tempo Acc1 within 4 %", 100.0, "%");
  acc1_within_1.print("tempo Acc1 within 1 %", 100.0, "%");
  acc2.print("tempo Acc2 within 4 %", 100.0, "%");
  acc2_within_1.print("tempo Acc2 within 1 %", 100.0, "%");
  octave.print("tempo wrong by octave only", 100.0, "%");
  key_exact.print("key exact", 100.0, "%");
  key_weighted.print("key weighted (MIREX)", 1.0, "");
  beats.print("beat F-measure (70 ms)", 1.0, "");
  lufs_error.print("loudness error, mean", 1.0, "LU");
  if (lufs_error.count > 0)
    fmt::print("{:<28} {:8.3f} LU\n", "loudness error, largest",
               lufs_error_max);
  range_error.print("loudness range error, mean", 1.0, "LU");
  if (unreadable > 0)
    fmt::print("{} files could not be read\n", unreadable);
}

void print_each(const listed_file& truth, const audio::audio_record& record) {
  const auto& rhythm = record.rhythm;
  const auto& tonal = record.tonal;
  std::string others;
  if (rhythm)
    for (const double bpm : rhythm->tempo_alternatives_bpm)
      others += fmt::format(" {:.2f}", bpm);
  fmt::print(
    "{:<34} bpm {:7.2f} got {:7.2f} conf {:.2f} alt{} steady {} | key {} got "
    "{} {:.2f} | beats {:.3f} | {:.2f} LUFS\n",
    truth.path.filename().string(), truth.bpm.value_or(0.0),
    rhythm ? rhythm->tempo_bpm : 0.0, rhythm ? rhythm->tempo_confidence : 0.0,
    others, rhythm && rhythm->is_constant,
    truth.key ? key_name(*truth.key) : "-",
    tonal ? key_name(tonal->best.key) : "-", tonal ? tonal->confidence : 0.0,
    rhythm && !truth.beats_s.empty()
      ? beat_score(truth.beats_s, rhythm->beats_s)
      : 0.0,
    record.loudness.integrated_lufs.value_or(0.0));
}

int run(const fs::path& list, bool each) {
  const auto decoders = io::open_sndfile_audio_decoder();
  const auto transforms = io::open_fftw_fourier();
  totals sums;
  const auto start = std::clock();
  const auto files = read_list(list);
  for (const auto& file : files) {
    const auto record = analyse(*decoders, *transforms, file.path);
    if (!record) {
      fmt::print(stderr, "audio_accuracy: cannot read {}\n",
                 file.path.string());
      ++sums.unreadable;
      continue;
    }
    sums.add(file, *record);
    if (each)
      print_each(file, *record);
  }
  sums.print();
  const double cpu_s =
    static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  fmt::print("{:.0f} s of audio in {:.2f} s of CPU, decoding included: {:.0f} "
             "x real time\n",
             sums.programme_s, cpu_s, sums.programme_s / cpu_s);
  return files.empty() || sums.unreadable > 0 ? 1 : 0;
}

} // namespace
} // namespace troupe

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: audio_accuracy LIST.tsv [--each]\n");
    return 2;
  }
  return troupe::run(argv[1],
                     argc > 2 && std::string_view{argv[2]} == "--each");
}
