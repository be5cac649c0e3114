#include "config/json_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <limits>
#include <optional>
#include <utility>

namespace troupe {

namespace {

using json = nlohmann::json;

/// Reads bytes and counts lines, so that events know where they happen.
class line_counter {
public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  line_counter(const char* at, std::int64_t* line) : at_(at), line_(line) {}

  reference operator*() const {
    return *at_;
  }

  line_counter& operator++() {
    if (*at_ == '\n')
      ++*line_;
    ++at_;
    return *this;
  }

  friend bool operator==(const line_counter& a, const line_counter& b) {
    return a.at_ == b.at_;
  }

  friend bool operator!=(const line_counter& a, const line_counter& b) {
    return a.at_ != b.at_;
  }

private:
  const char* at_;
  /// Borrowed; shared by all copies, as the parser makes some.
  std::int64_t* line_;
};

/// Collects entries from the parser's events. A false return ends parsing;
/// `failure` then says why.
class entry_reader final : public nlohmann::json_sax<json> {
public:
  explicit entry_reader(const std::int64_t* line) : line_(line) {}

  bool null() override {
    return scalar(unusable_value{"null"});
  }

  bool boolean(bool /*value*/) override {
    return scalar(unusable_value{"a truth value"});
  }

  bool number_integer(json::number_integer_t value) override {
    return scalar(std::int64_t{value});
  }

  bool number_unsigned(json::number_unsigned_t value) override {
    if (std::cmp_greater(value, std::numeric_limits<std::int64_t>::max()))
      return scalar(unusable_value{"a number beyond 64 bits"});
    return scalar(static_cast<std::int64_t>(value));
  }

  bool number_float(json::number_float_t value,
                    const json::string_t& /*text*/) override {
    constexpr double exact_max = 9'007'199'254'740'992.0; // 2^53
    const bool fits = value >= -exact_max && value <= exact_max;
    const auto whole = fits ? static_cast<std::int64_t>(value) : 0;
    if (fits && static_cast<double>(whole) == value)
      return scalar(whole);
    return scalar(unusable_value{"a number with a fraction"});
  }

  bool string(json::string_t& value) override {
    return scalar(std::string{value});
  }

  bool binary(json::binary_t& /*value*/) override {
    return false;
  }

  bool start_object(std::size_t /*elements*/) override {
    if (list_depth_ > 0) {
      list_is_text_ = false;
      ++list_depth_;
      return true;
    }
    if (!begun_) {
      begun_ = true;
      return true;
    }
    section_.push_back(key_);
    entries.push_back({section_name(), "", {}, key_line_});
    return true;
  }

  bool end_object() override {
    if (list_depth_ > 0)
      --list_depth_;
    else if (!section_.empty())
      section_.pop_back();
    return true;
  }

  bool start_array(std::size_t /*elements*/) override {
    if (!begun_)
      return refuse("the whole must be an object");
    if (list_depth_++ == 0) {
      list_.clear();
      list_is_text_ = true;
    } else {
      list_is_text_ = false;
    }
    return true;
  }

  bool end_array() override {
    if (--list_depth_ > 0)
      return true;
    if (list_is_text_)
      return add(std::move(list_));
    return add(unusable_value{"a list of other things than text"});
  }

  bool key(json::string_t& name) override {
    if (list_depth_ > 0)
      return true;
    key_ = name;
    key_line_ = *line_;
    return true;
  }

  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& why) override {
    return refuse(why.what());
  }

  std::vector<config_entry> entries;
  /// Why parsing ended, with its line.
  std::optional<std::pair<std::string, std::int64_t>> failure;

private:
  bool refuse(std::string why) {
    failure = {std::move(why), *line_};
    return false;
  }

  bool scalar(config_value value) {
    if (!begun_)
      return refuse("the whole must be an object");
    if (list_depth_ == 0)
      return add(std::move(value));
    if (auto* text = std::get_if<std::string>(&value);
        text != nullptr && list_depth_ == 1)
      list_.push_back(std::move(*text));
    else
      list_is_text_ = false;
    return true;
  }

  bool add(config_value value) {
    const auto section = section_name();
    auto name = key_;
    if (section == "analyzer" && name == "parallel_workers")
      name = "workers";
    else if (section == "analyzer" && name == "processing_timeout")
      name = "timeout_s";
    entries.push_back({section, std::move(name), std::move(value), key_line_});
    return true;
  }

  [[nodiscard]] std::string section_name() const {
    return fmt::format("{}", fmt::join(section_, "."));
  }

  const std::int64_t* line_;
  bool begun_ = false;
  std::vector<std::string> section_;
  std::string key_;
  std::int64_t key_line_ = 1;
  /// Nested lists and objects inside a list; 0 outside of any.
  int list_depth_ = 0;
  std::vector<std::string> list_;
  bool list_is_text_ = true;
};

} // namespace

result<std::vector<config_entry>> read_json(std::string_view text,
                                            const std::string& path) {
  std::int64_t line = 1;
  entry_reader reader{&line};
  const bool whole =
    json::sax_parse(line_counter{text.data(), &line},
                    line_counter{text.data() + text.size(), &line}, &reader);
  if (whole && !reader.failure)
    return std::move(reader.entries);
  const auto [why, at] =
    reader.failure.value_or(std::pair{std::string{"it ends early"}, line});
  return error{errc::bad_configuration,
               fmt::format("config: {}:{}: not JSON: {}", path, at, why)};
}

} // namespace troupe
