#pragma once

#include "tests/tidy/source_text.hpp"

namespace troupe::testing {

/// Checks the arrows: which folder includes which, that CAF stays in actors/
/// (and tests/, bench/), which third-party library a folder may know, and
/// that domain/ and actors/ leave the operating system to the adapters.
[[nodiscard]] complaints check_includes(const source_file& file);

/// Names the library that a header in angle brackets belongs to: "std" for
/// C++'s own, "os" for the system's, else a short name such as "sndfile".
[[nodiscard]] std::string library_of(std::string_view header);

} // namespace troupe::testing
