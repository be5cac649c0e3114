#include "domain/basp/stream_sieve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe::basp {

namespace {

/// A greeting has less.
constexpr std::size_t greeting_bytes_max = 64;
/// A notice is a sentence.
constexpr std::size_t notice_bytes_max = 4'096;
constexpr std::uint8_t named_receiver_flag = 1;

} // namespace

// -- from a visitor -----------------------------------------------------------

visitor_sieve::visitor_sieve(filter_rules rules,
                             std::function<void(const verb&)> on_verb)
  : filter_(std::move(rules)), splitter_(payload_bytes_max),
    on_verb_(std::move(on_verb)) {}

result<void> visitor_sieve::pass(std::string_view bytes, std::string& out) {
  splitter_.add(bytes);
  while (const auto header = splitter_.peek()) {
    if (auto fits = filter_.check_header(*header); !fits)
      return fits;
    const auto frame = splitter_.take();
    if (!frame)
      return frame.failure();
    if (!*frame)
      return {};
    const auto fate = filter_.check(**frame);
    if (!fate)
      return fate.failure();
    if (*fate == frame_fate::pass)
      out += **frame;
    if (filter_.last_verb() != nullptr && on_verb_)
      on_verb_(*filter_.last_verb());
  }
  return {};
}

bool visitor_sieve::is_between_frames() const noexcept {
  return true;
}

// -- from a node --------------------------------------------------------------

result<void> node_sieve::pass(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    if (part_ == part::greeting) {
      bytes.remove_prefix(take_greeting(bytes, out));
      if (part_ == part::greeting && greeted_ > greeting_bytes_max)
        return error{errc::corrupt, "the node greets without an end"};
      continue;
    }
    if (part_ == part::header) {
      const auto count = std::min(bytes.size(), header_bytes - held_.size());
      held_ += bytes.substr(0, count);
      bytes.remove_prefix(count);
      if (held_.size() < header_bytes)
        continue;
      if (auto begun = begin_frame(); !begun)
        return begun;
      if (passes_)
        out += held_;
    } else {
      bytes.remove_prefix(take_payload(bytes, out));
    }
    if (left_ > 0)
      continue;
    if (is_notice_)
      return parse_notice(held_);
    held_.clear();
    part_ = part::header;
  }
  return {};
}

std::size_t node_sieve::take_greeting(std::string_view bytes,
                                      std::string& out) {
  const auto end = bytes.find('\n');
  const auto count = end == std::string_view::npos ? bytes.size() : end + 1;
  // A node that has nothing to greet with says why, in a notice.
  if (greeted_ == 0
      && static_cast<std::uint8_t>(bytes.front())
           == static_cast<std::uint8_t>(operation::notice)) {
    part_ = part::header;
    return 0;
  }
  out += bytes.substr(0, count);
  greeted_ += count;
  if (end != std::string_view::npos)
    part_ = part::header;
  return count;
}

result<void> node_sieve::begin_frame() {
  const auto header = parse_header(held_);
  left_ = header.payload_bytes;
  is_notice_ = header.is(operation::notice);
  passes_ = !is_notice_
            && !(header.is(operation::direct_message)
                 && (header.flags & named_receiver_flag) != 0);
  part_ = part::payload;
  const bool is_handshake = header.is(operation::server_handshake);
  if (is_notice_
        ? left_ > notice_bytes_max
        : header.operation > 6 || header.is(operation::client_handshake)
            || header.is(operation::routed_message)
            || (is_handshake && left_ == 0))
    return error{errc::corrupt,
                 fmt::format("the node sends operation {} with {} bytes",
                             header.operation, left_)};
  return {};
}

std::size_t node_sieve::take_payload(std::string_view bytes, std::string& out) {
  const auto count = std::min(bytes.size(), left_);
  if (is_notice_)
    held_ += bytes.substr(0, count);
  else if (passes_)
    out += bytes.substr(0, count);
  left_ -= count;
  return count;
}

bool node_sieve::is_between_frames() const noexcept {
  return (part_ == part::header && held_.empty())
         || (part_ == part::greeting && greeted_ == 0) || !passes_;
}

// -- all ----------------------------------------------------------------------

result<void> open_sieve::pass(std::string_view bytes, std::string& out) {
  out += bytes;
  return {};
}

bool open_sieve::is_between_frames() const noexcept {
  return true;
}

} // namespace troupe::basp
