#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace troupe {

/// How often the halves of a track are each other's nearest neighbours.
struct halves_report {
  struct miss {
    std::string half;
    std::string nearest;
  };

  /// Halves whose nearest neighbour, of all others, is their other half.
  std::size_t nearest = 0;
  std::size_t halves = 0;
  /// Of the two halves of a track, over all tracks.
  double mean_cosine = 0.0;
  std::vector<miss> misses;

  [[nodiscard]] double share() const noexcept {
    return halves == 0
             ? 0.0
             : static_cast<double>(nearest) / static_cast<double>(halves);
  }
};

/// Collects embeddings of halves of tracks and compares each with all.
class nearest_halves {
public:
  /// @pre both have the same length in every call, and norm 1
  void add(const std::string& track, std::vector<float> first,
           std::vector<float> second);

  /// O(tracks² x length).
  [[nodiscard]] halves_report count() const;

private:
  std::vector<std::string> names_;
  /// Halves of track i at 2 i and 2 i + 1.
  std::vector<std::vector<float>> vectors_;
};

} // namespace troupe
