#include "tools/commands/music/library_vectors.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe {

result<std::string> main_space(troupe_system& system, media_kind kind) {
  const auto spaces = system.spaces();
  if (!spaces)
    return spaces.failure();
  const vector_space* most = nullptr;
  for (const auto& space : spaces->spaces)
    if (space.kind == kind
        && (most == nullptr || space.vectors > most->vectors))
      most = &space;
  if (most == nullptr)
    return error{errc::not_found,
                 fmt::format("the library holds no {} vectors yet; make them "
                             "by: troupe index PATH",
                             to_string(kind))};
  return most->name;
}

result<library_vectors> load_vectors(troupe_system& system,
                                     const std::string& space) {
  library_vectors all;
  all.space = space;
  result_query query;
  query.name = space;
  for (bool more = true; more;) {
    const auto answer = system.vectors(query);
    if (!answer)
      return answer.failure();
    const auto& block = **answer;
    const auto dim = static_cast<std::size_t>(block.dim);
    for (std::size_t i = 0; i < block.owners.size(); ++i) {
      // Nobody can listen to a file that is gone.
      if (block.owners[i].entry == entry_id{})
        continue;
      all.dim = dim;
      all.owners.push_back(block.owners[i]);
      const auto* row = block.values.data() + i * dim;
      all.values.insert(all.values.end(), row, row + dim);
    }
    query.after_seq = block.last_seq;
    more = block.more;
  }
  return all;
}

result<entry_row> entry_of(troupe_system& system, const result_owner& owner) {
  auto copies = system.entries_of(owner.content);
  if (!copies)
    return copies.failure();
  for (auto& row : copies->rows)
    if (row.id == owner.entry)
      return std::move(row);
  return error{errc::not_found, "the entry went away meanwhile; try again"};
}

result<std::map<content_id, entry_row>>
entries_by_content(troupe_system& system, media_kind kind) {
  std::map<content_id, entry_row> found;
  entry_query query;
  query.kind = kind;
  query.state = entry_state::done;
  query.limit = 1'000;
  do {
    auto page = system.entries(query);
    if (!page)
      return page.failure();
    for (auto& row : page->rows) {
      const auto content = row.content;
      found.try_emplace(content, std::move(row));
    }
    query.cursor = page->next;
  } while (!query.cursor.empty());
  return found;
}

} // namespace troupe
