#include "domain/text/log_line.hpp"

#include "domain/text/json_quote.hpp"
#include "domain/text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace troupe {

namespace {

bool is_control(char character) noexcept {
  const auto byte = static_cast<std::uint8_t>(character);
  return byte < 0x20 || byte == 0x7F;
}

unsigned byte_of(char character) noexcept {
  return static_cast<std::uint8_t>(character);
}

void append_for_person(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto bytes = utf8_sequence_bytes(text);
    if (text.front() == '\n')
      out += "\\n";
    else if (bytes == 0 || is_control(text.front()))
      out += fmt::format("\\x{:02X}", byte_of(text.front()));
    else
      out += text.substr(0, bytes);
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
}

/// "2024-05-01", `gap`, "12:00:00.123Z".
std::string format_time(std::int64_t now_us, char gap) {
  using namespace std::chrono;
  const sys_time<microseconds> now{microseconds{now_us}};
  const auto day = floor<days>(now);
  const year_month_day date{day};
  const hh_mm_ss time{floor<milliseconds>(now - day)};
  return fmt::format(
    "{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}.{:03}Z",
    static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
    static_cast<unsigned>(date.day()), gap, time.hours().count(),
    time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

} // namespace

std::string_view to_string(log_level level) noexcept {
  switch (level) {
  case log_level::debug:
    return "debug";
  case log_level::info:
    return "info";
  case log_level::warning:
    return "warning";
  case log_level::error:
    return "error";
  }
  return "unknown";
}

std::string format_log_text(std::int64_t now_us, log_level level,
                            std::string_view component, std::string_view text) {
  auto line =
    fmt::format("{} {:<7} ", format_time(now_us, ' '), to_string(level));
  append_for_person(line, component);
  line += ": ";
  append_for_person(line, text);
  return line;
}

std::string format_log_json(std::int64_t now_us, log_level level,
                            std::string_view component, std::string_view text) {
  return fmt::format(
    R"({{"schema":1,"time":"{}","level":"{}","component":{},"text":{}}})",
    format_time(now_us, 'T'), to_string(level), json_quoted(component),
    json_quoted(text));
}

} // namespace troupe
