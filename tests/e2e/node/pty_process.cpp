#include "tests/e2e/node/pty_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace troupe::testing {

namespace {

using clock = std::chrono::steady_clock;

winsize size_of(int columns, int rows) {
  winsize size{};
  size.ws_col = static_cast<unsigned short>(columns);
  size.ws_row = static_cast<unsigned short>(rows);
  return size;
}

/// Bytes of the character or control sequence that stands first; 0: not whole.
std::size_t first_unit(const std::string& bytes) {
  if (bytes.starts_with("\x1b")) {
    for (std::size_t i = 2; i < bytes.size(); ++i)
      if (bytes[i] >= '@' && bytes[i] <= '~')
        return i + 1;
    return 0;
  }
  const auto lead = static_cast<unsigned char>(bytes.front());
  const std::size_t size = lead < 0x80   ? 1
                           : lead < 0xE0 ? 2
                           : lead < 0xF0 ? 3
                                         : 4;
  return bytes.size() < size ? 0 : size;
}

} // namespace

// -- the screen ---------------------------------------------------------------

screen_model::screen_model(int columns, int rows)
  : columns_(columns),
    cells_(static_cast<std::size_t>(rows),
           std::vector<std::string>(static_cast<std::size_t>(columns), " ")) {}

void screen_model::take(std::string_view bytes) {
  pending_ += bytes;
  while (!pending_.empty()) {
    const auto size = first_unit(pending_);
    if (size == 0)
      return;
    const auto unit = pending_.substr(0, size);
    pending_.erase(0, size);
    if (unit.starts_with("\x1b"))
      obey(unit);
    else if (unit == "\r")
      column_ = 0;
    else if (unit == "\n")
      ++row_;
    else
      put(unit);
  }
}

void screen_model::obey(const std::string& sequence) {
  if (sequence == "\x1b[?1049h" || sequence == "\x1b[?1049l")
    on_page_ = sequence.back() == 'h';
  if (sequence == "\x1b[H")
    row_ = column_ = 0;
  const auto row = static_cast<std::size_t>(row_);
  if (row >= cells_.size())
    return;
  if (sequence == "\x1b[K" || sequence == "\x1b[J")
    for (auto i = static_cast<std::size_t>(column_); i < cells_[row].size();
         ++i)
      cells_[row][i] = " ";
  if (sequence == "\x1b[J" || sequence == "\x1b[2J")
    for (auto i = sequence == "\x1b[J" ? row + 1 : 0; i < cells_.size(); ++i)
      for (auto& cell : cells_[i])
        cell = " ";
}

void screen_model::put(const std::string& character) {
  if (row_ >= static_cast<int>(cells_.size()) || column_ >= columns_) {
    overflowed_ = overflowed_ || on_page_;
    return;
  }
  cells_[static_cast<std::size_t>(row_)][static_cast<std::size_t>(column_)] =
    character;
  ++column_;
}

std::vector<std::string> screen_model::lines() const {
  std::vector<std::string> found;
  for (const auto& row : cells_) {
    std::string line;
    for (const auto& cell : row)
      line += cell;
    line.erase(line.find_last_not_of(' ') + 1);
    found.push_back(std::move(line));
  }
  while (!found.empty() && found.back().empty())
    found.pop_back();
  return found;
}

// -- the process --------------------------------------------------------------

pty_process::pty_process(const std::vector<std::string>& command,
                         const std::map<std::string, std::string>& environment,
                         int columns, int rows)
  : screen_(columns, rows) {
  // Everything is made before the fork: a child of many threads may only exec.
  std::vector<std::string> words{"/usr/bin/env", "TERM=xterm"};
  for (const auto& [name, value] : environment)
    words.push_back(name + "=" + value);
  words.insert(words.end(), command.begin(), command.end());
  std::vector<char*> pointers;
  for (auto& word : words)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const auto size = size_of(columns, rows);
  pid_ = forkpty(&terminal_, nullptr, nullptr, &size);
  if (pid_ < 0)
    throw std::runtime_error("no terminal");
  if (pid_ == 0) {
    execv(pointers.front(), pointers.data());
    _exit(127);
  }
}

pty_process::~pty_process() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(terminal_);
}

bool pty_process::read_some(clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
    deadline - clock::now());
  pollfd wait{terminal_, POLLIN, 0};
  if (left.count() <= 0 || poll(&wait, 1, static_cast<int>(left.count())) <= 0)
    return false;
  std::array<char, 4096> bytes{};
  // The last one who had the terminal open is gone: EIO.
  const auto count = read(terminal_, bytes.data(), bytes.size());
  if (count <= 0)
    return false;
  screen_.take({bytes.data(), static_cast<std::size_t>(count)});
  return true;
}

bool pty_process::until(const std::function<bool(const screen_model&)>& wanted,
                        std::chrono::milliseconds longest) {
  const auto deadline = clock::now() + longest;
  while (!wanted(screen_))
    if (!read_some(deadline))
      return false;
  return true;
}

void pty_process::type(const std::string& keys) const {
  if (write(terminal_, keys.data(), keys.size())
      != static_cast<ssize_t>(keys.size()))
    throw std::runtime_error("the terminal takes no keys");
}

void pty_process::resize(int columns, int rows) {
  screen_ = screen_model{columns, rows};
  // It stays on its page, and what was under way is of the old size.
  screen_.take("\x1b[?1049h");
  const auto size = size_of(columns, rows);
  ioctl(terminal_, TIOCSWINSZ, &size);
}

int pty_process::end(std::chrono::milliseconds longest) {
  const auto deadline = clock::now() + longest;
  while (read_some(deadline)) {
  }
  const bool late = clock::now() >= deadline;
  if (late)
    kill(pid_, SIGKILL);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  if (late)
    return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace troupe::testing
