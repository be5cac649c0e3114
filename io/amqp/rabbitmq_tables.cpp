#include "io/amqp/rabbitmq_tables.hpp"

#include "io/amqp/wire_reader.hpp"

#include <amqp.h>
#include <amqp_framing.h>
#include <fmt/format.h>

#include <bit>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace troupe::io::rabbitmq {

amqp_bytes_t_ bytes_of(const std::string& text) {
  return {text.size(), const_cast<char*>(text.data())};
}

namespace {

template <class... Ts>
struct overloaded : Ts... {
  using Ts::operator()...;
};

amqp_field_value_t value_of(const amqp::field_value& value) {
  amqp_field_value_t out{};
  std::visit(overloaded{
               [&](bool x) {
                 out.kind = AMQP_FIELD_KIND_BOOLEAN;
                 out.value.boolean = x ? 1 : 0;
               },
               [&](std::int64_t x) {
                 out.kind = AMQP_FIELD_KIND_I64;
                 out.value.i64 = x;
               },
               [&](double x) {
                 out.kind = AMQP_FIELD_KIND_F64;
                 out.value.f64 = x;
               },
               [&](const std::string& x) {
                 out.kind = AMQP_FIELD_KIND_UTF8;
                 out.value.bytes = bytes_of(x);
               },
             },
             value);
  return out;
}

/// One property that is text: where it is, and its flag.
struct text_property {
  std::string amqp::message_properties::*ours;
  amqp_bytes_t amqp_basic_properties_t::*theirs;
  amqp_flags_t flag;
};

constexpr text_property text_properties[] = {
  {&amqp::message_properties::content_type,
   &amqp_basic_properties_t::content_type, AMQP_BASIC_CONTENT_TYPE_FLAG},
  {&amqp::message_properties::content_encoding,
   &amqp_basic_properties_t::content_encoding,
   AMQP_BASIC_CONTENT_ENCODING_FLAG},
  {&amqp::message_properties::correlation_id,
   &amqp_basic_properties_t::correlation_id, AMQP_BASIC_CORRELATION_ID_FLAG},
  {&amqp::message_properties::reply_to, &amqp_basic_properties_t::reply_to,
   AMQP_BASIC_REPLY_TO_FLAG},
  {&amqp::message_properties::expiration, &amqp_basic_properties_t::expiration,
   AMQP_BASIC_EXPIRATION_FLAG},
  {&amqp::message_properties::message_id, &amqp_basic_properties_t::message_id,
   AMQP_BASIC_MESSAGE_ID_FLAG},
  {&amqp::message_properties::type, &amqp_basic_properties_t::type,
   AMQP_BASIC_TYPE_FLAG},
  {&amqp::message_properties::app_id, &amqp_basic_properties_t::app_id,
   AMQP_BASIC_APP_ID_FLAG},
};

} // namespace

// -- to the server ------------------------------------------------------------

amqp_table_t_ table_of(const amqp::field_table& fields, amqp_pool_t_& pool,
                       const amqp::field_table* capabilities) {
  const auto count = fields.size() + (capabilities != nullptr ? 1 : 0);
  amqp_table_t_ table{};
  if (count == 0)
    return table;
  table.num_entries = static_cast<int>(count);
  table.entries = static_cast<amqp_table_entry_t*>(
    amqp_pool_alloc(&pool, count * sizeof(amqp_table_entry_t)));
  auto* entry = table.entries;
  for (const auto& [name, value] : fields)
    *entry++ = {bytes_of(name), value_of(value)};
  if (capabilities != nullptr) {
    entry->key = amqp_cstring_bytes("capabilities");
    entry->value.kind = AMQP_FIELD_KIND_TABLE;
    entry->value.value.table = table_of(*capabilities, pool, nullptr);
  }
  return table;
}

void fill_properties(const amqp::message_properties& from, amqp_pool_t_& pool,
                     amqp_basic_properties_t_& out) {
  out._flags = 0;
  for (const auto& each : text_properties)
    if (!(from.*each.ours).empty()) {
      out.*each.theirs = bytes_of(from.*each.ours);
      out._flags |= each.flag;
    }
  if (from.delivery_mode != 0) {
    out.delivery_mode = from.delivery_mode;
    out._flags |= AMQP_BASIC_DELIVERY_MODE_FLAG;
  }
  if (from.priority != 0) {
    out.priority = from.priority;
    out._flags |= AMQP_BASIC_PRIORITY_FLAG;
  }
  if (from.timestamp_s != 0) {
    out.timestamp = from.timestamp_s;
    out._flags |= AMQP_BASIC_TIMESTAMP_FLAG;
  }
  if (!from.headers.empty()) {
    out.headers = table_of(from.headers, pool, nullptr);
    out._flags |= AMQP_BASIC_HEADERS_FLAG;
  }
}

// -- from the server ----------------------------------------------------------

namespace {

error bad_header(std::string_view what) {
  return {errc::corrupt, fmt::format("amqp: a message header {}", what)};
}

/// A value of a table (specification, section 4.2.1, with the letters that
/// RabbitMQ uses: rabbitmq.com/amqp-0-9-1-errata.html, section 3). Nothing: it
/// was skipped. What lies in a table or list is stepped over by its length, so
/// no depth of it can exhaust the stack.
result<std::optional<amqp::field_value>> read_value(wire_reader& from) {
  using value = std::optional<amqp::field_value>;
  const auto kind = from.number(1);
  switch (kind) {
  case AMQP_FIELD_KIND_BOOLEAN:
    return value{from.number(1) != 0};
  case AMQP_FIELD_KIND_I8:
    return value{std::int64_t{static_cast<std::int8_t>(from.number(1))}};
  case AMQP_FIELD_KIND_I16:
    return value{std::int64_t{static_cast<std::int16_t>(from.number(2))}};
  case AMQP_FIELD_KIND_I32:
    return value{std::int64_t{static_cast<std::int32_t>(from.number(4))}};
  case AMQP_FIELD_KIND_U8:
    return value{static_cast<std::int64_t>(from.number(1))};
  case AMQP_FIELD_KIND_U16:
    return value{static_cast<std::int64_t>(from.number(2))};
  case AMQP_FIELD_KIND_U32:
    return value{static_cast<std::int64_t>(from.number(4))};
  case AMQP_FIELD_KIND_I64:
  case AMQP_FIELD_KIND_U64:
  case AMQP_FIELD_KIND_TIMESTAMP:
    return value{static_cast<std::int64_t>(from.number(8))};
  case AMQP_FIELD_KIND_F32:
    return value{
      double{std::bit_cast<float>(static_cast<std::uint32_t>(from.number(4)))}};
  case AMQP_FIELD_KIND_F64:
    return value{std::bit_cast<double>(from.number(8))};
  case AMQP_FIELD_KIND_UTF8:
  case AMQP_FIELD_KIND_BYTES:
    return value{from.long_text()};
  case AMQP_FIELD_KIND_DECIMAL:
    from.bytes(5);
    return value{};
  case AMQP_FIELD_KIND_ARRAY:
  case AMQP_FIELD_KIND_TABLE:
    from.bytes(from.number(4));
    return value{};
  case AMQP_FIELD_KIND_VOID:
    return value{};
  default:
    return bad_header(fmt::format("with a value of unknown kind {}", kind));
  }
}

result<amqp::field_table> read_table(wire_reader& outer) {
  wire_reader from{outer.bytes(outer.number(4))};
  amqp::field_table table;
  while (!from.left().empty()) {
    auto name = from.short_text();
    auto read = read_value(from);
    if (from.failed())
      return bad_header("whose table ends in the middle of a value");
    if (!read)
      return read.failure();
    if (read->has_value())
      table.emplace_back(std::move(name), std::move(**read));
  }
  return table;
}

/// The properties that `flags` announce, in the order of the flags from the
/// highest bit on (specification, section 4.2.6.1).
result<amqp::message_properties> read_properties(std::uint64_t flags,
                                                 wire_reader& from) {
  amqp::message_properties out;
  const auto text = [&](std::uint64_t flag, std::string& into) {
    if ((flags & flag) != 0)
      into = from.short_text();
  };
  const auto number = [&](std::uint64_t flag, std::size_t size) {
    return (flags & flag) != 0 ? from.number(size) : 0;
  };
  text(AMQP_BASIC_CONTENT_TYPE_FLAG, out.content_type);
  text(AMQP_BASIC_CONTENT_ENCODING_FLAG, out.content_encoding);
  if ((flags & AMQP_BASIC_HEADERS_FLAG) != 0) {
    auto headers = read_table(from);
    if (!headers)
      return headers.failure();
    out.headers = std::move(*headers);
  }
  out.delivery_mode =
    static_cast<std::uint8_t>(number(AMQP_BASIC_DELIVERY_MODE_FLAG, 1));
  out.priority = static_cast<std::uint8_t>(number(AMQP_BASIC_PRIORITY_FLAG, 1));
  text(AMQP_BASIC_CORRELATION_ID_FLAG, out.correlation_id);
  text(AMQP_BASIC_REPLY_TO_FLAG, out.reply_to);
  text(AMQP_BASIC_EXPIRATION_FLAG, out.expiration);
  text(AMQP_BASIC_MESSAGE_ID_FLAG, out.message_id);
  out.timestamp_s = number(AMQP_BASIC_TIMESTAMP_FLAG, 8);
  text(AMQP_BASIC_TYPE_FLAG, out.type);
  std::string unused;
  text(AMQP_BASIC_USER_ID_FLAG, unused);
  text(AMQP_BASIC_APP_ID_FLAG, out.app_id);
  text(AMQP_BASIC_CLUSTER_ID_FLAG, unused);
  return out;
}

} // namespace

result<amqp::content_header> content_header_of(std::string_view payload) {
  // The two lowest flags name no property; the lowest one announces more.
  constexpr std::uint64_t no_property = 3;
  wire_reader from{payload};
  const auto of_class = from.number(2);
  from.bytes(2); // the weight, which is 0
  amqp::content_header header;
  header.body_bytes = from.number(8);
  const auto flags = from.number(2);
  if (from.failed())
    return bad_header("that is too short");
  if (of_class != AMQP_BASIC_CLASS || (flags & no_property) != 0)
    return bad_header(
      fmt::format("of class {} with flags {:#x}", of_class, flags));
  auto properties = read_properties(flags, from);
  if (!properties)
    return properties.failure();
  if (from.failed())
    return bad_header("that ends in the middle of a property");
  header.properties = std::move(*properties);
  return header;
}

} // namespace troupe::io::rabbitmq
