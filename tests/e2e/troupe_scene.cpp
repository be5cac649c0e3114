#include "tests/e2e/troupe_scene.hpp"

#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <stdexcept>

namespace troupe::testing {

namespace fs = std::filesystem;

namespace {

/// Debian's user and group "nobody".
constexpr unsigned nobody = 65'534;

void put(std::string& bytes, std::uint32_t value, int size) {
  for (int i = 0; i < size; ++i)
    bytes += static_cast<char>(value >> (8 * i) & 0xFFU);
}

/// One frame of a sine in every channel.
void put_frame(std::string& bytes, const sound& from, std::uint32_t frame) {
  const double turn = 2.0 * M_PI * from.frequency_hz * frame / from.rate_hz;
  const auto level = static_cast<std::int32_t>(8'000.0 * std::sin(turn));
  for (int channel = 0; channel < from.channels; ++channel)
    if (from.every_nan > 0)
      put(bytes,
          frame % static_cast<std::uint32_t>(from.every_nan) == 0
            ? 0x7FC00000U  // the quiet NaN of IEEE 754
            : 0x3DCCCCCDU, // 0.1
          4);
    else
      put(bytes, static_cast<std::uint32_t>(level), 2);
}

/// A WAV file: 16-bit integers, or 32-bit floats when NaNs are asked for.
std::string wav_of(const sound& from) {
  const auto rate = static_cast<std::uint32_t>(from.rate_hz);
  const auto channels = static_cast<std::uint32_t>(from.channels);
  const auto frames =
    static_cast<std::uint32_t>(from.milliseconds) * (rate / 100U) / 10U;
  const std::uint32_t sample_bytes = from.every_nan > 0 ? 4 : 2;
  const auto data_bytes = frames * channels * sample_bytes;
  std::string bytes = "RIFF";
  put(bytes, 36 + data_bytes, 4);
  bytes += "WAVEfmt ";
  put(bytes, 16, 4);
  put(bytes, from.every_nan > 0 ? 3 : 1, 2);
  put(bytes, channels, 2);
  put(bytes, rate, 4);
  put(bytes, rate * channels * sample_bytes, 4);
  put(bytes, channels * sample_bytes, 2);
  put(bytes, 8 * sample_bytes, 2);
  bytes += "data";
  put(bytes, data_bytes, 4);
  for (std::uint32_t i = 0; i < frames; ++i)
    put_frame(bytes, from, i);
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
  fs::permissions(root_, fs::perms::owner_all, ignored);
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
  sound tone;
  tone.milliseconds = milliseconds;
  return write_wav(name, tone);
}

std::string troupe_scene::write_wav(const std::string& name, sound tone) const {
  const auto path = media_ / name;
  const auto salt = std::hash<std::string>{}(name) % 3'000U;
  tone.frequency_hz = 100.0 + static_cast<double>(salt);
  std::ofstream{path, std::ios::binary} << wav_of(tone);
  return path.string();
}

nlohmann::json troupe_scene::entry_of(const std::string& name) const {
  const auto shown = run(troupe({"show", "--json", (media_ / name).string()}));
  return nlohmann::json::parse(shown.out, nullptr, false);
}

std::vector<std::string>
troupe_scene::unprivileged(std::vector<std::string> command) const {
  if (geteuid() != 0)
    return command;
  for (const auto& at : {root_, media_})
    if (chown(at.c_str(), nobody, nobody) != 0)
      throw std::runtime_error("chown");
  // The build tree may be below a folder that only root enters.
  const auto own = root_ / "program";
  std::error_code ignored;
  fs::create_hard_link(command.front(), own, ignored);
  if (!fs::exists(own))
    fs::copy_file(command.front(), own);
  command.front() = own.string();
  const auto id = std::to_string(nobody);
  std::vector<std::string> all{"/usr/bin/setpriv", "--reuid=" + id,
                               "--regid=" + id, "--clear-groups"};
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

bool troupe_scene::until(const std::function<bool()>& seen) {
  const auto deadline =
    std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (!seen())
    if (std::chrono::steady_clock::now() > deadline)
      return false;
  return true;
}

std::size_t troupe_scene::count(const std::string& state) const {
  const auto listed = run(troupe({"list", "--json", "--state", state}));
  const auto document = nlohmann::json::parse(listed.out, nullptr, false);
  return document.contains("items") ? document["items"].size() : 0;
}

} // namespace troupe::testing
