#pragma once

#include "domain/search/distance.hpp"

#include <cstddef>
#include <span>

namespace troupe::search {

/// How far a vector is from others in general.
struct distance_profile {
  double mean = 0.0;
  double deviation = 0.0;
};

/// Vectors that a profile is measured against.
inline constexpr std::size_t profile_samples_max = 256;

/// With fewer vectors than this a profile says nothing.
inline constexpr std::size_t profile_rows_min = 32;

/// Mean and standard deviation of the distances from `query` to at most
/// `profile_samples_max` rows, taken at equal steps; a row equal to the query
/// (its own) does not count.
/// @pre unit vectors, `query.size() == all.dim`. No allocation.
[[nodiscard]] distance_profile profile_of(const vector_rows& all,
                                          std::span<const float> query);

/// The chance that a random vector is farther from a than b is, times the
/// chance that one is farther from b than a is, both normal distributions: in
/// [0, 1], larger is nearer. A hub, which is near to everything, gains little
/// by being near to one more.
/// Source: Schnitzer, Flexer, Schedl, Widmer, "Using mutual proximity to
/// improve content-based audio similarity", ISMIR 2011, with independence.
[[nodiscard]] double mutual_proximity(double distance,
                                      const distance_profile& a,
                                      const distance_profile& b) noexcept;

} // namespace troupe::search
