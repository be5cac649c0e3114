#pragma once

#include "domain/result.hpp"

#include <fmt/format.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace troupe {

/// A value that only the thread which made it may use: a decoder's handles, a
/// plan's scratch. Whoever else asks gets an error instead of a race.
///
/// Thread affinity: made, used and destroyed on one thread; `use` may be
/// called from any, which is its point.
template <class T>
class thread_bound {
public:
  /// @param who names a thread for people; called on the thread in question;
  /// empty: the id alone
  template <class Make>
  thread_bound(Make make, std::function<std::string()> who)
    : home_(std::this_thread::get_id()), who_(std::move(who)),
      home_name_(name_here()), value_(make()) {}

  /// The value, for the thread that made it.
  /// @returns `errc::refused` naming both threads for any other
  [[nodiscard]] result<T*> use() {
    if (std::this_thread::get_id() == home_)
      return &value_;
    return error{errc::refused,
                 fmt::format("this belongs to thread {}, and thread {} asked "
                             "for it; send its actor a message instead",
                             home_name_, name_here())};
  }

private:
  [[nodiscard]] std::string name_here() const {
    if (who_)
      return who_();
    return fmt::format(
      "{:x}", std::hash<std::thread::id>{}(std::this_thread::get_id()));
  }

  std::thread::id home_;
  std::function<std::string()> who_;
  std::string home_name_;
  T value_;
};

} // namespace troupe
