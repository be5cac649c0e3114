// Makes media to try troupe on: a folder of music with known tempo and key,
// pictures and texts; or many short pieces for tests under load.

#include "tools/sample/sample_folder.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>

namespace {

constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

int run(int argc, char** argv) {
  CLI::App app{"Synthesises media to try troupe on. Same options, same bytes.\n"
               "Example: troupe_make_sample build/sample/media"};
  std::filesystem::path folder;
  troupe::sample::many_pieces many;
  app.add_option("DIR", folder, "Where to write; made when absent")->required();
  const auto* counted =
    app.add_option("--many", many.count, "Write N short pieces instead")
      ->check(CLI::Range(0, 99'999))
      ->type_name("N");
  app.add_option("--seconds", many.length_s, "Length of each short piece")
    ->check(CLI::Range(0.1, 600.0))
    ->needs("--many")
    ->capture_default_str();
  app.add_option("--seed", many.seed, "Another seed, other short pieces")
    ->needs("--many")
    ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& refused) {
    return app.exit(refused) == 0 ? 0 : exit_usage;
  }
  const auto made = counted->count() > 0
                      ? troupe::sample::make_many_pieces(folder, many)
                      : troupe::sample::make_sample_folder(folder, {});
  if (!made) {
    fmt::print(stderr, "{}\n", made.failure().detail);
    return exit_failed;
  }
  fmt::print("{} sounds, {} pictures, {} texts, {:.1f} MB in {}\n",
             made->sounds, made->pictures, made->texts,
             static_cast<double>(made->bytes) / 1e6, folder.string());
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& unexpected) {
    fmt::print(stderr, "troupe_make_sample: {}\n", unexpected.what());
    return exit_failed;
  }
}
