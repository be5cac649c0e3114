#include "domain/audio/descriptors/dynamic_complexity.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace troupe::audio {

namespace {

constexpr double quietest = 1e-7;
constexpr std::size_t blocks_min = 5;

} // namespace

std::optional<double> dynamic_complexity_db(std::span<const double> energies) {
  std::vector<double> levels_db;
  levels_db.reserve(energies.size() / 2);
  double sum = 0.0;
  for (std::size_t i = 0; i + 1 < energies.size(); i += 2) {
    const double mean = 0.5 * (energies[i] + energies[i + 1]);
    levels_db.push_back(10.0 * std::log10(std::max(mean, quietest)));
    sum += levels_db.back();
  }
  if (levels_db.size() < blocks_min)
    return std::nullopt;
  const auto count = static_cast<double>(levels_db.size());
  const double average = sum / count;
  double apart = 0.0;
  for (const double level : levels_db)
    apart += std::abs(level - average);
  return apart / count;
}

} // namespace troupe::audio
