#include "tools/output/m3u8.hpp"

#include "domain/text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace troupe {

namespace {

/// One line: what breaks lines becomes a blank.
std::string one_line(const std::string& text) {
  auto line = to_utf8(text);
  std::replace_if(
    line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; },
    ' ');
  return line;
}

/// A path that begins with `#` would be a comment.
std::string location(const std::string& path, const std::string& folder) {
  if (folder.empty())
    return path;
  auto relative =
    std::filesystem::path{path}.lexically_relative(folder).string();
  if (relative.empty())
    return path;
  return relative.front() == '#' ? "./" + relative : relative;
}

} // namespace

std::string m3u8_text(const std::vector<m3u8_track>& tracks,
                      const std::string& folder) {
  std::string text = "#EXTM3U\n";
  for (const auto& track : tracks) {
    // -1 is the format's word for an unknown length.
    const auto seconds =
      track.duration_s ? std::lround(*track.duration_s) : -1L;
    text += fmt::format("#EXTINF:{},{}\n{}\n", seconds, one_line(track.name),
                        location(track.path, folder));
  }
  return text;
}

} // namespace troupe
