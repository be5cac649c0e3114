#include "tools/terminal/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace troupe {

namespace {

bool colour_wanted() {
  const auto* no_colour = std::getenv("NO_COLOR");
  if (no_colour != nullptr && *no_colour != '\0')
    return false;
  const auto* kind = std::getenv("TERM");
  return kind != nullptr && std::string_view{kind} != "dumb";
}

std::string_view sequence_of(tone what) {
  switch (what) {
  case tone::good:
    return "\x1b[32m";
  case tone::bad:
    return "\x1b[31m";
  case tone::faint:
    return "\x1b[2m";
  case tone::strong:
    return "\x1b[1m";
  default:
    return {};
  }
}

} // namespace

terminal_traits look_at_terminal(int descriptor) {
  terminal_traits traits;
  traits.is_terminal = isatty(descriptor) == 1;
  if (!traits.is_terminal)
    return traits;
  traits.colour = colour_wanted();
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0)
    return traits;
  if (size.ws_col > 0)
    traits.columns = size.ws_col;
  if (size.ws_row > 0)
    traits.rows = size.ws_row;
  return traits;
}

std::string toned(std::string_view text, tone what, bool colour) {
  const auto sequence = sequence_of(what);
  if (!colour || sequence.empty())
    return std::string{text};
  return fmt::format("{}{}\x1b[0m", sequence, text);
}

} // namespace troupe
