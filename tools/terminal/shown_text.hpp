#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe {

/// Text that is safe to show: control characters (also those of C1) and bytes
/// that are not UTF-8 appear as `\xNN`, so that a file's name can neither move
/// the cursor nor change the terminal's title. Newlines too.
[[nodiscard]] std::string shown_text(std::string_view text);

/// The columns that UTF-8 text takes, East Asian wide characters as two. A
/// good guess, not the terminal's own table. @pre `text` is valid UTF-8
[[nodiscard]] std::size_t columns_of(std::string_view text);

/// `text` cut in its middle to at most `columns_max` columns, with "…" where
/// something is missing: both the folder's and the file's end stay readable.
/// @pre `text` is valid UTF-8
[[nodiscard]] std::string cut_middle(std::string_view text,
                                     std::size_t columns_max);

} // namespace troupe
