#include "tools/index_adapters.hpp"

#include "io/index/hnswlib_neighbour_graph.hpp"
#include "io/index/openblas_score_kernel.hpp"
#include "io/index/posix_index_cache.hpp"
#include "io/openssl_content_hash.hpp"

#include <utility>

namespace troupe {

result<index_adapters> index_adapters::open(const index_place& place) {
  index_adapters made;
  made.kernel_ = io::open_openblas_score_kernel();
  made.graphs_ = io::open_hnswlib_neighbour_graphs();
  if (place.library.empty())
    return made;
  auto hasher = io::open_openssl_content_hash();
  if (!hasher)
    return hasher.failure();
  made.hasher_ = std::move(hasher.value());
  made.cache_ =
    io::open_posix_index_cache(place.library + ".index", place.may_write);
  return made;
}

index::index_ports index_adapters::ports() const {
  return {kernel_.get(), graphs_.get(), cache_.get(), hasher_.get()};
}

} // namespace troupe
