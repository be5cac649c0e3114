#include "domain/basp/frame.hpp"

#include <fmt/format.h>

#include <cassert>

namespace troupe::basp {

namespace {

void put_integer(std::string& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = bytes; i-- > 0;)
    out += static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
}

} // namespace

std::uint64_t read_integer(std::string_view from, std::size_t bytes) noexcept {
  assert(from.size() >= bytes && bytes <= 8);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i)
    value = (value << 8U) | static_cast<std::uint8_t>(from[i]);
  return value;
}

frame_header parse_header(std::string_view bytes) noexcept {
  assert(bytes.size() >= header_bytes);
  frame_header header;
  header.operation = static_cast<std::uint8_t>(bytes[0]);
  header.padding = static_cast<std::uint16_t>(read_integer(bytes.substr(1), 2));
  header.flags = static_cast<std::uint8_t>(bytes[3]);
  header.payload_bytes =
    static_cast<std::uint32_t>(read_integer(bytes.substr(4), 4));
  header.operation_data = read_integer(bytes.substr(8), 8);
  header.source_actor = read_integer(bytes.substr(16), 8);
  header.dest_actor = read_integer(bytes.substr(24), 8);
  return header;
}

std::string format_header(const frame_header& header) {
  std::string out;
  out.reserve(header_bytes);
  put_integer(out, header.operation, 1);
  put_integer(out, header.padding, 2);
  put_integer(out, header.flags, 1);
  put_integer(out, header.payload_bytes, 4);
  put_integer(out, header.operation_data, 8);
  put_integer(out, header.source_actor, 8);
  put_integer(out, header.dest_actor, 8);
  return out;
}

std::string format_notice(const error& why) {
  frame_header header;
  header.operation = static_cast<std::uint8_t>(operation::notice);
  header.operation_data = static_cast<std::uint64_t>(why.code);
  header.payload_bytes = static_cast<std::uint32_t>(why.detail.size());
  return format_header(header) + why.detail;
}

error parse_notice(std::string_view frame) {
  const auto header = parse_header(frame);
  if (!header.is(operation::notice) || header.operation_data == 0
      || header.operation_data > static_cast<std::uint64_t>(errc_last))
    return {errc::corrupt, fmt::format("a frame of operation {} is no notice",
                                       header.operation)};
  return {static_cast<errc>(header.operation_data),
          std::string{frame.substr(header_bytes)}};
}

// -- the splitter -------------------------------------------------------------

frame_splitter::frame_splitter(std::size_t payload_max)
  : payload_max_(payload_max) {}

void frame_splitter::add(std::string_view bytes) {
  bytes_.erase(0, taken_);
  taken_ = 0;
  bytes_ += bytes;
}

std::optional<frame_header> frame_splitter::peek() const noexcept {
  if (held() < header_bytes)
    return std::nullopt;
  return parse_header(std::string_view{bytes_}.substr(taken_));
}

result<std::optional<std::string_view>> frame_splitter::take() {
  const auto header = peek();
  if (!header)
    return std::optional<std::string_view>{};
  if (header->payload_bytes > payload_max_)
    return error{errc::too_large,
                 fmt::format("a frame of {} bytes; {} are allowed",
                             header->payload_bytes, payload_max_)};
  const auto whole = header_bytes + header->payload_bytes;
  if (held() < whole)
    return std::optional<std::string_view>{};
  const auto frame = std::string_view{bytes_}.substr(taken_, whole);
  taken_ += whole;
  return std::optional{frame};
}

bool frame_splitter::is_between_frames() const noexcept {
  return held() == 0;
}

std::size_t frame_splitter::held() const noexcept {
  return bytes_.size() - taken_;
}

} // namespace troupe::basp
