#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace troupe {

/// Why an operation could not be completed. Values are persisted in the
/// library and sent over the wire: append only, never renumber.
enum class errc : std::uint8_t {
  none = 0,
  /// The caller broke a documented precondition on input data: mend the call.
  invalid_argument = 1,
  /// The named entity does not exist: check the name.
  not_found = 2,
  /// A bounded queue or budget is full: try again later.
  overloaded = 3,
  /// The present state forbids it (paused, quarantined, held): read the detail.
  refused = 4,
  /// Stored or received data is damaged: restore or remove it.
  corrupt = 5,
  /// The operating system failed a read or a write: check the device.
  io_failure = 6,
  /// No space is left on the device: free some, then try again.
  no_space = 7,
  /// Another process holds what is needed: wait for it, or address it.
  locked = 8,
  /// The input is of a kind we do not handle: convert it.
  unsupported = 9,
  /// The deadline passed; whether the operation happened is unknown.
  timeout = 10,
  /// Somebody asked for it to stop.
  cancelled = 11,
  /// The peer cannot be reached: start it, or check the address.
  unreachable = 12,
  /// Written by a newer troupe: upgrade this one.
  newer_version = 13,
  /// The operating system denies access: check permissions.
  permission_denied = 14,
  /// A bug of ours; report it with the detail.
  internal = 15,
  /// A size, length or count is over its limit: raise the limit or skip it.
  too_large = 16,
  /// A configuration key or value is wrong: mend the file.
  bad_configuration = 17,
  /// Its certificate does not let the asker do that: use one of another role.
  not_authorised = 18,
};

/// The highest code.
inline constexpr errc errc_last = errc::not_authorised;

/// The stable snake_case name of a code, as logs and JSON spell it.
[[nodiscard]] std::string_view to_string(errc code) noexcept;

/// A failure: the code decides what a program does, the detail tells a person
/// what failed, on what, with which value, and what to do next.
struct error {
  errc code = errc::internal;
  std::string detail;

  friend bool operator==(const error&, const error&) = default;
};

/// Either a value or an error. There are no exceptions across this boundary.
template <class T>
class [[nodiscard]] result {
public:
  // NOLINTNEXTLINE(google-explicit-constructor): `return value;` must work.
  result(T value) : data_(std::in_place_index<0>, std::move(value)) {}

  // NOLINTNEXTLINE(google-explicit-constructor): `return error{...};` too.
  result(error failure) : data_(std::in_place_index<1>, std::move(failure)) {
    assert(std::get<1>(data_).code != errc::none);
  }

  /// True when a value is held.
  [[nodiscard]] explicit operator bool() const noexcept {
    return data_.index() == 0;
  }

  /// The value. @pre `*this` holds a value.
  [[nodiscard]] T& value() & {
    assert(data_.index() == 0);
    return *std::get_if<0>(&data_);
  }

  /// The value. @pre `*this` holds a value.
  [[nodiscard]] const T& value() const& {
    assert(data_.index() == 0);
    return *std::get_if<0>(&data_);
  }

  /// Moves the value out. @pre `*this` holds a value.
  [[nodiscard]] T&& value() && {
    assert(data_.index() == 0);
    return std::move(*std::get_if<0>(&data_));
  }

  [[nodiscard]] T& operator*() & {
    return value();
  }

  [[nodiscard]] const T& operator*() const& {
    return value();
  }

  [[nodiscard]] T* operator->() {
    return &value();
  }

  [[nodiscard]] const T* operator->() const {
    return &value();
  }

  /// The error. @pre `*this` holds no value.
  [[nodiscard]] const error& failure() const {
    assert(data_.index() == 1);
    return *std::get_if<1>(&data_);
  }

private:
  std::variant<T, error> data_;
};

/// Success without a value, or an error.
template <>
class [[nodiscard]] result<void> {
public:
  result() = default;

  // NOLINTNEXTLINE(google-explicit-constructor): `return error{...};` works.
  result(error failure) : failure_(std::move(failure)) {
    assert(failure_->code != errc::none);
  }

  /// True on success.
  [[nodiscard]] explicit operator bool() const noexcept {
    return !failure_.has_value();
  }

  /// The error. @pre the operation failed.
  [[nodiscard]] const error& failure() const {
    assert(failure_.has_value());
    return *failure_;
  }

private:
  std::optional<error> failure_;
};

} // namespace troupe
