#pragma once

#include "domain/ports/library_reader.hpp"
#include "domain/search/block_share.hpp"
#include "tools/output/page_picture.hpp"

#include <string>
#include <vector>

namespace troupe {

/// One answer of `troupe similar`.
struct similar_item {
  entry_row entry;
  /// In [-1, 1].
  double cosine = 0.0;
  /// In [0, 1], by which the list is ordered.
  double proximity = 0.0;
  /// Empty for a space that names no blocks.
  std::vector<search::block_share> why;
};

/// A page for a browser, whole in itself and without scripts: what was asked,
/// and what is like it. Music has waveforms, figures and shares, and players
/// that name their files; pictures are thumbnails within the page. UTF-8.
[[nodiscard]] std::string similar_page(const entry_row& asked,
                                       const std::vector<similar_item>& items,
                                       const page_picture_source& picture_of);

/// "timbre 52 %, rhythm 31 %": the shares of at least 1 %, the largest first.
[[nodiscard]] std::string shares_text(std::vector<search::block_share> why);

} // namespace troupe
