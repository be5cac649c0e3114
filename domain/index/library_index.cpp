#include "domain/index/library_index.hpp"

#include "domain/text/text_embedding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe::index {

namespace {

/// Rows of a loaded file that are compared with the library.
constexpr std::size_t probes = 16;

error wrong_length(const near_query& query, std::size_t dim) {
  return {errc::invalid_argument,
          fmt::format("similar: a vector of {} numbers was asked for in {}, "
                      "which has {}",
                      query.vector.size(), query.space, dim)};
}

} // namespace

library_index::library_index(std::unique_ptr<library_reader> reader,
                             const index_ports& ports,
                             const library_index_policy& policy)
  : reader_(std::move(reader)), ports_(ports), policy_(policy),
    texts_(policy.space, *ports.kernel) {}

// -- keeping up with the library ----------------------------------------------

void library_index::note_change(bool lost) {
  lost_ = lost_ || lost;
}

result<void> library_index::drop_lost() {
  if (!std::exchange(lost_, false))
    return {};
  const auto marks = reader_->vector_marks();
  if (!marks) {
    lost_ = true;
    return marks.failure();
  }
  for (auto& [name, one] : shelves_)
    if (one.vectors)
      one.unsaved += one.vectors->retain(*marks);
  return texts_.vectors() != nullptr ? texts_.catch_up(*reader_, true)
                                     : result<void>{};
}

result<void> library_index::catch_up() {
  if (auto done = drop_lost(); !done)
    return done;
  for (auto& [name, one] : shelves_)
    if (auto done = take_in(name, one); !done)
      return done;
  return texts_.vectors() != nullptr ? texts_.catch_up(*reader_, false)
                                     : result<void>{};
}

/// Null while the space has no vector.
result<space_index*> library_index::up_to_date(const std::string& space) {
  if (auto done = drop_lost(); !done)
    return done.failure();
  if (space == text::text_space) {
    if (auto done = texts_.catch_up(*reader_, false); !done)
      return done.failure();
    return texts_.vectors();
  }
  auto found = shelves_.find(space);
  if (found == shelves_.end())
    found = shelves_.emplace(space, load(space)).first;
  if (auto done = take_in(space, found->second); !done)
    return done.failure();
  return found->second.vectors.get();
}

result<void> library_index::take_in(const std::string& space, shelf& one) {
  result_query query;
  query.name = space;
  query.after_seq = one.seen_seq;
  for (bool more = true; more;) {
    const auto block = reader_->vectors(query);
    if (!block)
      return block.failure();
    const auto dim = static_cast<std::size_t>(block->dim);
    if (!one.vectors && !block->owners.empty())
      one.vectors = std::make_unique<space_index>(
        dim, policy_.space, *ports_.kernel, ports_.graphs);
    if (one.vectors && !block->owners.empty()
        && one.vectors->table().dim() != dim)
      return error{errc::corrupt,
                   fmt::format("vectors of {}: row {} has another length than "
                               "the others; run `troupe admin check`",
                               space, block->last_seq)};
    for (std::size_t i = 0; i < block->owners.size(); ++i)
      one.vectors->add({block->owners[i].seq, block->owners[i].content},
                       std::span{block->values}.subspan(i * dim, dim));
    one.unsaved += block->owners.size();
    one.seen_seq = query.after_seq = block->last_seq;
    more = block->more;
  }
  return {};
}

// -- the cache ----------------------------------------------------------------

/// What the cache holds of a space; nothing of it when anything is wrong.
library_index::shelf library_index::load(const std::string& space) {
  shelf made;
  if (ports_.cache == nullptr)
    return made;
  const auto lineage = reader_->lineage();
  const auto marks = reader_->vector_marks();
  if (!lineage || !marks)
    return made;
  auto loaded = load_index(*ports_.cache, *ports_.hasher, space, *lineage);
  if (!loaded) {
    if (loaded.failure().code == errc::corrupt)
      troubles_.push_back(loaded.failure());
    return made;
  }
  auto graph = load_graph(*loaded);
  made.vectors =
    std::make_unique<space_index>(loaded->table, policy_.space, *ports_.kernel,
                                  ports_.graphs, std::move(graph));
  made.vectors->retain(*marks);
  if (!is_as_stored(*loaded))
    return {};
  made.seen_seq = loaded->header.seen_seq;
  made.from_cache = made.vectors->table().live_rows();
  return made;
}

/// A library that was put back from a backup goes on with numbers that the
/// cache knows for others.
bool library_index::is_as_stored(const loaded_index& loaded) {
  const auto& table = *loaded.table;
  const auto count = std::min(probes, table.rows());
  for (std::size_t i = 1; i <= count; ++i) {
    const auto row = i * table.rows() / count - 1;
    if (!table.is_live(row))
      continue;
    const auto stored = reader_->vector_of(table.mark(row).content);
    if (!stored || stored->space != loaded.header.space
        || !std::ranges::equal(stored->values, table.vector(row)))
      return false;
  }
  return true;
}

std::unique_ptr<neighbour_graph>
library_index::load_graph(const loaded_index& loaded) {
  const auto& header = loaded.header;
  if (ports_.graphs == nullptr || header.graph_rows == 0)
    return nullptr;
  const auto name = graph_name(header.space);
  const auto hash = hash_cached(*ports_.cache, *ports_.hasher, name);
  if (!hash || *hash != header.graph_hash)
    return nullptr;
  auto graph =
    ports_.graphs->load(loaded.table->dim(), ports_.cache->path(name));
  if (!graph || (*graph)->rows() != header.graph_rows
      || (*graph)->rows() > loaded.table->rows())
    return nullptr;
  return std::move(graph.value());
}

bool library_index::is_due(const shelf& one) const {
  return ports_.cache != nullptr && one.vectors
         && (one.writer || one.unsaved >= policy_.save_after
             || (one.save_now && one.unsaved > 0));
}

void library_index::save_soon() {
  for (auto& [name, one] : shelves_)
    one.save_now = true;
}

result<void> library_index::save(const std::string& space, shelf& one) {
  if (!one.writer) {
    // Whatever comes of it, the next try waits for new changes.
    one.unsaved = 0;
    one.save_now = false;
    auto begun = begin_file(space, one);
    if (!begun)
      return begun.failure();
    one.writer = std::move(begun.value());
    return {};
  }
  const auto done = one.writer->write_some();
  if (!done || *done)
    one.writer.reset();
  return done ? result<void>{} : done.failure();
}

result<std::unique_ptr<index_writer>>
library_index::begin_file(const std::string& space, shelf& one) {
  index_header header{space, {}, one.seen_seq};
  // Not that of the start: the first content may have come since.
  auto known = reader_->lineage();
  if (!known)
    return known.failure();
  header.lineage = std::move(known.value());
  if (const auto* graph = one.vectors->graph()) {
    const auto name = graph_name(space);
    auto file = ports_.cache->begin(name);
    if (!file)
      return file.failure();
    // hnswlib writes by itself, under the name that is not valid yet.
    if (auto saved = graph->save(ports_.cache->path(name) + ".tmp"); !saved)
      return saved.failure();
    if (auto done = file.value()->finish(); !done)
      return done.failure();
    const auto hash = hash_cached(*ports_.cache, *ports_.hasher, name);
    if (!hash)
      return hash.failure();
    header.graph_rows = graph->rows();
    header.graph_hash = *hash;
  }
  return index_writer::begin(*ports_.cache, *ports_.hasher, std::move(header),
                             one.vectors->shared_table());
}

// -- work ---------------------------------------------------------------------

bool library_index::has_work() const {
  for (const auto& [name, one] : shelves_)
    if (is_due(one) || (one.vectors && one.vectors->has_work()))
      return true;
  return false;
}

result<void> library_index::work() {
  for (auto& [name, one] : shelves_) {
    if (is_due(one))
      return save(name, one);
    if (one.vectors && one.vectors->has_work()) {
      const auto rebuilds = one.vectors->rebuilds();
      auto done = one.vectors->work();
      if (one.vectors->rebuilds() != rebuilds)
        one.save_now = true;
      return done;
    }
  }
  return {};
}

std::vector<error> library_index::take_troubles() {
  return std::exchange(troubles_, {});
}

std::vector<indexed_space> library_index::spaces() const {
  std::vector<indexed_space> found;
  for (const auto& [name, one] : shelves_)
    if (one.vectors)
      found.push_back(
        {name, one.vectors->table().live_rows(),
         one.vectors->graph() != nullptr ? one.vectors->graph()->rows() : 0,
         one.from_cache, one.unsaved});
  return found;
}

// -- questions ----------------------------------------------------------------

std::vector<result<near_answer>>
library_index::nearest(std::span<const near_query> queries) {
  std::vector<result<near_answer>> answers(queries.size(), near_answer{});
  std::map<std::string, std::vector<std::size_t>> by_space;
  for (std::size_t i = 0; i < queries.size(); ++i)
    by_space[queries[i].space].push_back(i);
  for (const auto& [name, asked] : by_space)
    answer(queries, asked, answers);
  return answers;
}

/// @param asked which of the queries, all of one space
void library_index::answer(std::span<const near_query> queries,
                           std::span<const std::size_t> asked,
                           std::vector<result<near_answer>>& answers) {
  const auto& name = queries[asked.front()].space;
  auto space = up_to_date(name);
  if (!space || *space == nullptr) {
    for (const auto i : asked)
      if (!space)
        answers[i] = space.failure();
    return;
  }
  const auto dim = (*space)->table().dim();
  std::vector<std::vector<float>> vectors(asked.size());
  std::vector<std::vector<content_id>> among(asked.size());
  std::vector<space_query> open;
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at < asked.size(); ++at) {
    const auto& query = queries[asked[at]];
    vectors[at] =
      query.features.empty() ? query.vector : texts_.vector_of(query.features);
    if (vectors[at].empty())
      continue;
    if (vectors[at].size() != dim) {
      answers[asked[at]] = wrong_length(query, dim);
      continue;
    }
    if (!query.filter.empty()) {
      auto allowed = reader_->contents_where(query.filter);
      if (!allowed) {
        answers[asked[at]] = allowed.failure();
        continue;
      }
      among[at] = std::move(allowed.value());
    }
    open.push_back({vectors[at], query.count, query.skip,
                    query.filter.empty() ? nullptr : &among[at]});
    places.push_back(asked[at]);
  }
  auto found = (*space)->nearest(open);
  for (std::size_t i = 0; i < open.size(); ++i)
    answers[places[i]] =
      complete(queries[places[i]], **space, open[i], std::move(found[i]));
}

/// Leaves out contents whose entries are all missing; asks for more in their
/// place.
result<near_answer> library_index::complete(const near_query& query,
                                            const space_index& space,
                                            const space_query& asked,
                                            std::vector<near_vector> found) {
  near_answer answer;
  answer.asked.assign(asked.vector.begin(), asked.vector.end());
  answer.vectors = space.table().live_rows();
  auto wider = asked;
  for (;;) {
    std::vector<content_id> contents;
    for (const auto& one : found)
      contents.push_back(one.content);
    const auto entries = reader_->present_entries(contents);
    if (!entries)
      return entries.failure();
    answer.rows.clear();
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (answer.rows.size() == query.count)
        break;
      const auto& one = found[i];
      if ((*entries)[i] == entry_id{})
        continue;
      answer.rows.push_back(
        {one.content, (*entries)[i], one.cosine, one.proximity, {}});
      if (query.with_vectors)
        answer.rows.back().vector.assign(one.vector.begin(), one.vector.end());
    }
    if (answer.rows.size() == query.count || found.size() < wider.count)
      return answer;
    wider.count *= 4;
    found = std::move(space.nearest({&wider, 1}).front());
  }
}

} // namespace troupe::index
