#pragma once

#include "domain/index/space_index.hpp"
#include "domain/ports/library_reader.hpp"
#include "domain/result.hpp"
#include "domain/text/text_embedding.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace troupe::index {

/// The space of texts. What is rare among them changes with every text, and
/// vectors weighed differently must not be compared: all are weighed by what
/// was rare when it was last learnt, and learnt anew when a quarter has come
/// since, or in a small library at once.
///
/// Thread affinity: as `space_index`.
class text_space_index {
public:
  /// @param kernel borrowed
  text_space_index(const index_policy& policy, const score_kernel& kernel);

  /// Takes in the texts that came. With `lost`, looks for what is gone.
  result<void> catch_up(library_reader& reader, bool lost);

  /// Empty for a text without words.
  [[nodiscard]] std::vector<float>
  vector_of(std::span<const std::uint32_t> features) const;

  /// Never null after `catch_up`.
  [[nodiscard]] space_index* vectors() noexcept {
    return vectors_.get();
  }

private:
  result<void> learn_all(library_reader& reader);
  result<void> take_in(library_reader& reader);
  void add(const fingerprint_block& block);

  index_policy policy_;
  const score_kernel* kernel_;
  std::unique_ptr<space_index> vectors_;
  text::feature_rarity rarity_;
  std::int64_t seen_seq_ = 0;
};

} // namespace troupe::index
