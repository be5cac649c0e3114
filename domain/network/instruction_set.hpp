#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace troupe::network {

/// What a convolution is compiled for. All three give the same bits.
enum class instruction_set : std::uint8_t {
  /// Plain C++ with `std::fma`; runs anywhere, slow.
  scalar,
  /// AVX2 and FMA, eight floats at once.
  avx2,
  /// AVX-512F, sixteen floats at once.
  avx512,
};

/// `scalar`, `avx2` or `avx512`.
[[nodiscard]] std::string_view to_string(instruction_set set) noexcept;

/// Those this processor (and operating system) can run, slowest first.
[[nodiscard]] std::vector<instruction_set> available_instruction_sets();

/// The fastest of them. Thread-safe; asks the processor once.
[[nodiscard]] instruction_set fastest_instruction_set() noexcept;

} // namespace troupe::network
