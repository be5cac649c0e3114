#pragma once

#include "domain/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

// The Unix sockets below the door, free of CAF. Everybody who connects is
// greeted with one line of text before anything else is said:
//
//   troupe-door <protocol> <pid>\n
//
// so that a client of another version can be told so in words, and so that
// nothing that is no node ever gets as far as CAF's own handshake, which
// neither limits nor survives strange bytes.
//
// Touches the OS by the exception named in tests/tidy_test.cpp.

namespace troupe {

/// What the node says first.
struct door_greeting {
  int protocol = 0;
  std::int64_t pid = 0;
};

[[nodiscard]] std::string format_greeting(const door_greeting& greeting);

/// The inverse, without the newline. @returns `errc::unsupported` for a line
/// that is no greeting
[[nodiscard]] result<door_greeting> parse_greeting(std::string_view line);

/// An open descriptor, closed with this object unless released.
class door_socket {
public:
  explicit door_socket(int descriptor) noexcept;
  door_socket(door_socket&& other) noexcept;
  door_socket& operator=(door_socket&& other) noexcept;
  door_socket(const door_socket&) = delete;
  door_socket& operator=(const door_socket&) = delete;
  ~door_socket();

  [[nodiscard]] int descriptor() const noexcept;

  /// Gives the descriptor away; whoever gets it closes it.
  int release() noexcept;

private:
  int descriptor_;
};

/// Listens at `path`, in a folder of mode 0700 that is made when absent. A
/// socket file that nobody listens on any more is replaced.
/// @returns `errc::too_large` when the path has more than 107 bytes,
/// `errc::locked` when somebody listens there, `errc::refused` when the
/// folder belongs to another user or is open to others, `errc::io_failure`
[[nodiscard]] result<door_socket> listen_at(const std::string& path);

/// Is the other end a process of this user? By SO_PEERCRED.
[[nodiscard]] bool is_same_user(int descriptor) noexcept;

/// Says the greeting on a fresh connection; never waits.
/// @returns false when it could not be said
[[nodiscard]] bool greet(int descriptor,
                         const door_greeting& greeting) noexcept;

/// A connection, and who answered.
struct door_visit {
  door_socket socket;
  door_greeting greeting;
};

/// Reads the greeting of whoever is at the other end of `socket`.
/// @param at the other end, for errors
/// @returns the errors of `knock_at`
[[nodiscard]] result<door_visit>
hear_greeting(door_socket socket, const std::string& at, int protocol,
              std::chrono::steady_clock::time_point deadline);

/// Connects to `path` and reads the greeting, within `longest` altogether,
/// whatever the other end does.
/// @returns `errc::unreachable` when nobody listens, speaks or speaks like a
/// node; `errc::refused` when the listener is another user's, or speaks
/// another protocol, naming both numbers
[[nodiscard]] result<door_visit> knock_at(const std::string& path, int protocol,
                                          std::chrono::milliseconds longest);

} // namespace troupe
