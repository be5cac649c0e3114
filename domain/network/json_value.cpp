#include "domain/network/json_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace troupe::network {

namespace {

constexpr std::size_t depth_max = 32;

/// Largest whole number that a double holds exactly.
constexpr double count_max = 9007199254740992.0;

/// Appends a code point below U+10000 or a whole surrogate pair as UTF-8.
void append_utf8(std::string& text, std::uint32_t code) {
  const auto put = [&text](std::uint32_t byte) {
    text.push_back(static_cast<char>(byte));
  };
  if (code < 0x80)
    return put(code);
  if (code < 0x800) {
    put(0xC0U | code >> 6U);
  } else {
    if (code < 0x10000) {
      put(0xE0U | code >> 12U);
    } else {
      put(0xF0U | code >> 18U);
      put(0x80U | (code >> 12U & 0x3FU));
    }
    put(0x80U | (code >> 6U & 0x3FU));
  }
  put(0x80U | (code & 0x3FU));
}

} // namespace

// -- reader -------------------------------------------------------------------

/// Walks one document. Every routine answers false at the first fault; `at_`
/// then stands at it.
class json_reader {
public:
  explicit json_reader(std::string_view document) : document_{document} {}

  [[nodiscard]] std::size_t at() const noexcept {
    return at_;
  }

  bool document(json_value& value) {
    if (!read(value, 0))
      return false;
    skip_space();
    return at_ == document_.size();
  }

private:
  [[nodiscard]] char peek() const noexcept {
    return at_ < document_.size() ? document_[at_] : '\0';
  }

  void skip_space() noexcept {
    while (at_ < document_.size()
           && std::string_view{" \t\r\n"}.find(document_[at_])
                != std::string_view::npos)
      ++at_;
  }

  bool take(std::string_view word) noexcept {
    if (!document_.substr(at_).starts_with(word))
      return false;
    at_ += word.size();
    return true;
  }

  bool read(json_value& value, std::size_t depth) {
    if (depth > depth_max)
      return false;
    skip_space();
    switch (peek()) {
    case '{':
      return read_map(value, depth);
    case '[':
      return read_list(value, depth);
    case '"':
      value.kind_ = json_value::kind::text;
      return read_text(value.text_);
    case 't':
    case 'f':
      value.kind_ = json_value::kind::boolean;
      value.number_ = peek() == 't' ? 1 : 0;
      return take(peek() == 't' ? "true" : "false");
    case 'n':
      return take("null");
    default:
      return read_number(value);
    }
  }

  bool read_list(json_value& value, std::size_t depth) {
    value.kind_ = json_value::kind::list;
    ++at_;
    skip_space();
    if (take("]"))
      return true;
    while (true) {
      if (!read(value.items_.emplace_back(), depth + 1))
        return false;
      skip_space();
      if (take("]"))
        return true;
      if (!take(","))
        return false;
    }
  }

  bool read_map(json_value& value, std::size_t depth) {
    value.kind_ = json_value::kind::map;
    ++at_;
    skip_space();
    if (take("}"))
      return true;
    while (true) {
      skip_space();
      std::string key;
      if (peek() != '"' || !read_text(key) || value.find(key) != nullptr)
        return false;
      skip_space();
      if (!take(":"))
        return false;
      value.keys_.push_back(std::move(key));
      if (!read(value.items_.emplace_back(), depth + 1))
        return false;
      skip_space();
      if (take("}"))
        return true;
      if (!take(","))
        return false;
    }
  }

  std::optional<std::uint32_t> read_hex() {
    std::uint32_t code = 0;
    const auto digits = document_.substr(at_, 4);
    const auto [end, fault] =
      std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (digits.size() != 4 || fault != std::errc{}
        || end != digits.data() + digits.size())
      return std::nullopt;
    at_ += 4;
    return code;
  }

  bool read_unicode(std::string& text) {
    const auto first = read_hex();
    if (!first || (*first >= 0xDC00 && *first < 0xE000))
      return false;
    if (*first < 0xD800 || *first >= 0xE000) {
      append_utf8(text, *first);
      return true;
    }
    if (!take("\\u"))
      return false;
    const auto second = read_hex();
    if (!second || *second < 0xDC00 || *second >= 0xE000)
      return false;
    append_utf8(text,
                0x10000 + ((*first - 0xD800) << 10U) + (*second - 0xDC00));
    return true;
  }

  bool read_escape(std::string& text) {
    static constexpr std::string_view letters = "\"\\/bfnrt";
    static constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    const auto letter = peek();
    ++at_;
    if (letter == 'u')
      return read_unicode(text);
    const auto which = letters.find(letter);
    if (letter == '\0' || which == std::string_view::npos)
      return false;
    text.push_back(meanings[which]);
    return true;
  }

  bool read_text(std::string& text) {
    ++at_;
    while (at_ < document_.size()) {
      const auto character = document_[at_++];
      if (character == '"')
        return true;
      if (static_cast<unsigned char>(character) < 0x20)
        return false;
      if (character != '\\')
        text.push_back(character);
      else if (!read_escape(text))
        return false;
    }
    return false;
  }

  bool read_number(json_value& value) {
    const auto begin = document_.data() + at_;
    const auto end = document_.data() + document_.size();
    const auto digits = begin != end && *begin == '-' ? begin + 1 : begin;
    if (digits == end || *digits < '0' || *digits > '9')
      return false;
    if (*digits == '0' && digits + 1 != end && digits[1] >= '0'
        && digits[1] <= '9')
      return false;
    const auto [last, fault] = std::from_chars(begin, end, value.number_);
    if (fault != std::errc{} || last[-1] == '.')
      return false;
    value.kind_ = json_value::kind::number;
    at_ += static_cast<std::size_t>(last - begin);
    return true;
  }

  std::string_view document_;
  std::size_t at_ = 0;
};

// -- interface ----------------------------------------------------------------

result<json_value> json_value::read(std::string_view document) {
  json_value value;
  json_reader reader{document};
  if (!reader.document(value))
    return error{errc::corrupt,
                 fmt::format("not JSON from byte {} on", reader.at())};
  return value;
}

result<double> json_value::number() const {
  if (kind_ != kind::number)
    return error{errc::corrupt, "a number was expected"};
  return number_;
}

result<std::size_t> json_value::count() const {
  if (kind_ != kind::number || number_ < 0 || number_ > count_max
      || number_ != std::floor(number_))
    return error{errc::corrupt, "a whole number was expected"};
  return static_cast<std::size_t>(number_);
}

const json_value* json_value::find(std::string_view key) const noexcept {
  const auto found = std::find(keys_.begin(), keys_.end(), key);
  return found == keys_.end() || kind_ != kind::map
           ? nullptr
           : &items_[static_cast<std::size_t>(found - keys_.begin())];
}

} // namespace troupe::network
