#include "tools/terminal/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>

namespace troupe {

std::string format_bytes(std::int64_t bytes) {
  constexpr std::array<std::string_view, 5> units{"kB", "MB", "GB", "TB", "PB"};
  if (bytes < 1000)
    return fmt::format("{} B", bytes);
  auto value = static_cast<double>(bytes) / 1000.0;
  std::size_t unit = 0;
  // 999.5 would round to 1000 of the smaller unit.
  while (value >= 999.5 && unit + 1 < units.size()) {
    value /= 1000.0;
    ++unit;
  }
  return value < 9.95 ? fmt::format("{:.1f} {}", value, units.at(unit))
                      : fmt::format("{:.0f} {}", value, units.at(unit));
}

std::string format_duration(double seconds) {
  seconds = std::max(seconds, 0.0);
  if (seconds < 9.95)
    return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::int64_t>(std::lround(seconds));
  if (whole < 60)
    return fmt::format("{} s", whole);
  if (whole < 3600)
    return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60,
                     whole % 60);
}

std::string format_count(std::int64_t count, std::string_view singular,
                         std::string_view plural) {
  return fmt::format("{} {}", count, count == 1 ? singular : plural);
}

std::string format_age(std::int64_t then_us, std::int64_t now_us) {
  const auto seconds = std::max<std::int64_t>(now_us - then_us, 0) / 1'000'000;
  if (seconds < 120)
    return fmt::format("{} s ago", seconds);
  if (seconds < 7'200)
    return fmt::format("{} min ago", seconds / 60);
  if (seconds < 172'800)
    return fmt::format("{} h ago", seconds / 3'600);
  return fmt::format("{} days ago", seconds / 86'400);
}

std::string format_time(std::int64_t at_us) {
  const auto seconds = static_cast<std::time_t>(at_us / 1'000'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC",
                     parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

} // namespace troupe
