#include "io/amqp/rabbitmq_tables.hpp"

#include <amqp.h>
#include <amqp_framing.h>

#include <optional>
#include <string>
#include <variant>

namespace troupe::io::rabbitmq {

amqp_bytes_t_ bytes_of(const std::string& text) {
  return {text.size(), const_cast<char*>(text.data())};
}

std::string text_of(const amqp_bytes_t_& bytes) {
  return {static_cast<const char*>(bytes.bytes), bytes.len};
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

std::optional<amqp::field_value> value_from(const amqp_field_value_t& x) {
  switch (x.kind) {
  case AMQP_FIELD_KIND_BOOLEAN:
    return x.value.boolean != 0;
  case AMQP_FIELD_KIND_I8:
    return std::int64_t{x.value.i8};
  case AMQP_FIELD_KIND_U8:
    return std::int64_t{x.value.u8};
  case AMQP_FIELD_KIND_I16:
    return std::int64_t{x.value.i16};
  case AMQP_FIELD_KIND_U16:
    return std::int64_t{x.value.u16};
  case AMQP_FIELD_KIND_I32:
    return std::int64_t{x.value.i32};
  case AMQP_FIELD_KIND_U32:
    return std::int64_t{x.value.u32};
  case AMQP_FIELD_KIND_I64:
    return std::int64_t{x.value.i64};
  case AMQP_FIELD_KIND_U64:
  case AMQP_FIELD_KIND_TIMESTAMP:
    return static_cast<std::int64_t>(x.value.u64);
  case AMQP_FIELD_KIND_F32:
    return double{x.value.f32};
  case AMQP_FIELD_KIND_F64:
    return x.value.f64;
  case AMQP_FIELD_KIND_UTF8:
  case AMQP_FIELD_KIND_BYTES:
    return text_of(x.value.bytes);
  default:
    return std::nullopt;
  }
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

amqp::message_properties properties_of(const amqp_basic_properties_t_& from) {
  amqp::message_properties out;
  for (const auto& each : text_properties)
    if ((from._flags & each.flag) != 0)
      out.*each.ours = text_of(from.*each.theirs);
  if ((from._flags & AMQP_BASIC_DELIVERY_MODE_FLAG) != 0)
    out.delivery_mode = from.delivery_mode;
  if ((from._flags & AMQP_BASIC_PRIORITY_FLAG) != 0)
    out.priority = from.priority;
  if ((from._flags & AMQP_BASIC_TIMESTAMP_FLAG) != 0)
    out.timestamp_s = from.timestamp;
  if ((from._flags & AMQP_BASIC_HEADERS_FLAG) != 0)
    for (int i = 0; i < from.headers.num_entries; ++i) {
      const auto& entry = from.headers.entries[i];
      if (auto value = value_from(entry.value))
        out.headers.emplace_back(text_of(entry.key), std::move(*value));
    }
  return out;
}

} // namespace troupe::io::rabbitmq
