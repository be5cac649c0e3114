#include "io/amqp/frame_splitter.hpp"

#include "io/amqp/wire_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::io {

namespace {

constexpr std::size_t head_bytes = 7;
constexpr unsigned char frame_end = 0xCE;

/// First octets of those who answer, but in another language.
constexpr unsigned char protocol_header = 'A';
constexpr unsigned char tls_alert = 21;

error not_a_frame(std::string_view head) {
  const auto first = static_cast<unsigned char>(head.front());
  if (first == protocol_header && head.starts_with("AMQP"))
    return {errc::unsupported,
            "amqp: the server speaks another version of AMQP than 0-9-1; "
            "connect to RabbitMQ, or enable 0-9-1 there"};
  if (first == tls_alert)
    return {errc::unsupported,
            "amqp: the server answered with TLS; write amqps:// instead of "
            "amqp://"};
  return {errc::corrupt,
          fmt::format("amqp: a frame of unknown type {}; is this the AMQP port "
                      "of the server?",
                      first)};
}

/// What belongs to a message belongs to a channel; a heartbeat to none
/// (specification, section 4.2.3, and 4.2.7).
bool fits_channel(frame_type type, std::uint16_t channel) {
  switch (type) {
  case frame_type::header:
  case frame_type::body:
    return channel != 0;
  case frame_type::heartbeat:
    return channel == 0;
  case frame_type::method:
    // By its class: whoever reads the method knows.
    return true;
  }
  return false;
}

} // namespace

result<bool> frame_splitter::next(std::string_view& bytes, wire_frame& out) {
  std::string_view whole;
  if (partial_.empty() && bytes.size() >= head_bytes) {
    const auto size = frame_bytes(bytes);
    if (!size)
      return size.failure();
    // Most frames arrive in one piece, and are not copied.
    if (bytes.size() >= *size) {
      whole = bytes.substr(0, *size);
      bytes.remove_prefix(*size);
    }
  }
  if (whole.empty()) {
    if (!fill(head_bytes, bytes))
      return false;
    const auto size = frame_bytes(partial_);
    if (!size)
      return size.failure();
    if (!fill(*size, bytes))
      return false;
    joined_.swap(partial_);
    partial_.clear();
    whole = joined_;
  }
  if (static_cast<unsigned char>(whole.back()) != frame_end)
    return error{errc::corrupt,
                 fmt::format("amqp: a frame of {} bytes without its end mark",
                             whole.size())};
  wire_reader head{whole};
  out.type = static_cast<frame_type>(head.number(1));
  out.channel = static_cast<std::uint16_t>(head.number(2));
  out.payload = whole.substr(head_bytes, whole.size() - frame_overhead);
  return true;
}

/// The length of a whole frame by its head. @pre `head_bytes` of it are there
result<std::size_t> frame_splitter::frame_bytes(std::string_view head) const {
  wire_reader from{head};
  const auto type = static_cast<frame_type>(from.number(1));
  const auto channel = static_cast<std::uint16_t>(from.number(2));
  const auto payload = from.number(4);
  switch (type) {
  case frame_type::method:
  case frame_type::header:
  case frame_type::body:
  case frame_type::heartbeat:
    break;
  default:
    return not_a_frame(head);
  }
  if (!fits_channel(type, channel))
    return error{errc::corrupt,
                 fmt::format("amqp: a frame of type {} on channel {}",
                             static_cast<int>(type), channel)};
  if (type == frame_type::heartbeat && payload != 0)
    return error{errc::corrupt,
                 fmt::format("amqp: a heartbeat of {} bytes", payload)};
  if (payload > frame_bytes_max_ - frame_overhead)
    return error{errc::too_large,
                 fmt::format("amqp: a frame of {} bytes, of {} at most",
                             payload + frame_overhead, frame_bytes_max_)};
  return static_cast<std::size_t>(payload) + frame_overhead;
}

/// Moves bytes to the partial frame until it has as many as wanted, unless it
/// has them; false: there are not enough.
bool frame_splitter::fill(std::size_t wanted, std::string_view& bytes) {
  const auto missing = wanted - std::min(wanted, partial_.size());
  const auto count = std::min(missing, bytes.size());
  partial_ += bytes.substr(0, count);
  bytes.remove_prefix(count);
  return count == missing;
}

} // namespace troupe::io
