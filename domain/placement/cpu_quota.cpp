#include "domain/placement/cpu_quota.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace troupe {

namespace {

constexpr std::string_view white_space = " \t\r\n";

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(white_space);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

std::optional<std::int64_t> parse_positive(std::string_view text) noexcept {
  text = trimmed(text);
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || stop != end || value <= 0)
    return std::nullopt;
  return value;
}

/// Is `word` one of the comma-separated `list`?
bool lists(std::string_view list, std::string_view word) noexcept {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma) == word)
      return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

} // namespace

cgroup_places parse_cgroup_places(std::string_view text) {
  cgroup_places places;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto first = line.find(':');
    if (first == std::string_view::npos)
      continue;
    const auto second = line.find(':', first + 1);
    if (second == std::string_view::npos)
      continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    const auto path = line.substr(second + 1);
    if (controllers.empty() && line.substr(0, first) == "0")
      places.unified = path;
    else if (lists(controllers, "cpu"))
      places.cpu = path;
  }
  return places;
}

std::optional<double> parse_cpu_max(std::string_view text) {
  text = trimmed(text);
  const auto gap = text.find(' ');
  if (gap == std::string_view::npos)
    return std::nullopt;
  return parse_cfs_quota(text.substr(0, gap), text.substr(gap + 1));
}

std::optional<double> parse_cfs_quota(std::string_view quota_us,
                                      std::string_view period_us) {
  const auto quota = parse_positive(quota_us);
  const auto period = parse_positive(period_us);
  if (!quota || !period)
    return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

int usable_core_count(std::optional<int> affinity,
                      std::optional<double> quota) noexcept {
  constexpr int cores_if_unknown = 4;
  constexpr double cores_max = 4096.0;
  if (!affinity && !quota)
    return cores_if_unknown;
  double cores = affinity ? static_cast<double>(*affinity) : cores_max;
  if (quota)
    cores = std::min(cores, std::ceil(*quota));
  return static_cast<int>(std::clamp(cores, 1.0, cores_max));
}

} // namespace troupe
