#pragma once

#include <cstdint>
#include <string>

namespace troupe::fuzz {

/// Damages a file in one to four ways, all chosen by the seed. The result may
/// be empty, and is at most 64 KiB longer than `bytes`. Same input, same bytes.
[[nodiscard]] std::string mutate(std::string bytes, std::uint64_t seed);

} // namespace troupe::fuzz
