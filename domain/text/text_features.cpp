#include "domain/text/text_features.hpp"

#include "domain/text/utf8.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

namespace troupe::text {

namespace {

/// A word of more bytes is cut: no language has it, but a file may.
constexpr std::size_t word_bytes_max = 256;

/// @pre `bytes` is one well-formed sequence
char32_t decode(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (bytes.size() == 1)
    return first;
  char32_t code = first & (0xffU >> (bytes.size() + 1));
  for (const char next : bytes.substr(1))
    code = code << 6U | (static_cast<unsigned char>(next) & 0x3fU);
  return code;
}

void append(char32_t code, std::string& out) {
  const auto tail = [code](unsigned shift) {
    return static_cast<char>(0x80U | ((code >> shift) & 0x3fU));
  };
  if (code < 0x80)
    out += static_cast<char>(code);
  else if (code < 0x800)
    out += {static_cast<char>(0xc0U | code >> 6U), tail(0)};
  else if (code < 0x10000)
    out += {static_cast<char>(0xe0U | code >> 12U), tail(6), tail(0)};
  else
    out += {static_cast<char>(0xf0U | code >> 18U), tail(12), tail(6), tail(0)};
}

/// Letters and digits; beyond ASCII everything that is not known for
/// punctuation, space or a control character.
bool belongs_to_word(char32_t code) {
  if (code < 0x80)
    return (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z')
           || (code >= 'A' && code <= 'Z');
  if (code < 0xc0)
    return code == 0xaa || code == 0xb5 || code == 0xba;
  if (code == 0xd7 || code == 0xf7)
    return false;
  // General punctuation, CJK punctuation, private use, byte order mark,
  // full-width punctuation, replacement character.
  constexpr std::array<std::array<char32_t, 2>, 6> apart{{
    {0x2000, 0x206f},
    {0x3000, 0x303f},
    {0xe000, 0xf8ff},
    {0xfeff, 0xfeff},
    {0xff00, 0xff0f},
    {0xfff0, 0xffff},
  }};
  return std::none_of(apart.begin(), apart.end(), [code](const auto& range) {
    return code >= range[0] && code <= range[1];
  });
}

/// Simple case folding of the alphabets that have case and are common
/// (Unicode, CaseFolding.txt: the ranges with one fixed distance).
char32_t lowered(char32_t code) {
  const auto within = [code](char32_t first, char32_t last) {
    return code >= first && code <= last;
  };
  if (within('A', 'Z') || within(0xc0, 0xde) || within(0x391, 0x3a9)
      || within(0x410, 0x42f))
    return code + 32;
  if (within(0x400, 0x40f))
    return code + 80;
  // Latin Extended-A: capital and small letter side by side.
  if (within(0x100, 0x137) || within(0x14a, 0x177))
    return code | 1U;
  if (within(0x139, 0x148) || within(0x179, 0x17e))
    return code % 2 == 1 ? code + 1 : code;
  return code;
}

/// FNV-1a of 64 bits, then the finaliser of MurmurHash3 (Appleby, public
/// domain), so that the low bits are as good as the high ones.
std::uint64_t hash_of(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t hash = 0xcbf29ce484222325U ^ seed;
  for (const char byte : bytes) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001b3U;
  }
  hash ^= hash >> 33U;
  hash *= 0xff51afd7ed558ccdU;
  hash ^= hash >> 33U;
  hash *= 0xc4ceb9fe1a85ec53U;
  return hash ^ hash >> 33U;
}

/// Counts features while a text is read.
class feature_counter {
public:
  void add_word(std::string_view word) {
    count(word, false);
    marked_.assign(1, '^');
    marked_.append(word).push_back('$');
    starts_.clear();
    for (std::size_t at = 0; at < marked_.size();) {
      starts_.push_back(at);
      at += std::max<std::size_t>(
        utf8_sequence_bytes(std::string_view{marked_}.substr(at)), 1);
    }
    starts_.push_back(marked_.size());
    for (const std::size_t length : {3U, 4U})
      for (std::size_t i = 0; i + length < starts_.size(); ++i)
        count(std::string_view{marked_}.substr(starts_[i], starts_[i + length]
                                                             - starts_[i]),
              true);
  }

  [[nodiscard]] std::vector<std::uint32_t> finish() const {
    std::vector<std::uint32_t> words;
    words.reserve(counts_.size());
    for (const auto& [id, times] : counts_)
      words.push_back(packed({id, std::min<std::uint32_t>(times, 255)}));
    const auto smaller = [](std::uint32_t a, std::uint32_t b) {
      return a < b;
    };
    if (words.size() > features_max) {
      const auto end =
        words.begin() + static_cast<std::ptrdiff_t>(features_max);
      std::nth_element(words.begin(), end, words.end(), smaller);
      words.erase(end, words.end());
    }
    std::sort(words.begin(), words.end(), smaller);
    return words;
  }

private:
  void count(std::string_view bytes, bool is_part) {
    // 23 bits of hash and the bit that tells parts from words.
    const auto hash = static_cast<std::uint32_t>(hash_of(bytes, 0) >> 41U);
    ++counts_[hash << 1U | (is_part ? 1U : 0U)];
  }

  std::unordered_map<std::uint32_t, std::uint32_t> counts_;
  std::string marked_;
  std::vector<std::size_t> starts_;
};

} // namespace

void for_each_word(std::string_view bytes,
                   const std::function<void(std::string_view word)>& take) {
  std::string word;
  const auto finish = [&] {
    if (!word.empty())
      take(word);
    word.clear();
  };
  for (std::size_t at = 0; at < bytes.size();) {
    const auto length = utf8_sequence_bytes(bytes.substr(at));
    const auto code =
      length == 0 ? char32_t{' '} : decode(bytes.substr(at, length));
    at += std::max<std::size_t>(length, 1);
    if (!belongs_to_word(code))
      finish();
    else if (word.size() < word_bytes_max)
      append(lowered(code), word);
  }
  finish();
}

std::vector<std::uint32_t> features_of(std::string_view bytes) {
  feature_counter counter;
  for_each_word(bytes,
                [&counter](std::string_view word) { counter.add_word(word); });
  return counter.finish();
}

} // namespace troupe::text
