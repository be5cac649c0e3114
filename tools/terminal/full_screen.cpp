#include "tools/terminal/full_screen.hpp"

#include "tools/terminal/shown_text.hpp"
#include "tools/terminal/terminal.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

namespace troupe {

namespace {

// Control sequences of ECMA-48 and xterm: the other screen, the cursor hidden.
constexpr std::string_view enter_page = "\x1b[?1049h\x1b[?25l\x1b[2J";
constexpr std::string_view leave_page = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view first_cell = "\x1b[H";
constexpr std::string_view clear_line_end = "\x1b[0m\x1b[K";
constexpr std::string_view clear_page_end = "\x1b[J";

/// All of it, or nothing more: a terminal that is gone needs no picture.
void put(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written <= 0)
      return;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// Bytes of what stands first: a colour's sequence, or one character.
std::size_t unit_size(std::string_view text) {
  if (text.starts_with("\x1b["))
    return std::min(text.find('m') + 1, text.size());
  std::size_t size = 1;
  while (size < text.size()
         && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U)
    ++size;
  return size;
}

std::string cut_end(std::string_view line, std::size_t columns) {
  std::string shown;
  std::size_t taken = 0;
  while (!line.empty()) {
    const auto unit = line.substr(0, unit_size(line));
    const auto width = unit.front() == '\x1b' ? 0 : columns_of(unit);
    if (taken + width > columns)
      break;
    taken += width;
    shown += unit;
    line.remove_prefix(unit.size());
  }
  return shown;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto size = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, size));
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  return lines;
}

} // namespace

std::string page_bytes(std::string_view text, int columns, int rows) {
  const auto lines = lines_of(text);
  const auto fit = static_cast<std::size_t>(std::max(rows, 1));
  const auto wide = static_cast<std::size_t>(std::max(columns, 1));
  std::string bytes{first_cell};
  for (std::size_t i = 0; i < std::min(lines.size(), fit); ++i) {
    const bool last = i + 1 == fit && lines.size() > fit;
    const auto line = last
                        ? fmt::format("… {} more lines", lines.size() - fit + 1)
                        : std::string{lines[i]};
    if (i > 0)
      bytes += "\r\n";
    bytes += cut_end(line, wide);
    bytes += clear_line_end;
  }
  bytes += clear_page_end;
  return bytes;
}

struct full_screen::state {
  int signals = -1;
  bool keys = false;
  termios before{};
};

full_screen::full_screen() : state_(std::make_unique<state>()) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH})
    sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  state_->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  state_->keys = tcgetattr(STDIN_FILENO, &state_->before) == 0;
  if (state_->keys) {
    auto raw = state_->before;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  }
  put(enter_page);
}

full_screen::~full_screen() {
  put(leave_page);
  if (state_->keys)
    tcsetattr(STDIN_FILENO, TCSANOW, &state_->before);
  ::close(state_->signals);
}

void full_screen::show(std::string_view text) {
  const auto traits = look_at_terminal(STDOUT_FILENO);
  put(page_bytes(text, traits.columns, traits.rows));
}

screen_wish full_screen::wait(std::chrono::milliseconds longest) {
  std::array<pollfd, 2> both{{{state_->signals, POLLIN, 0},
                              {state_->keys ? STDIN_FILENO : -1, POLLIN, 0}}};
  if (::poll(both.data(), both.size(), static_cast<int>(longest.count())) <= 0)
    return screen_wish::none;
  signalfd_siginfo signal{};
  if (both[0].revents != 0
      && ::read(state_->signals, &signal, sizeof signal) == sizeof signal)
    return signal.ssi_signo == SIGWINCH ? screen_wish::resized
                                        : screen_wish::interrupted;
  if (both[1].revents == 0)
    return screen_wish::none;
  char key = 0;
  if (::read(STDIN_FILENO, &key, 1) != 1)
    state_->keys = false;
  return key == 'q' ? screen_wish::quit : screen_wish::none;
}

} // namespace troupe
