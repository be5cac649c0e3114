#include "tools/likeness/nearest_halves.hpp"

#include <cassert>
#include <numeric>
#include <utility>

namespace troupe {

void nearest_halves::add(const std::string& track, std::vector<float> first,
                         std::vector<float> second) {
  assert(first.size() == second.size());
  names_.push_back(track);
  vectors_.push_back(std::move(first));
  vectors_.push_back(std::move(second));
}

halves_report nearest_halves::count() const {
  halves_report out;
  out.halves = vectors_.size();
  const auto cosine = [&](std::size_t i, std::size_t j) {
    return std::inner_product(vectors_[i].begin(), vectors_[i].end(),
                              vectors_[j].begin(), 0.0);
  };
  for (std::size_t i = 0; i < vectors_.size(); ++i) {
    const std::size_t other = i ^ 1U;
    const double wanted = cosine(i, other);
    out.mean_cosine += wanted / static_cast<double>(vectors_.size());
    std::size_t best = other;
    double most = wanted;
    for (std::size_t j = 0; j < vectors_.size(); ++j)
      if (j != i && cosine(i, j) > most) {
        most = cosine(i, j);
        best = j;
      }
    if (best == other)
      ++out.nearest;
    else
      out.misses.push_back({names_[i / 2], names_[best / 2]});
  }
  return out;
}

} // namespace troupe
