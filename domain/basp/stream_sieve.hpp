#pragma once

#include "domain/basp/frame.hpp"
#include "domain/basp/frame_filter.hpp"
#include "domain/result.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::basp {

/// What lies in one direction of a connection: bytes go in as they come, and
/// those that may go on come out. It holds a bounded part of them.
class stream_sieve {
public:
  virtual ~stream_sieve() = default;

  /// Takes bytes, and appends what may go on.
  /// @returns why the connection must end
  virtual result<void> pass(std::string_view bytes, std::string& out) = 0;

  /// What came out so far ends with a whole frame.
  [[nodiscard]] virtual bool is_between_frames() const noexcept = 0;
};

/// From a visitor to the node: whole frames that the filter lets pass; holds
/// one frame at most.
class visitor_sieve final : public stream_sieve {
public:
  /// @param on_verb called for each request that passes; may be empty
  visitor_sieve(filter_rules rules, std::function<void(const verb&)> on_verb);

  result<void> pass(std::string_view bytes, std::string& out) override;
  [[nodiscard]] bool is_between_frames() const noexcept override;

private:
  frame_filter filter_;
  frame_splitter splitter_;
  std::function<void(const verb&)> on_verb_;
};

/// From the node to a visitor, at either end of the line between them: a line
/// of greeting, then frames of any length, which are not held. A message for
/// an actor by name is left out, for nobody need answer it; a notice ends the
/// stream as the error that it tells.
class node_sieve final : public stream_sieve {
public:
  result<void> pass(std::string_view bytes, std::string& out) override;
  [[nodiscard]] bool is_between_frames() const noexcept override;

private:
  enum class part { greeting, header, payload };

  result<void> begin_frame();
  std::size_t take_greeting(std::string_view bytes, std::string& out);
  std::size_t take_payload(std::string_view bytes, std::string& out);

  part part_ = part::greeting;
  /// Bytes of the greeting that have passed.
  std::size_t greeted_ = 0;
  /// The header that has come in part, or a notice.
  std::string held_;
  /// Bytes of the payload still to come.
  std::size_t left_ = 0;
  bool passes_ = true;
  bool is_notice_ = false;
};

/// Everything goes on.
class open_sieve final : public stream_sieve {
public:
  result<void> pass(std::string_view bytes, std::string& out) override;
  [[nodiscard]] bool is_between_frames() const noexcept override;
};

} // namespace troupe::basp
