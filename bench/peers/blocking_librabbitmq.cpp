// A bare loop on librabbitmq's own socket layer, as its examples have it: one
// call at a time by direct reply-to, each waited for.
//
// Usage: blocking_librabbitmq URL QUEUE COUNT. Prints the p50 of a call in
// microseconds.

#include <amqp.h>
#include <amqp_tcp_socket.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

void need(bool fine, const char* what) {
  if (fine)
    return;
  std::fprintf(stderr, "blocking_librabbitmq: %s failed\n", what);
  std::exit(1);
}

/// Sends one request and waits for its reply.
void call(amqp_connection_state_t connection, const char* queue) {
  amqp_basic_properties_t properties{};
  properties._flags = AMQP_BASIC_REPLY_TO_FLAG | AMQP_BASIC_CORRELATION_ID_FLAG;
  properties.reply_to = amqp_cstring_bytes("amq.rabbitmq.reply-to");
  properties.correlation_id = amqp_cstring_bytes("1");
  need(amqp_basic_publish(connection, 1, amqp_empty_bytes,
                          amqp_cstring_bytes(queue), 0, 0, &properties,
                          amqp_cstring_bytes("ping"))
         == AMQP_STATUS_OK,
       "basic.publish");
  amqp_maybe_release_buffers(connection);
  amqp_envelope_t envelope{};
  need(amqp_consume_message(connection, &envelope, nullptr, 0).reply_type
         == AMQP_RESPONSE_NORMAL,
       "the reply");
  amqp_destroy_envelope(&envelope);
}

} // namespace

int main(int argc, char** argv) {
  need(argc == 4, "usage: URL QUEUE COUNT; that");
  std::string url = argv[1];
  amqp_connection_info info{};
  need(amqp_parse_url(url.data(), &info) == AMQP_STATUS_OK, "the URL");
  auto* connection = amqp_new_connection();
  auto* socket = amqp_tcp_socket_new(connection);
  need(amqp_socket_open(socket, info.host, info.port) == AMQP_STATUS_OK,
       "connect");
  need(amqp_login(connection, info.vhost, 0, 131'072, 0, AMQP_SASL_METHOD_PLAIN,
                  info.user, info.password)
           .reply_type
         == AMQP_RESPONSE_NORMAL,
       "log-in");
  amqp_channel_open(connection, 1);
  amqp_basic_consume(connection, 1, amqp_cstring_bytes("amq.rabbitmq.reply-to"),
                     amqp_empty_bytes, 0, 1, 0, amqp_empty_table);
  const int count = std::atoi(argv[3]);
  std::vector<double> took_us;
  for (int i = 0; i < count; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    call(connection, argv[2]);
    const std::chrono::duration<double, std::micro> gone =
      std::chrono::steady_clock::now() - begun;
    took_us.push_back(gone.count());
  }
  std::nth_element(took_us.begin(), took_us.begin() + count / 2, took_us.end());
  std::printf("%f\n", took_us[static_cast<std::size_t>(count) / 2]);
  amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
  amqp_destroy_connection(connection);
}
