#pragma once

#include <chrono>
#include <string_view>

namespace troupe {

/// Whoever started this process as a service and wants to know how it fares;
/// without one, every call does nothing. Never blocks, never fails: a host
/// that does not listen must not stop the work. Thread-safe.
class service_host {
public:
  virtual ~service_host() = default;

  /// The service is up; `status` is one line for a person.
  virtual void ready(std::string_view status) const noexcept = 0;

  /// One line for a person.
  virtual void status(std::string_view status) const noexcept = 0;

  /// The configuration is being read again; `ready` ends it.
  virtual void reloading() const noexcept = 0;

  /// The service ends; allow it this long from now on.
  virtual void stopping(std::chrono::milliseconds longest) const noexcept = 0;

  /// A sign of life; send one at least every `beat_within`.
  virtual void beat() const noexcept = 0;

  /// Silence after which the host kills the service; 0 = it does not.
  [[nodiscard]] virtual std::chrono::microseconds
  beat_within() const noexcept = 0;
};

} // namespace troupe
