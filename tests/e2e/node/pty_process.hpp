#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace troupe::testing {

/// What a terminal shows that understands the few sequences our pages use.
class screen_model {
public:
  screen_model(int columns, int rows);

  /// Takes output of a program.
  void take(std::string_view bytes);

  /// The lines without what is blank at their ends, and the blank last lines.
  [[nodiscard]] std::vector<std::string> lines() const;

  /// A character was written where there is no cell.
  [[nodiscard]] bool overflowed() const noexcept {
    return overflowed_;
  }

  /// The program is on the page beside its scrolling one.
  [[nodiscard]] bool on_page() const noexcept {
    return on_page_;
  }

private:
  void obey(const std::string& sequence);
  void put(const std::string& character);

  int columns_;
  /// One string for each cell: a UTF-8 character.
  std::vector<std::vector<std::string>> cells_;
  std::string pending_;
  int row_ = 0;
  int column_ = 0;
  bool overflowed_ = false;
  bool on_page_ = false;
};

/// A program under test whose terminal we are.
class pty_process {
public:
  pty_process(const std::vector<std::string>& command,
              const std::map<std::string, std::string>& environment,
              int columns, int rows);

  /// Kills it when it still runs.
  ~pty_process();

  pty_process(const pty_process&) = delete;
  pty_process& operator=(const pty_process&) = delete;

  /// Reads until the screen is as wanted. False: it ended, or the time passed.
  bool until(const std::function<bool(const screen_model&)>& wanted,
             std::chrono::milliseconds longest = std::chrono::minutes{1});

  void type(const std::string& keys) const;

  /// Gives the terminal another size, and the program a signal; the model
  /// begins anew.
  void resize(int columns, int rows);

  /// Waits for its end: exit status, 128 + signal, or -1 past the deadline.
  int end(std::chrono::milliseconds longest = std::chrono::minutes{1});

  [[nodiscard]] const screen_model& screen() const noexcept {
    return screen_;
  }

private:
  bool read_some(std::chrono::steady_clock::time_point deadline);

  int pid_ = -1;
  int terminal_ = -1;
  screen_model screen_;
};

} // namespace troupe::testing
