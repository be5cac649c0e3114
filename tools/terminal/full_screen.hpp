#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace troupe {

/// What a person or the system wants of a program that fills the screen.
enum class screen_wish : unsigned char { none, resized, quit, interrupted };

/// The terminal as one page that is drawn again and again. Its former content
/// comes back with the end of the object.
///
/// Thread affinity: the thread that made it. SIGINT, SIGTERM, SIGHUP and
/// SIGWINCH are blocked from then on, here and in threads started later:
/// `wait` tells of them. @pre stdout is a terminal, no other thread runs
class full_screen {
public:
  full_screen();
  ~full_screen();
  full_screen(const full_screen&) = delete;
  full_screen& operator=(const full_screen&) = delete;

  /// Draws the page in the place of the last one, cut to the terminal.
  void show(std::string_view text);

  /// Waits at most this long for a wish.
  [[nodiscard]] screen_wish wait(std::chrono::milliseconds longest);

private:
  struct state;
  std::unique_ptr<state> state_;
};

/// The page as bytes for a terminal of this size: each line cut to its
/// columns, the last one telling how many lines did not fit.
/// @pre `text` is valid UTF-8 but for sequences that set colours
[[nodiscard]] std::string page_bytes(std::string_view text, int columns,
                                     int rows);

} // namespace troupe
