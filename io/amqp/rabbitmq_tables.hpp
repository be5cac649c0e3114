#pragma once

#include "domain/amqp/frames.hpp"
#include "domain/result.hpp"

#include <string>
#include <string_view>

// librabbitmq's own; its headers stay in the sources.
struct amqp_basic_properties_t_;
struct amqp_bytes_t_;
struct amqp_pool_t_;
struct amqp_table_t_;

namespace troupe::io::rabbitmq {

/// Text in the library's form, borrowed: it reads only, whatever its type says.
[[nodiscard]] amqp_bytes_t_ bytes_of(const std::string& text);

/// A table in the library's form, its memory in `pool`; texts are borrowed
/// from `fields`. @param capabilities becomes the nested table of that name;
/// null: none
[[nodiscard]] amqp_table_t_ table_of(const amqp::field_table& fields,
                                     amqp_pool_t_& pool,
                                     const amqp::field_table* capabilities);

/// Fills `out` with what is present; texts are borrowed from `from`.
void fill_properties(const amqp::message_properties& from, amqp_pool_t_& pool,
                     amqp_basic_properties_t_& out);

/// What a header frame says. Header values of kinds that we have no use for
/// (tables, lists, decimals) are left out, whatever is in them.
/// @param payload of the frame @returns `errc::corrupt`
[[nodiscard]] result<amqp::content_header>
content_header_of(std::string_view payload);

} // namespace troupe::io::rabbitmq
