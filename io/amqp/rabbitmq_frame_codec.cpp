#include "io/amqp/rabbitmq_frame_codec.hpp"

#include "io/amqp/frame_splitter.hpp"
#include "io/amqp/rabbitmq_events.hpp"
#include "io/amqp/rabbitmq_tables.hpp"

#include <amqp.h>
#include <amqp_framing.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace troupe::io {

namespace {

using rabbitmq::bytes_of;

constexpr char frame_end = '\xCE';

template <class... Ts>
struct overloaded : Ts... {
  using Ts::operator()...;
};

// -- bytes --------------------------------------------------------------------

/// Appends an unsigned number, most significant byte first.
template <class T>
void put(std::string& out, T value) {
  for (int shift = 8 * (static_cast<int>(sizeof(T)) - 1); shift >= 0;
       shift -= 8)
    out += static_cast<char>(static_cast<std::uint8_t>(
      static_cast<std::uint64_t>(value) >> static_cast<unsigned>(shift)));
}

void put_frame_head(std::string& out, std::uint8_t type, std::uint16_t channel,
                    std::size_t bytes) {
  put(out, type);
  put(out, channel);
  put(out, static_cast<std::uint32_t>(bytes));
}

/// What the server may send us beyond the plain protocol.
amqp::field_table client_properties(const std::string& name) {
  return {{"product", std::string{"troupe"}}, {"connection_name", name}};
}

/// Announced one by one: without consumer_cancel_notify a deleted queue makes
/// no sound, without the first a refused log-in is a mere end of the stream.
const amqp::field_table capabilities = {{"authentication_failure_close", true},
                                        {"basic.nack", true},
                                        {"connection.blocked", true},
                                        {"consumer_cancel_notify", true},
                                        {"publisher_confirms", true}};

// -- the codec ----------------------------------------------------------------

/// librabbitmq writes what is sent; its memory is recycled after each order.
/// What arrives is read by our own code: the library's reader follows nested
/// tables on its stack as deep as the sender likes, makes a pool for every
/// channel that a frame names, and in 0.11 writes past its buffer when it is
/// used after it refused a frame.
class rabbitmq_frame_codec final : public frame_codec {
public:
  rabbitmq_frame_codec() : scratch_(4'096, '\0') {
    init_amqp_pool(&pool_, 4'096);
  }

  ~rabbitmq_frame_codec() override {
    empty_amqp_pool(&pool_);
  }

  rabbitmq_frame_codec(const rabbitmq_frame_codec&) = delete;
  rabbitmq_frame_codec& operator=(const rabbitmq_frame_codec&) = delete;

  void reset() override {
    splitter_ = {};
    failure_ = {errc::none, {}};
    frame_bytes_max_ = frame_splitter::frame_bytes_default;
  }

  void limit_frames(std::uint32_t frame_bytes_max) override {
    frame_bytes_max_ = frame_bytes_max;
    splitter_.limit_frames(frame_bytes_max);
  }

  result<void> encode(std::uint16_t channel, const amqp::client_order& order,
                      std::string& out) override {
    const auto encoded = encode_order(channel, order, out);
    recycle_amqp_pool(&pool_);
    return encoded;
  }

  result<void> decode(std::string_view bytes,
                      std::vector<amqp::server_frame>& out) override {
    if (failure_.code != errc::none)
      return failure_;
    auto decoded = decode_frames(bytes, out);
    if (!decoded)
      failure_ = decoded.failure();
    return decoded;
  }

private:
  result<void> decode_frames(std::string_view bytes,
                             std::vector<amqp::server_frame>& out) {
    for (;;) {
      wire_frame frame;
      const auto complete = splitter_.next(bytes, frame);
      if (!complete)
        return complete.failure();
      if (!*complete)
        return {};
      auto event = event_of(frame);
      if (!event)
        return event.failure();
      out.push_back({frame.channel, std::move(*event)});
    }
  }

  static result<amqp::server_event> event_of(const wire_frame& frame) {
    switch (frame.type) {
    case frame_type::method:
      return rabbitmq::event_of(frame.channel, frame.payload);
    case frame_type::header: {
      auto header = rabbitmq::content_header_of(frame.payload);
      if (!header)
        return header.failure();
      return amqp::server_event{std::move(*header)};
    }
    case frame_type::body:
      return amqp::server_event{amqp::content_body{std::string{frame.payload}}};
    case frame_type::heartbeat:
      break;
    }
    return amqp::server_event{amqp::heartbeat{}};
  }

  result<void> encode_order(std::uint16_t channel,
                            const amqp::client_order& order, std::string& out);
  result<void> encode_login(const amqp::log_in& x, std::string& out);
  result<void> encode_message(std::uint16_t channel,
                              const amqp::publish_message& x, std::string& out);

  result<void> encode_tune(const amqp::accept_tune& x, std::string& out);
  result<void> encode_close(std::uint16_t channel, const amqp::order_close& x,
                            std::string& out);
  result<void> encode_work(std::uint16_t channel, const amqp::declare_queue& x,
                           std::string& out);
  result<void> encode_work(std::uint16_t channel,
                           const amqp::declare_exchange& x, std::string& out);
  result<void> encode_work(std::uint16_t channel, const amqp::bind_queue& x,
                           std::string& out);
  result<void> encode_work(std::uint16_t channel, const amqp::set_prefetch& x,
                           std::string& out);
  result<void> encode_work(std::uint16_t channel, const amqp::start_consume& x,
                           std::string& out);
  result<void> encode_work(std::uint16_t channel, const amqp::cancel_consume& x,
                           std::string& out);
  result<void> encode_work(std::uint16_t channel,
                           const amqp::select_confirms& x, std::string& out);
  result<void> encode_work(std::uint16_t channel, const amqp::acknowledge& x,
                           std::string& out);
  result<void> encode_work(std::uint16_t channel, const amqp::reject& x,
                           std::string& out);

  result<void> method(std::uint16_t channel, amqp_method_number_t id,
                      void* arguments, std::string& out) {
    const auto bytes = fill_scratch([&](amqp_bytes_t room) {
      return amqp_encode_method(id, arguments, room);
    });
    if (!bytes)
      return bytes.failure();
    put_frame_head(out, AMQP_FRAME_METHOD, channel, 4 + *bytes);
    put(out, static_cast<std::uint32_t>(id));
    out.append(scratch_, 0, *bytes);
    out += frame_end;
    return {};
  }

  /// Encodes into `scratch_`, which grows up to a frame.
  template <class Encode>
  result<std::size_t> fill_scratch(Encode encode) {
    for (;;) {
      const int bytes = encode({scratch_.size(), scratch_.data()});
      if (bytes >= 0)
        return static_cast<std::size_t>(bytes);
      if (scratch_.size() >= frame_bytes_max_)
        return error{errc::too_large,
                     "amqp: names and headers of a message do not fit a frame; "
                     "put them into its body"};
      scratch_.resize(
        std::min<std::size_t>(4 * scratch_.size(), frame_bytes_max_));
    }
  }

  frame_splitter splitter_;
  /// Why nothing is decoded any more.
  error failure_{errc::none, {}};
  amqp_pool_t pool_{};
  std::string scratch_;
  std::uint32_t frame_bytes_max_ = frame_splitter::frame_bytes_default;
};

// -- to the server ------------------------------------------------------------

result<void> rabbitmq_frame_codec::encode_login(const amqp::log_in& x,
                                                std::string& out) {
  const std::string mechanism = x.user.empty() ? "EXTERNAL" : "PLAIN";
  // PLAIN: an empty authorisation identity, then user and password, each
  // after a zero (RFC 4616). EXTERNAL takes the certificate's name.
  std::string response;
  if (!x.user.empty())
    response = '\0' + x.user + '\0' + x.password;
  const std::string locale = "en_US";
  const auto properties = client_properties(x.connection_name);
  amqp_connection_start_ok_t arguments{};
  arguments.client_properties =
    rabbitmq::table_of(properties, pool_, &capabilities);
  arguments.mechanism = bytes_of(mechanism);
  arguments.response = bytes_of(response);
  arguments.locale = bytes_of(locale);
  return method(0, AMQP_CONNECTION_START_OK_METHOD, &arguments, out);
}

result<void> rabbitmq_frame_codec::encode_message(
  std::uint16_t channel, const amqp::publish_message& x, std::string& out) {
  const auto begun = out.size();
  amqp_basic_publish_t arguments{};
  arguments.exchange = bytes_of(x.exchange);
  arguments.routing_key = bytes_of(x.routing_key);
  arguments.mandatory = x.mandatory ? 1 : 0;
  if (auto sent = method(channel, AMQP_BASIC_PUBLISH_METHOD, &arguments, out);
      !sent)
    return sent;
  amqp_basic_properties_t properties{};
  rabbitmq::fill_properties(x.content->properties, pool_, properties);
  const auto bytes = fill_scratch([&](amqp_bytes_t room) {
    return amqp_encode_properties(AMQP_BASIC_CLASS, &properties, room);
  });
  if (!bytes) {
    out.resize(begun);
    return bytes.failure();
  }
  const std::string_view body = x.content->body;
  put_frame_head(out, AMQP_FRAME_HEADER, channel, 12 + *bytes);
  put(out, static_cast<std::uint16_t>(AMQP_BASIC_CLASS));
  put(out, std::uint16_t{0});
  put(out, static_cast<std::uint64_t>(body.size()));
  out.append(scratch_, 0, *bytes);
  out += frame_end;
  const std::size_t room = frame_bytes_max_ - frame_overhead;
  for (std::size_t at = 0; at < body.size(); at += room) {
    const auto part = body.substr(at, room);
    put_frame_head(out, AMQP_FRAME_BODY, channel, part.size());
    out += part;
    out += frame_end;
  }
  return {};
}

result<void> rabbitmq_frame_codec::encode_order(std::uint16_t channel,
                                                const amqp::client_order& order,
                                                std::string& out) {
  return std::visit(
    overloaded{
      [&](const amqp::greet&) -> result<void> {
        out += std::string_view{"AMQP\0\0\x09\x01", 8};
        return {};
      },
      [&](const amqp::send_heartbeat&) -> result<void> {
        put_frame_head(out, AMQP_FRAME_HEARTBEAT, 0, 0);
        out += frame_end;
        return {};
      },
      [&](const amqp::log_in& x) { return encode_login(x, out); },
      [&](const amqp::publish_message& x) {
        return encode_message(channel, x, out);
      },
      [&](const amqp::accept_tune& x) { return encode_tune(x, out); },
      [&](const amqp::open_connection& x) {
        amqp_connection_open_t arguments{};
        arguments.virtual_host = bytes_of(x.vhost);
        return method(channel, AMQP_CONNECTION_OPEN_METHOD, &arguments, out);
      },
      [&](const amqp::order_close& x) { return encode_close(channel, x, out); },
      [&](const amqp::confirm_close&) {
        amqp_channel_close_ok_t arguments{};
        return method(channel,
                      channel == 0 ? AMQP_CONNECTION_CLOSE_OK_METHOD
                                   : AMQP_CHANNEL_CLOSE_OK_METHOD,
                      &arguments, out);
      },
      [&](const amqp::open_channel&) {
        amqp_channel_open_t arguments{};
        return method(channel, AMQP_CHANNEL_OPEN_METHOD, &arguments, out);
      },
      [&](const auto& x) { return encode_work(channel, x, out); },
    },
    order);
}

result<void> rabbitmq_frame_codec::encode_tune(const amqp::accept_tune& x,
                                               std::string& out) {
  amqp_connection_tune_ok_t arguments{};
  arguments.channel_max = x.channel_max;
  arguments.frame_max = x.frame_max;
  arguments.heartbeat = x.heartbeat_s;
  return method(0, AMQP_CONNECTION_TUNE_OK_METHOD, &arguments, out);
}

result<void> rabbitmq_frame_codec::encode_close(std::uint16_t channel,
                                                const amqp::order_close& x,
                                                std::string& out) {
  // A short string: 255 bytes at most.
  const auto text = x.text.substr(0, 255);
  if (channel == 0) {
    amqp_connection_close_t arguments{};
    arguments.reply_code = x.code;
    arguments.reply_text = bytes_of(text);
    return method(0, AMQP_CONNECTION_CLOSE_METHOD, &arguments, out);
  }
  amqp_channel_close_t arguments{};
  arguments.reply_code = x.code;
  arguments.reply_text = bytes_of(text);
  return method(channel, AMQP_CHANNEL_CLOSE_METHOD, &arguments, out);
}

result<void> rabbitmq_frame_codec::encode_work(std::uint16_t channel,
                                               const amqp::declare_queue& x,
                                               std::string& out) {
  amqp_queue_declare_t arguments{};
  arguments.queue = bytes_of(x.queue);
  arguments.passive = x.passive ? 1 : 0;
  arguments.durable = x.durable ? 1 : 0;
  arguments.exclusive = x.exclusive ? 1 : 0;
  arguments.auto_delete = x.auto_delete ? 1 : 0;
  arguments.arguments = rabbitmq::table_of(x.arguments, pool_, nullptr);
  return method(channel, AMQP_QUEUE_DECLARE_METHOD, &arguments, out);
}

result<void> rabbitmq_frame_codec::encode_work(std::uint16_t channel,
                                               const amqp::declare_exchange& x,
                                               std::string& out) {
  amqp_exchange_declare_t arguments{};
  arguments.exchange = bytes_of(x.exchange);
  arguments.type = bytes_of(x.type);
  arguments.passive = x.passive ? 1 : 0;
  arguments.durable = 1;
  return method(channel, AMQP_EXCHANGE_DECLARE_METHOD, &arguments, out);
}

result<void> rabbitmq_frame_codec::encode_work(std::uint16_t channel,
                                               const amqp::bind_queue& x,
                                               std::string& out) {
  amqp_queue_bind_t arguments{};
  arguments.queue = bytes_of(x.queue);
  arguments.exchange = bytes_of(x.exchange);
  arguments.routing_key = bytes_of(x.routing_key);
  return method(channel, AMQP_QUEUE_BIND_METHOD, &arguments, out);
}

result<void> rabbitmq_frame_codec::encode_work(std::uint16_t channel,
                                               const amqp::set_prefetch& x,
                                               std::string& out) {
  amqp_basic_qos_t arguments{};
  arguments.prefetch_count = x.count;
  return method(channel, AMQP_BASIC_QOS_METHOD, &arguments, out);
}

result<void> rabbitmq_frame_codec::encode_work(std::uint16_t channel,
                                               const amqp::start_consume& x,
                                               std::string& out) {
  amqp_basic_consume_t arguments{};
  arguments.queue = bytes_of(x.queue);
  arguments.consumer_tag = bytes_of(x.consumer);
  arguments.no_ack = x.no_ack ? 1 : 0;
  arguments.exclusive = x.exclusive ? 1 : 0;
  return method(channel, AMQP_BASIC_CONSUME_METHOD, &arguments, out);
}

result<void> rabbitmq_frame_codec::encode_work(std::uint16_t channel,
                                               const amqp::cancel_consume& x,
                                               std::string& out) {
  amqp_basic_cancel_t arguments{};
  arguments.consumer_tag = bytes_of(x.consumer);
  return method(channel, AMQP_BASIC_CANCEL_METHOD, &arguments, out);
}

result<void> rabbitmq_frame_codec::encode_work(std::uint16_t channel,
                                               const amqp::select_confirms&,
                                               std::string& out) {
  amqp_confirm_select_t arguments{};
  return method(channel, AMQP_CONFIRM_SELECT_METHOD, &arguments, out);
}

result<void> rabbitmq_frame_codec::encode_work(std::uint16_t channel,
                                               const amqp::acknowledge& x,
                                               std::string& out) {
  amqp_basic_ack_t arguments{};
  arguments.delivery_tag = x.tag;
  arguments.multiple = x.multiple ? 1 : 0;
  return method(channel, AMQP_BASIC_ACK_METHOD, &arguments, out);
}

result<void> rabbitmq_frame_codec::encode_work(std::uint16_t channel,
                                               const amqp::reject& x,
                                               std::string& out) {
  amqp_basic_reject_t arguments{};
  arguments.delivery_tag = x.tag;
  arguments.requeue = x.requeue ? 1 : 0;
  return method(channel, AMQP_BASIC_REJECT_METHOD, &arguments, out);
}

} // namespace

std::unique_ptr<frame_codec> open_rabbitmq_frame_codec() {
  return std::make_unique<rabbitmq_frame_codec>();
}

} // namespace troupe::io
