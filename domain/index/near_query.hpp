#pragma once

#include "domain/jobs/job.hpp"
#include "domain/ports/library_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// What is near to a vector, among the contents of a library?
struct near_query {
  /// The space that it is of; no others are compared.
  std::string space;
  /// Unit vector; empty for a text.
  std::vector<float> vector;
  /// Of a text (text/text_features.hpp), in the space of texts: its vector is
  /// made by what is rare in the index.
  std::vector<std::uint32_t> features;
  std::uint32_t count = 10;
  /// The query's own content, which is no answer; 0: none.
  content_id skip{};
  content_filter filter;
  /// Sends the answers' vectors along.
  bool with_vectors = false;
};

/// One answer.
struct near_row {
  content_id content{};
  /// Its oldest present entry; there is one.
  entry_id entry{};
  /// In [-1, 1].
  double cosine = 0.0;
  /// In [0, 1], by which the answers are ordered; see `search::neighbour`.
  double proximity = 0.0;
  /// Empty unless asked for.
  std::vector<float> vector;
};

struct near_answer {
  /// The nearest first; fewer than asked only when there are no more.
  std::vector<near_row> rows;
  /// The vector that was compared.
  std::vector<float> asked;
  /// Vectors of the space.
  std::uint64_t vectors = 0;
};

/// How one space of an index stands.
struct indexed_space {
  std::string space;
  std::uint64_t vectors = 0;
  /// In the graph; 0: it is scanned.
  std::uint64_t linked = 0;
  /// Came from the cache file.
  std::uint64_t from_cache = 0;
  /// Vectors that came after the cache file was written.
  std::uint64_t unsaved = 0;
};

} // namespace troupe
