#pragma once

#include "domain/index/library_index.hpp"
#include "domain/result.hpp"

#include <memory>
#include <string>

namespace troupe {

/// Whose index it is.
struct index_place {
  /// Raw bytes; empty for a library in memory, which has no files.
  std::string library;
  /// The library's lock is held: files may be written.
  bool may_write = false;
};

/// What an INDEXER needs from outside. Files lie in the folder
/// `<library>.index`.
class index_adapters {
public:
  [[nodiscard]] static result<index_adapters> open(const index_place& place);

  /// Borrowed from this object.
  [[nodiscard]] index::index_ports ports() const;

private:
  std::unique_ptr<const score_kernel> kernel_;
  std::unique_ptr<const neighbour_graph_source> graphs_;
  std::unique_ptr<index_cache> cache_;
  std::unique_ptr<content_hasher> hasher_;
};

} // namespace troupe
