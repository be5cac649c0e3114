#include "domain/identity/ulid.hpp"

#include <algorithm>
#include <array>

namespace troupe {

namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Random bits that share `ulid::high` with the time.
constexpr unsigned random_bits_high = 16;

/// The five-bit value of a character, or -1.
constexpr int digit_of(char c) noexcept {
  if (c >= 'a' && c <= 'z')
    c = static_cast<char>(c - 'a' + 'A');
  if (c == 'I' || c == 'L')
    c = '1';
  else if (c == 'O')
    c = '0';
  const auto at = alphabet.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

constexpr std::int64_t time_of(const ulid& id) noexcept {
  return static_cast<std::int64_t>(id.high >> random_bits_high);
}

} // namespace

std::string to_string(const ulid& id) {
  // 26 digits hold 130 bits: the first one carries only the upper three.
  std::string text(ulid_characters, '0');
  auto high = id.high;
  auto low = id.low;
  for (std::size_t i = ulid_characters; i-- > 0;) {
    text[i] = alphabet[low & 31U];
    low = (low >> 5U) | (high << 59U);
    high >>= 5U;
  }
  return text;
}

std::optional<ulid> parse_ulid(std::string_view text) noexcept {
  if (text.size() != ulid_characters || digit_of(text.front()) > 7)
    return std::nullopt;
  ulid id;
  for (const char c : text) {
    const int digit = digit_of(c);
    if (digit < 0)
      return std::nullopt;
    id.high = (id.high << 5U) | (id.low >> 59U);
    id.low = (id.low << 5U) | static_cast<std::uint64_t>(digit);
  }
  return id;
}

std::optional<std::string> normalized_ulid_prefix(std::string_view text) {
  if (text.empty() || text.size() > ulid_characters)
    return std::nullopt;
  std::string prefix;
  prefix.reserve(text.size());
  for (const char c : text) {
    const int digit = digit_of(c);
    if (digit < 0)
      return std::nullopt;
    prefix.push_back(alphabet[static_cast<std::size_t>(digit)]);
  }
  return prefix;
}

ulid ulid_sequence::next(std::int64_t now_ms) {
  now_ms = std::clamp<std::int64_t>(now_ms, 0, ulid_time_ms_max);
  if (now_ms > time_of(last_) || last_ == ulid{}) {
    const auto time = static_cast<std::uint64_t>(now_ms) << random_bits_high;
    last_ = {time | (random_() >> 48U), random_()};
    return last_;
  }
  // Same millisecond, or the clock stepped back: count on from the last one.
  // 80 random bits do not overflow in practice; if they did, the time would
  // rise by one, which keeps the order.
  if (++last_.low == 0)
    ++last_.high;
  return last_;
}

} // namespace troupe
