#include "io/amqp/rabbitmq_frame_codec.hpp"

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
using rabbitmq::text_of;

constexpr std::size_t frame_overhead = 8;
constexpr std::uint32_t frame_bytes_default = 128U * 1024U;
constexpr char frame_end = '\xCE';

struct connection_closer {
  void operator()(amqp_connection_state_t state) const noexcept {
    amqp_destroy_connection(state);
  }
};

using connection_handle =
  std::unique_ptr<std::remove_pointer_t<amqp_connection_state_t>,
                  connection_closer>;

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

/// Whatever librabbitmq decodes lies in its pools until they are recycled:
/// everything is copied out of each frame before the next.
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

  result<void> reset() override {
    state_.reset(amqp_new_connection());
    if (!state_)
      return error{errc::internal, "amqp: no memory for a connection"};
    frame_bytes_max_ = frame_bytes_default;
    // Until then the library takes frames of 64 KiB, which log-in ones are.
    limit_is_new_ = false;
    return {};
  }

  void limit_frames(std::uint32_t frame_bytes_max) override {
    frame_bytes_max_ = frame_bytes_max;
    limit_is_new_ = true;
    recycle();
  }

  result<void> encode(std::uint16_t channel, const amqp::client_order& order,
                      std::string& out) override {
    const auto encoded = encode_order(channel, order, out);
    recycle_amqp_pool(&pool_);
    return encoded;
  }

  result<void> decode(std::string_view bytes,
                      std::vector<amqp::server_frame>& out) override {
    while (!bytes.empty()) {
      amqp_frame_t frame{};
      // The library reads only, whatever its type says.
      const amqp_bytes_t input{bytes.size(), const_cast<char*>(bytes.data())};
      const int taken = amqp_handle_input(state_.get(), input, &frame);
      if (taken < 0)
        return error{errc::corrupt,
                     fmt::format("amqp: {}", amqp_error_string2(taken))};
      // It takes nothing only of what it cannot understand.
      if (taken == 0 && frame.frame_type == 0)
        return error{errc::corrupt, "amqp: the server sent no frame"};
      bytes.remove_prefix(static_cast<std::size_t>(taken));
      if (frame.frame_type == 0)
        continue;
      out.push_back(frame_of(frame));
      recycle();
    }
    return {};
  }

private:
  /// Between two frames: the pools are emptied, and a new limit holds. The
  /// library ends the process when it is asked to in the middle of one.
  void recycle() {
    if (amqp_release_buffers_ok(state_.get()) == 0)
      return;
    amqp_release_buffers(state_.get());
    if (std::exchange(limit_is_new_, false))
      // Heartbeat 0: the library keeps out of them.
      amqp_tune_connection(state_.get(), 0, static_cast<int>(frame_bytes_max_),
                           0);
  }

  [[nodiscard]] amqp::server_frame frame_of(const amqp_frame_t& frame) const {
    switch (frame.frame_type) {
    case AMQP_FRAME_METHOD:
      return {frame.channel, rabbitmq::event_of(frame.payload.method)};
    case AMQP_FRAME_HEADER: {
      amqp::content_header header;
      header.body_bytes = frame.payload.properties.body_size;
      if (frame.payload.properties.class_id == AMQP_BASIC_CLASS)
        header.properties =
          rabbitmq::properties_of(*static_cast<const amqp_basic_properties_t*>(
            frame.payload.properties.decoded));
      return {frame.channel, std::move(header)};
    }
    case AMQP_FRAME_BODY:
      return {frame.channel,
              amqp::content_body{text_of(frame.payload.body_fragment)}};
    case AMQP_FRAME_HEARTBEAT:
      return {frame.channel, amqp::heartbeat{}};
    default:
      return {frame.channel, amqp::unknown_method{frame.frame_type}};
    }
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

  connection_handle state_;
  amqp_pool_t pool_{};
  std::string scratch_;
  std::uint32_t frame_bytes_max_ = frame_bytes_default;
  bool limit_is_new_ = false;
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
