#include "tools/commands/find/same_picture.hpp"

#include "domain/image/descriptors/picture_print.hpp"
#include "domain/image/descriptors/scene_embedding.hpp"

#include <map>

namespace troupe {

namespace {

/// The fingerprints of all pictures, by content.
result<std::map<content_id, image::picture_print>>
load_prints(troupe_system& system) {
  std::map<content_id, image::picture_print> found;
  result_query query;
  query.name = image::picture_print_method;
  for (bool more = true; more;) {
    const auto answer = system.fingerprints(query);
    if (!answer)
      return answer.failure();
    const auto& block = **answer;
    for (std::size_t i = 0; i < block.owners.size(); ++i)
      if (const auto print = image::print_of(block.words[i]))
        found.emplace(block.owners[i].content, *print);
    query.after_seq = block.last_seq;
    more = block.more;
  }
  return found;
}

} // namespace

result<std::vector<std::pair<std::size_t, std::size_t>>>
same_pictures(troupe_system& system, const library_vectors& all) {
  const auto prints = load_prints(system);
  if (!prints)
    return prints.failure();
  std::vector<std::pair<std::size_t, image::picture_print>> rows;
  for (std::size_t row = 0; row < all.owners.size(); ++row)
    if (const auto print = prints->find(all.owners[row].content);
        print != prints->end())
      rows.emplace_back(row, print->second);
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  const auto vectors = all.rows();
  for (std::size_t a = 0; a < rows.size(); ++a)
    for (std::size_t b = a + 1; b < rows.size(); ++b)
      if (is_near(rows[a].second, rows[b].second)
          && search::dot(vectors.row(rows[a].first), vectors.row(rows[b].first))
               >= image::near_duplicate_similarity)
        pairs.emplace_back(rows[a].first, rows[b].first);
  return pairs;
}

} // namespace troupe
