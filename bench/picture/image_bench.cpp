// Pictures per second and core: decoding and preparing for a model, against
// Pillow with numpy on the same files in the same run; and describing.
//
// Workloads: painted_500, a painted picture of 500 x 375 as JPEG q90;
// painted_12mp, one of 4000 x 3000 (2 to 4 MB). For both, recipe imagenet to
// normalised numbers. CPU time of the working thread, medians of repetitions;
// the peer, bench/picture/peers/image_peer.py, runs before and after ours and
// counts with its better median. Needs Debian's python3-pil and python3-numpy.
//
// usage: image_bench [PYTHON]

#include "bench/picture/painted_picture.hpp"
#include "domain/image/descriptors/description.hpp"
#include "domain/image/preprocess.hpp"
#include "io/fftw_fourier.hpp"
#include "tools/image_adapters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

namespace troupe::benches {

namespace {

using file_bytes = std::vector<std::uint8_t>;

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3
         + static_cast<double>(now.tv_nsec) * 1e-6;
}

/// The median CPU time of one call.
double median_ms(int repetitions, const std::function<void()>& work) {
  std::vector<double> times;
  work();
  for (int i = 0; i < repetitions; ++i) {
    const double start = cpu_ms();
    work();
    times.push_back(cpu_ms() - start);
  }
  std::nth_element(times.begin(), times.begin() + repetitions / 2, times.end());
  return times[static_cast<std::size_t>(repetitions / 2)];
}

file_bytes as_jpeg(const image_adapters& adapters,
                   const image::picture& painted) {
  encode_plan plan;
  plan.format = image_format::jpeg;
  plan.size = painted.size;
  plan.quality = 89;
  file_bytes file;
  auto writer =
    adapters.encoder->begin(plan, [&file](std::span<const std::uint8_t> bytes) {
      file.insert(file.end(), bytes.begin(), bytes.end());
      return result<void>{};
    });
  const auto view = painted.view();
  const bool done =
    writer
    && writer.value()->write_rows(view.rgba, view.row_bytes, view.size.height)
    && writer.value()->finish();
  return done ? file : file_bytes{};
}

/// What the peer needs for this file, in milliseconds; 0 when it cannot run.
double peer_ms(const std::string& python, const std::string& file,
               int repetitions) {
  const auto command =
    fmt::format("{} {}/bench/picture/peers/image_peer.py {} {}", python,
                TROUPE_SOURCE_DIR, file, repetitions);
  std::FILE* output = ::popen(command.c_str(), "r");
  if (output == nullptr)
    return 0.0;
  double ms = 0.0;
  if (std::fscanf(output, "%lf", &ms) != 1)
    ms = 0.0;
  return ::pclose(output) == 0 ? ms : 0.0;
}

struct workload {
  std::string name;
  image::image_size size;
  int repetitions;
};

void measure(const workload& one, const std::string& python) {
  const auto adapters = open_image_adapters();
  const auto jpeg = as_jpeg(adapters, paint(one.size, 353));
  const auto path =
    (std::filesystem::temp_directory_path() / ("troupe_" + one.name + ".jpg"))
      .string();
  std::ofstream{path, std::ios::binary}.write(
    reinterpret_cast<const char*>(jpeg.data()),
    static_cast<std::streamsize>(jpeg.size()));
  const auto how = image::find_recipe("imagenet").value();
  const auto prepare_in = [&](image::decode_mode mode) {
    return [&, mode] {
      image::pixel_rules rules;
      rules.mode = mode;
      const auto made = prepare(adapters.ports(), jpeg, how, rules);
      if (!made || tensor_of(how, made->rgb).size() != 3U * 224 * 224)
        std::abort();
    };
  };
  const double before = peer_ms(python, path, one.repetitions);
  const double exact =
    median_ms(one.repetitions, prepare_in(image::decode_mode::exact));
  const double fast =
    median_ms(one.repetitions, prepare_in(image::decode_mode::fast));
  const double after = peer_ms(python, path, one.repetitions);
  const double peer = std::min(before, after);
  const auto transforms = io::open_fftw_square_fourier();
  image::describer describer{*transforms};
  const double described = median_ms(one.repetitions, [&] {
    const auto seen = image::see(adapters.ports(), jpeg, {});
    if (!seen || describer.describe(*seen).embedding.values.empty())
      std::abort();
  });
  std::filesystem::remove(path);
  fmt::print("{:<13} {:>9} bytes  exact {:8.3f} ms {:7.1f}/s  fast {:8.3f} ms "
             "{:7.1f}/s  pillow {:8.3f} ms  ratio {:5.2f} (fast {:5.2f})  "
             "embedding {:8.3f} ms {:7.1f}/s\n",
             one.name, jpeg.size(), exact, 1e3 / exact, fast, 1e3 / fast, peer,
             peer / exact, peer / fast, described, 1e3 / described);
}

} // namespace

} // namespace troupe::benches

int main(int argc, char** argv) {
  const std::string python = argc > 1 ? argv[1] : "/usr/bin/python3";
  for (const auto& one :
       {troupe::benches::workload{"painted_500", {500, 375}, 201},
        troupe::benches::workload{"painted_12mp", {4000, 3000}, 15}})
    troupe::benches::measure(one, python);
}
