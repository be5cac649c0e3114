#include "domain/library/lock_note.hpp"

#include <fmt/format.h>

#include <charconv>

namespace troupe {

namespace {

std::string escaped(std::string_view value) {
  std::string text;
  for (const char character : value) {
    if (character == '\n')
      text += "\\n";
    else if (character == '\\')
      text += "\\\\";
    else
      text += character;
  }
  return text;
}

std::string unescaped(std::string_view text) {
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      value += text[i];
      continue;
    }
    ++i;
    value += text[i] == 'n' ? '\n' : text[i];
  }
  return value;
}

/// Takes one line into `note`.
void parse_line(std::string_view line, holder_note& note) {
  const auto equals = line.find('=');
  if (equals == std::string_view::npos)
    return;
  const auto key = line.substr(0, equals);
  const auto value = line.substr(equals + 1);
  if (key == "pid") {
    std::int64_t pid = 0;
    const auto* end = value.data() + value.size();
    const auto [stop, failure] = std::from_chars(value.data(), end, pid);
    if (failure == std::errc{} && stop == end && pid > 0)
      note.pid = pid;
  } else if (key == "role") {
    note.role = unescaped(value);
  } else if (key == "socket") {
    note.socket = unescaped(value);
  }
}

} // namespace

std::string format_lock_note(const holder_note& note) {
  return fmt::format("pid={}\nrole={}\nsocket={}\n", note.pid,
                     escaped(note.role), escaped(note.socket));
}

holder_note parse_lock_note(std::string_view text) {
  holder_note note;
  for (auto end = text.find('\n'); end != std::string_view::npos;
       end = text.find('\n')) {
    parse_line(text.substr(0, end), note);
    text.remove_prefix(end + 1);
  }
  return note;
}

std::string describe_holder(const holder_note& note) {
  if (note.pid == 0)
    return "another process";
  if (note.role.empty())
    return fmt::format("pid {}", note.pid);
  return fmt::format("pid {} (troupe {})", note.pid, note.role);
}

} // namespace troupe
