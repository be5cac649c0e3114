#pragma once

#include "domain/index/vector_table.hpp"
#include "domain/ports/content_hash.hpp"
#include "domain/ports/index_cache.hpp"
#include "domain/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe::index {

/// What the file of a space says besides its rows.
struct index_header {
  std::string space;
  /// See `library_reader::lineage`.
  std::string lineage;
  /// Results up to this sequence number are in it.
  std::int64_t seen_seq = 0;
  /// Rows in the graph that was saved before; 0: there is none.
  std::uint64_t graph_rows = 0;
  /// SHA-256 of its file.
  content_hash graph_hash{};
};

struct loaded_index {
  index_header header;
  std::shared_ptr<vector_table> table;
};

/// Name of a space's file and of its graph's, within a cache.
[[nodiscard]] std::string index_name(const std::string& space);
[[nodiscard]] std::string graph_name(const std::string& space);

/// Writes a table as it was at the beginning, dead rows too, in pieces.
class index_writer {
public:
  /// @param cache borrowed @param hasher borrowed
  [[nodiscard]] static result<std::unique_ptr<index_writer>>
  begin(index_cache& cache, const content_hasher& hasher, index_header header,
        std::shared_ptr<const vector_table> table);

  /// Writes the next block of rows, and at the end makes the file appear:
  /// true then. Begin again after a failure.
  [[nodiscard]] result<bool> write_some();

private:
  index_writer(index_header header, std::shared_ptr<const vector_table> table)
    : header_(std::move(header)), table_(std::move(table)),
      rows_(table_->rows()) {}

  result<void> put(const void* bytes, std::size_t count);
  result<void> put_header();
  result<void> put_rows();

  index_header header_;
  std::shared_ptr<const vector_table> table_;
  std::size_t rows_;
  std::size_t written_ = 0;
  std::unique_ptr<new_file> file_;
  std::unique_ptr<content_digest> digest_;
};

/// Reads a file back. Nothing of it is handed out before its check sum is
/// right.
/// @returns `errc::not_found`, `errc::corrupt`, `errc::unsupported` for another
/// version or byte order, `errc::refused` for another space or lineage
[[nodiscard]] result<loaded_index> load_index(index_cache& cache,
                                              const content_hasher& hasher,
                                              const std::string& space,
                                              const std::string& lineage);

/// SHA-256 of a cached file.
[[nodiscard]] result<content_hash> hash_cached(index_cache& cache,
                                               const content_hasher& hasher,
                                               const std::string& name);

} // namespace troupe::index
