#include "tests/tidy/source_text.hpp"

#include <cctype>
#include <utility>

namespace troupe::testing {

namespace {

/// Walks a text once and blanks what is not code.
class blanker {
public:
  explicit blanker(std::string_view text) : text_(text), code_(text) {}

  std::string run() {
    while (at_ < text_.size()) {
      if (starts("//"))
        blank_until("\n", 0);
      else if (starts("/*"))
        blank_until("*/", 2);
      else if (starts("R\"") && !is_word(at_ - 1))
        blank_raw_string();
      else if (text_[at_] == '"')
        blank_literal('"');
      else if (text_[at_] == '\'' && !is_word(at_ - 1))
        blank_literal('\'');
      else
        ++at_;
    }
    return std::move(code_);
  }

private:
  [[nodiscard]] bool starts(std::string_view what) const {
    return text_.substr(at_).starts_with(what);
  }

  /// Whether a letter, digit or underscore stands there: 1'000 is a number.
  [[nodiscard]] bool is_word(std::size_t where) const {
    return where < text_.size()
           && (std::isalnum(static_cast<unsigned char>(text_[where])) != 0
               || text_[where] == '_');
  }

  void blank_to(std::size_t end) {
    for (; at_ < end && at_ < text_.size(); ++at_)
      if (text_[at_] != '\n')
        code_[at_] = ' ';
  }

  void blank_until(std::string_view end, std::size_t kept) {
    const auto found = text_.find(end, at_ + 2);
    blank_to(found == std::string_view::npos ? text_.size() : found + kept);
  }

  void blank_raw_string() {
    const auto open = text_.find('(', at_);
    if (open == std::string_view::npos)
      return blank_to(text_.size());
    const auto mark = text_.substr(at_ + 2, open - at_ - 2);
    const auto end = ")" + std::string{mark} + "\"";
    const auto found = text_.find(end, open);
    blank_to(found == std::string_view::npos ? text_.size()
                                             : found + end.size());
  }

  void blank_literal(char quote) {
    auto end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n')
      end += text_[end] == '\\' ? 2U : 1U;
    blank_to(end + 1);
  }

  std::string_view text_;

  std::string code_;

  std::size_t at_ = 0;
};

} // namespace

std::string source_file::layer() const {
  return path.substr(0, path.find('/'));
}

bool source_file::is_header() const {
  return path.ends_with(".hpp");
}

std::string complaint(const source_file& file, std::size_t line,
                      std::string_view what) {
  return file.path + ":" + std::to_string(line) + ": " + std::string{what};
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::string code_only(std::string_view text) {
  return blanker{text}.run();
}

} // namespace troupe::testing
