#include "tests/tidy/function_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace troupe::testing {

namespace {

constexpr std::size_t file_lines_max = 500;
constexpr std::size_t function_lines_max = 60;
constexpr std::size_t handler_lines_max = 40;

bool is_blank(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

/// Drops "template <...>" and attributes from the front of a declaration.
std::string_view without_prefix(std::string_view text) {
  text = trimmed(text);
  while (text.starts_with("template")) {
    auto at = text.find('<');
    int depth = 0;
    for (; at < text.size(); ++at) {
      depth += text[at] == '<' ? 1 : text[at] == '>' ? -1 : 0;
      if (depth == 0)
        break;
    }
    text = trimmed(text.substr(std::min(at + 1, text.size())));
  }
  while (text.starts_with("[[") && text.find("]]") != std::string_view::npos)
    text = trimmed(text.substr(text.find("]]") + 2));
  return text;
}

bool opens_scope(std::string_view declaration) {
  constexpr std::array<std::string_view, 7> words = {
    "namespace", "class",  "struct",          "enum",
    "union",     "extern", "inline namespace"};
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return declaration.starts_with(word)
           && (declaration.size() == word.size()
               || is_blank(declaration[word.size()]));
  });
}

/// The word before the first parenthesis.
std::string name_of(std::string_view declaration) {
  const auto before = trimmed(declaration.substr(0, declaration.find('(')));
  const auto begin = before.find_last_of(" \n\t*&:");
  return std::string{
    begin == std::string_view::npos ? before : before.substr(begin + 1)};
}

/// Follows braces through code without comments and strings.
class brace_reader {
public:
  std::vector<function_span> run(std::string_view code) {
    for (const char c : code) {
      read(c);
      before_ = c;
      if (c == '\n')
        ++line_;
    }
    return std::move(found_);
  }

private:
  void read(char c) {
    if (inside_function_)
      return follow_body(c);
    if (skipped_braces_ > 0)
      return skip(c);
    if (c == '#' && trimmed(statement_).empty())
      in_directive_ = true;
    if (in_directive_) {
      if (c == '\n' && before_ != '\\')
        in_directive_ = false;
      return;
    }
    parentheses_ += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == '{')
      return open();
    if (c == '}' || (c == ';' && parentheses_ <= 0)) {
      statement_.clear();
      parentheses_ = 0;
      return;
    }
    statement_ += c;
    if (is_access_label())
      statement_.clear();
  }

  void open() {
    const auto declaration = without_prefix(statement_);
    const bool initialises = parentheses_ > 0 || !is_blank(before_)
                             || trimmed(statement_).ends_with('=');
    if (initialises) {
      skipped_braces_ = 1;
    } else if (!opens_scope(declaration)
               && declaration.find('(') != std::string_view::npos) {
      inside_function_ = true;
      body_braces_ = 1;
      found_.push_back({name_of(declaration), line_, line_});
    } else {
      statement_.clear();
    }
  }

  void skip(char c) {
    skipped_braces_ += c == '{' ? 1 : c == '}' ? -1 : 0;
  }

  void follow_body(char c) {
    body_braces_ += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (body_braces_ > 0)
      return;
    inside_function_ = false;
    found_.back().last_line = line_;
    statement_.clear();
  }

  [[nodiscard]] bool is_access_label() const {
    const auto word = trimmed(statement_);
    return word == "public:" || word == "private:" || word == "protected:";
  }

  std::vector<function_span> found_;

  /// The declaration read so far, since the last `;`, `{` or `}`.
  std::string statement_;

  std::size_t line_ = 1;
  int parentheses_ = 0;
  int skipped_braces_ = 0;
  int body_braces_ = 0;
  bool inside_function_ = false;
  bool in_directive_ = false;
  char before_ = '\n';
};

/// A gtest macro; the name of one reads like a function's.
bool is_test(std::string_view name) {
  return name.starts_with("TEST") || name.starts_with("TYPED_TEST")
         || name.starts_with("BENCHMARK");
}

} // namespace

std::vector<function_span> functions_of(std::string_view text) {
  return brace_reader{}.run(code_only(text));
}

complaints check_lengths(const source_file& file) {
  complaints found;
  const auto lines = lines_of(file.text).size();
  if (lines > file_lines_max)
    found.push_back(complaint(file, lines,
                              std::to_string(lines)
                                + " lines; split the file by noun (max 500)"));
  for (const auto& function : functions_of(file.text)) {
    if (is_test(function.name))
      continue;
    const bool handles =
      file.layer() == "actors" && function.name.starts_with("on_");
    const auto most = handles ? handler_lines_max : function_lines_max;
    const auto length = function.last_line - function.first_line + 1;
    if (length > most)
      found.push_back(complaint(file, function.first_line,
                                function.name + " has " + std::to_string(length)
                                  + " lines (max " + std::to_string(most)
                                  + ")"));
  }
  return found;
}

} // namespace troupe::testing
