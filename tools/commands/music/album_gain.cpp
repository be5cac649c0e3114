#include "tools/commands/music/album_gain.hpp"

#include "domain/audio/loudness.hpp"
#include "domain/audio/planar.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <vector>

namespace troupe {

namespace {

namespace fs = std::filesystem;

struct album {
  /// Folder and name.
  fs::path folder;
  std::string name;

  friend auto operator<=>(const album&, const album&) = default;
};

/// Paths in the folder, hidden ones left out, whose tags name the album.
std::set<std::string> members(const tag_reader& reader, const album& wanted) {
  std::set<std::string> found;
  std::error_code ignored;
  for (const auto& file : fs::directory_iterator{wanted.folder, ignored}) {
    if (!file.is_regular_file(ignored)
        || file.path().filename().string().starts_with('.'))
      continue;
    const auto tags = reader.read(file.path().string());
    if (tags && tags->album == wanted.name)
      found.insert(file.path().string());
  }
  return found;
}

/// The loudness of every 100 ms of a file.
result<std::vector<double>> energies_of(const audio_decoder_source& decoders,
                                        const std::string& path) {
  auto decoder = decoders.open(path);
  if (!decoder)
    return decoder.failure();
  const auto& format = decoder.value()->format();
  audio::loudness_meter meter{format.sample_rate_hz,
                              static_cast<std::size_t>(format.channels)};
  std::vector<float> rows;
  for (;;) {
    const auto block = decoder.value()->next();
    if (!block)
      return block.failure();
    if (block->samples.empty())
      return meter.energies();
    meter.push(audio::to_planar(*block, rows));
  }
}

/// False when the album is not whole.
result<bool> add_gain(const assembly& open, const album& wanted,
                      const std::vector<const album_track*>& tracks) {
  std::set<std::string> given;
  std::optional<double> peak;
  for (const auto* track : tracks) {
    given.insert(track->path);
    if (track->gain->track_peak)
      peak = std::max(peak.value_or(0.0), *track->gain->track_peak);
  }
  if (given != members(open.tags(), wanted))
    return false;
  std::vector<std::vector<double>> energies;
  for (const auto* track : tracks) {
    auto heard = energies_of(open.decoders(), track->path);
    if (!heard)
      return heard.failure();
    energies.push_back(std::move(heard.value()));
  }
  const auto loudness = audio::album_loudness_lufs(energies);
  if (!loudness)
    return false;
  for (const auto* track : tracks) {
    // ReplayGain 2.0 brings an album to -18 LUFS as a whole.
    track->gain->album_gain_db = -18.0 - *loudness;
    track->gain->album_peak = peak;
  }
  return true;
}

} // namespace

result<int> add_album_gains(const assembly& open,
                            std::span<const album_track> tracks) {
  std::map<album, std::vector<const album_track*>> albums;
  for (const auto& track : tracks) {
    if (track.gain == nullptr)
      continue;
    const auto tags = open.tags().read(track.path);
    if (tags && !tags->album.empty())
      albums[{fs::path{track.path}.parent_path(), tags->album}].push_back(
        &track);
  }
  int whole = 0;
  for (const auto& [name, members] : albums) {
    const auto added = add_gain(open, name, members);
    if (!added)
      return added.failure();
    whole += *added ? 1 : 0;
  }
  return whole;
}

} // namespace troupe
