#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe {

/// Characters of a ULID's text.
inline constexpr std::size_t ulid_characters = 26;

/// Milliseconds that a ULID can hold: 48 bits, the year 10889.
inline constexpr std::int64_t ulid_time_ms_max = (std::int64_t{1} << 48U) - 1;

/// A 128-bit identifier that sorts by its time of birth.
/// Source: ULID specification (github.com/ulid/spec), 48 bits of milliseconds
/// since 1970 UTC, then 80 random bits, big endian.
struct ulid {
  /// The time and the upper 16 random bits.
  std::uint64_t high = 0;
  /// The lower 64 random bits.
  std::uint64_t low = 0;

  friend auto operator<=>(const ulid&, const ulid&) = default;
};

/// The 26 characters: Crockford's base 32, upper case. The order of texts is
/// the order of values.
[[nodiscard]] std::string to_string(const ulid& id);

/// The inverse; lower case is understood, and I, L, O are read as 1, 1, 0.
/// Nothing for another length, another character, or a value over 128 bits.
[[nodiscard]] std::optional<ulid> parse_ulid(std::string_view text) noexcept;

/// A typed prefix of a ULID's text as it is stored: upper case, I, L and O
/// replaced. Nothing when it is empty, too long, or has another character.
[[nodiscard]] std::optional<std::string>
normalized_ulid_prefix(std::string_view text);

/// Makes ULIDs that rise strictly, also within a millisecond and when the
/// clock steps back. Not thread safe.
class ulid_sequence {
public:
  /// @param random returns 64 fresh random bits at each call; owned.
  explicit ulid_sequence(std::function<std::uint64_t()> random)
    : random_(std::move(random)) {}

  /// The next identifier. @param now_ms milliseconds UTC; clamped to
  /// [0, `ulid_time_ms_max`]
  [[nodiscard]] ulid next(std::int64_t now_ms);

private:
  std::function<std::uint64_t()> random_;
  ulid last_;
};

} // namespace troupe
