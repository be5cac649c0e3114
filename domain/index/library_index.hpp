#pragma once

#include "domain/index/index_file.hpp"
#include "domain/index/near_query.hpp"
#include "domain/index/space_index.hpp"
#include "domain/index/text_space_index.hpp"
#include "domain/ports/content_hash.hpp"
#include "domain/ports/index_cache.hpp"
#include "domain/ports/library_reader.hpp"
#include "domain/ports/neighbour_graph.hpp"
#include "domain/ports/score_kernel.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace troupe::index {

/// What an index needs from outside; all borrowed.
struct index_ports {
  const score_kernel* kernel = nullptr;
  /// May be null: large spaces are scanned too.
  const neighbour_graph_source* graphs = nullptr;
  /// May both be null: every start reads the library.
  index_cache* cache = nullptr;
  const content_hasher* hasher = nullptr;
};

struct library_index_policy {
  index_policy space;
  /// Changes of a space after which its file is written.
  std::size_t save_after = 10'000;
};

/// The vectors of a library in memory, one index for each space that was asked
/// for. The library is the truth: each question first takes in what came since
/// the last one, by sequence number.
///
/// Thread affinity: one thread, that of its reader.
class library_index {
public:
  library_index(std::unique_ptr<library_reader> reader,
                const index_ports& ports, const library_index_policy& policy);

  /// Answers in the order of the questions; those to one space about all
  /// contents are compared in one pass. An answer may fail alone.
  [[nodiscard]] std::vector<result<near_answer>>
  nearest(std::span<const near_query> queries);

  /// Something may have come; with `lost` something may be gone too.
  void note_change(bool lost);

  /// Takes in what came, in every space that was asked for.
  result<void> catch_up();

  /// True while graphs lack rows, or a file is due or half written.
  [[nodiscard]] bool has_work() const;

  /// One slice of that work, some 10 ms. A failure to write costs the next
  /// start some time, and is not tried again before the next `save_after`.
  result<void> work();

  /// Has every changed space written, however small the change.
  void save_soon();

  [[nodiscard]] std::vector<indexed_space> spaces() const;

  /// What was wrong with files since the last call, for a log: all of it was
  /// mended from the library.
  [[nodiscard]] std::vector<error> take_troubles();

private:
  /// A space of stored vectors.
  struct shelf {
    std::unique_ptr<space_index> vectors;
    std::int64_t seen_seq = 0;
    std::size_t unsaved = 0;
    std::size_t from_cache = 0;
    bool save_now = false;
    std::unique_ptr<index_writer> writer;
  };

  result<space_index*> up_to_date(const std::string& space);
  result<void> take_in(const std::string& space, shelf& one);
  result<void> drop_lost();
  shelf load(const std::string& space);
  [[nodiscard]] bool is_as_stored(const loaded_index& loaded);
  std::unique_ptr<neighbour_graph> load_graph(const loaded_index& loaded);
  [[nodiscard]] bool is_due(const shelf& one) const;
  result<void> save(const std::string& space, shelf& one);
  result<std::unique_ptr<index_writer>> begin_file(const std::string& space,
                                                   shelf& one);
  void answer(std::span<const near_query> queries,
              std::span<const std::size_t> asked,
              std::vector<result<near_answer>>& answers);
  result<near_answer> complete(const near_query& query,
                               const space_index& space,
                               const space_query& asked,
                               std::vector<near_vector> found);

  std::unique_ptr<library_reader> reader_;
  index_ports ports_;
  library_index_policy policy_;
  std::map<std::string, shelf> shelves_;
  text_space_index texts_;
  std::vector<error> troubles_;
  /// Something may be gone that is still in memory.
  bool lost_ = false;
};

} // namespace troupe::index
