#include "domain/index/text_space_index.hpp"

#include "domain/text/text_features.hpp"

#include <utility>

namespace troupe::index {

namespace {

/// Fewer texts than this are learnt anew with each one: some milliseconds.
constexpr std::size_t small_library = 1'000;

/// Texts of one block, of some 300 features each.
constexpr std::int64_t block_texts = 1'000;

template <class Take>
result<std::int64_t> for_each_block(library_reader& reader,
                                    std::int64_t after_seq, Take take) {
  result_query query{text::text_features_method, after_seq, block_texts};
  for (bool more = true; more;) {
    auto block = reader.fingerprints(query);
    if (!block)
      return block.failure();
    take(*block);
    query.after_seq = block->last_seq;
    more = block->more;
  }
  return query.after_seq;
}

} // namespace

text_space_index::text_space_index(const index_policy& policy,
                                   const score_kernel& kernel)
  : policy_(policy), kernel_(&kernel) {}

result<void> text_space_index::catch_up(library_reader& reader, bool lost) {
  if (!vectors_)
    return learn_all(reader);
  if (lost) {
    const auto marks = reader.fingerprint_marks();
    if (!marks)
      return marks.failure();
    vectors_->retain(*marks);
  }
  const auto before = vectors_->table().rows();
  if (auto done = take_in(reader); !done)
    return done;
  const auto now = vectors_->table().live_rows();
  const bool changed =
    vectors_->table().rows() != before || now != rarity_.texts();
  const bool is_stale = now < small_library || now * 4 > rarity_.texts() * 5
                        || now * 5 < rarity_.texts() * 4;
  return changed && is_stale ? learn_all(reader) : result<void>{};
}

std::vector<float>
text_space_index::vector_of(std::span<const std::uint32_t> features) const {
  return text::text_vector_of(features, rarity_);
}

result<void> text_space_index::learn_all(library_reader& reader) {
  text::feature_rarity learnt;
  const auto end =
    for_each_block(reader, 0, [&learnt](const fingerprint_block& block) {
      for (const auto& words : block.words)
        learnt.learn(words);
    });
  if (!end)
    return end.failure();
  rarity_ = std::move(learnt);
  // Texts have no graph: it would be built anew as often as they are learnt.
  vectors_ = std::make_unique<space_index>(text::text_numbers, policy_,
                                           *kernel_, nullptr);
  seen_seq_ = 0;
  return take_in(reader);
}

result<void> text_space_index::take_in(library_reader& reader) {
  const auto end = for_each_block(
    reader, seen_seq_, [this](const fingerprint_block& block) { add(block); });
  if (!end)
    return end.failure();
  seen_seq_ = *end;
  return {};
}

void text_space_index::add(const fingerprint_block& block) {
  for (std::size_t i = 0; i < block.owners.size(); ++i) {
    auto vector = vector_of(block.words[i]);
    vector.resize(text::text_numbers);
    vectors_->add({block.owners[i].seq, block.owners[i].content}, vector);
  }
}

} // namespace troupe::index
