#include "tests/e2e/troupe_scene.hpp"

#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>

namespace troupe::testing {

namespace fs = std::filesystem;

namespace {

void put(std::string& bytes, std::uint32_t value, int size) {
  for (int i = 0; i < size; ++i)
    bytes += static_cast<char>(value >> (8 * i) & 0xFFU);
}

/// A 16-bit mono WAV file at 8 kHz.
std::string wav_of(double frequency_hz, int milliseconds) {
  constexpr std::uint32_t rate = 8'000;
  const auto frames = static_cast<std::uint32_t>(milliseconds) * rate / 1'000U;
  std::string bytes = "RIFF";
  put(bytes, 36 + 2 * frames, 4);
  bytes += "WAVEfmt ";
  put(bytes, 16, 4);
  put(bytes, 1, 2);
  put(bytes, 1, 2);
  put(bytes, rate, 4);
  put(bytes, 2 * rate, 4);
  put(bytes, 2, 2);
  put(bytes, 16, 2);
  bytes += "data";
  put(bytes, 2 * frames, 4);
  for (std::uint32_t i = 0; i < frames; ++i)
    put(bytes,
        static_cast<std::uint32_t>(static_cast<std::int32_t>(
          8'000.0 * std::sin(2.0 * M_PI * frequency_hz * i / rate))),
        2);
  return bytes;
}

std::vector<std::string> joined(std::string program, const fs::path& library,
                                std::vector<std::string> words) {
  std::vector<std::string> all{std::move(program), "--library",
                               library.string()};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

} // namespace

troupe_scene::troupe_scene() {
  auto name = (fs::temp_directory_path() / "troupe-e2e-XXXXXX").string();
  root_ = mkdtemp(name.data());
  media_ = root_ / "media";
  library_ = root_ / "library.db";
  fs::create_directory(media_);
}

troupe_scene::~troupe_scene() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

std::vector<std::string>
troupe_scene::troupe(std::vector<std::string> words) const {
  return joined(TROUPE_BINARY, library_, std::move(words));
}

std::vector<std::string>
troupe_scene::doubles(std::vector<std::string> words) const {
  return joined(TROUPE_DOUBLES, library_, std::move(words));
}

std::string troupe_scene::write_wav(const std::string& name,
                                    int milliseconds) const {
  const auto path = media_ / name;
  const auto salt = std::hash<std::string>{}(name) % 3'000U;
  std::ofstream{path, std::ios::binary}
    << wav_of(100.0 + static_cast<double>(salt), milliseconds);
  return path.string();
}

nlohmann::json troupe_scene::entry_of(const std::string& name) const {
  const auto shown = run(troupe({"show", "--json", (media_ / name).string()}));
  return nlohmann::json::parse(shown.out, nullptr, false);
}

std::size_t troupe_scene::count(const std::string& state) const {
  const auto listed = run(troupe({"list", "--json", "--state", state}));
  const auto document = nlohmann::json::parse(listed.out, nullptr, false);
  return document.contains("items") ? document["items"].size() : 0;
}

} // namespace troupe::testing
