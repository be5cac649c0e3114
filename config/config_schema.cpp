#include "config/config_schema.hpp"

#include <array>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

namespace troupe {

namespace {

constexpr std::int64_t no_bound = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t pool_max = 1024;
constexpr std::int64_t century_days = 36'500;

// -- rules for texts ----------------------------------------------------------

std::string_view wanted_filled(std::string_view text) {
  return text.empty() ? "a text that is not empty" : "";
}

std::string_view wanted_extension(std::string_view text) {
  bool fits = text.size() > 1 && text.front() == '.';
  for (const char character : text)
    fits = fits && character != '/' && (character < 'A' || character > 'Z');
  return fits ? "" : "extensions in lower case with their dot, like \".txt\"";
}

std::string_view wanted_address(std::string_view text) {
  constexpr std::string_view wanted =
    "HOST:PORT with a port from 0 to 65535, or \"\" for none";
  if (text.empty())
    return "";
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0)
    return wanted;
  const auto port = text.substr(colon + 1);
  if (port.empty() || port.size() > 5
      || port.find_first_not_of("0123456789") != std::string_view::npos)
    return wanted;
  return std::stoi(std::string{port}) <= 65535 ? "" : wanted;
}

std::string_view wanted_amqp_url(std::string_view text) {
  const bool fits =
    text.empty() || text.starts_with("amqp://") || text.starts_with("amqps://");
  return fits ? "" : "amqp://…, amqps://… or \"\" for no RabbitMQ";
}

// -- makers -------------------------------------------------------------------

/// Access to `owner.*Section.*Field`; a service has no section.
template <auto Section, auto Field>
struct member_of_section {
  static auto& of(auto& owner) {
    return owner.*Section.*Field;
  }
};

template <auto Field>
struct member_of_service {
  static auto& of(auto& owner) {
    return owner.*Field;
  }
};

template <class Owner, class Member>
config_value read_member(const Owner& owner) {
  return Member::of(owner);
}

template <class Owner, class Member>
void write_member(Owner& owner, config_value value) {
  auto& member = Member::of(owner);
  member =
    std::get<std::remove_reference_t<decltype(member)>>(std::move(value));
}

using node_key = config_key<node_config>;
using service_key = config_key<broker_service>;

template <auto Section, auto Field>
constexpr node_key make(std::string_view section, std::string_view key,
                        config_shape shape) {
  using member = member_of_section<Section, Field>;
  node_key made;
  made.section = section;
  made.key = key;
  made.shape = shape;
  made.read = read_member<node_config, member>;
  made.write = write_member<node_config, member>;
  return made;
}

template <auto Section, auto Field>
constexpr node_key integer(std::string_view section, std::string_view key,
                           std::int64_t smallest, std::int64_t largest) {
  auto made = make<Section, Field>(section, key, config_shape::integer);
  made.smallest = smallest;
  made.largest = largest;
  return made;
}

template <auto Section, auto Field>
constexpr node_key
text(std::string_view section, std::string_view key,
     std::string_view (*wanted)(std::string_view) = nullptr) {
  auto made = make<Section, Field>(section, key, config_shape::text);
  made.wanted = wanted;
  return made;
}

template <auto Section, auto Field>
constexpr node_key choice(std::string_view section, std::string_view key,
                          std::string_view choices) {
  auto made = make<Section, Field>(section, key, config_shape::choice);
  made.choices = choices;
  return made;
}

template <auto Section, auto Field>
constexpr node_key
list(std::string_view section, std::string_view key,
     std::string_view (*wanted)(std::string_view) = nullptr) {
  auto made = make<Section, Field>(section, key, config_shape::text_list);
  made.wanted = wanted;
  return made;
}

template <auto Field>
constexpr service_key make_service(std::string_view key, config_shape shape) {
  using member = member_of_service<Field>;
  service_key made;
  made.key = key;
  made.shape = shape;
  made.read = read_member<broker_service, member>;
  made.write = write_member<broker_service, member>;
  return made;
}

// -- tables -------------------------------------------------------------------

using c = node_config;

constexpr std::array node_key_table{
  integer<&c::analyzer, &analyzer_config::workers>("analyzer", "workers", 0,
                                                   pool_max),
  integer<&c::analyzer, &analyzer_config::timeout_s>("analyzer", "timeout_s", 1,
                                                     day_s),
  integer<&c::preprocessor, &preprocessor_config::cores>("preprocessor",
                                                         "cores", 1, 256),
  integer<&c::preprocessor, &preprocessor_config::in_flight>(
    "preprocessor", "in_flight", 1, 64),
  integer<&c::embedder, &embedder_config::workers>("embedder", "workers", 1,
                                                   pool_max),
  integer<&c::embedder, &embedder_config::batch_max>("embedder", "batch_max", 1,
                                                     1024),
  integer<&c::embedder, &embedder_config::batch_delay_ms>(
    "embedder", "batch_delay_ms", 0, 10'000),
  integer<&c::upscaler, &upscaler_config::workers>("upscaler", "workers", 0,
                                                   pool_max),
  text<&c::upscaler, &upscaler_config::model>("upscaler", "model",
                                              wanted_filled),
  integer<&c::upscaler, &upscaler_config::scratch_mib_max>(
    "upscaler", "scratch_mib_max", 1, 65'536),
  integer<&c::indexer, &indexer_config::exact_max>("indexer", "exact_max", 0,
                                                   100'000'000),
  integer<&c::indexer, &indexer_config::save_after>("indexer", "save_after", 1,
                                                    10'000'000),
  integer<&c::supervisor, &supervisor_config::reconcile_s>(
    "supervisor", "reconcile_s", 1, day_s),
  integer<&c::supervisor, &supervisor_config::grace_s>("supervisor", "grace_s",
                                                       1, 3600),
  integer<&c::supervisor, &supervisor_config::attempts_max>(
    "supervisor", "attempts_max", 1, 100),
  integer<&c::supervisor, &supervisor_config::retention_done_days>(
    "supervisor", "retention_done_days", 1, century_days),
  integer<&c::supervisor, &supervisor_config::retention_failed_days>(
    "supervisor", "retention_failed_days", 1, century_days),
  list<&c::library, &library_config::include>("library", "include",
                                              wanted_filled),
  list<&c::library, &library_config::exclude>("library", "exclude",
                                              wanted_filled),
  list<&c::library, &library_config::text>("library", "text", wanted_extension),
  integer<&c::library, &library_config::file_bytes_max>(
    "library", "file_bytes_max", 0, no_bound),
  integer<&c::library, &library_config::pixels_max>("library", "pixels_max", 0,
                                                    no_bound),
  integer<&c::library, &library_config::duration_s_max>(
    "library", "duration_s_max", 0, no_bound),
  text<&c::node, &node_settings::listen>("node", "listen", wanted_address),
  list<&c::node, &node_settings::watch>("node", "watch", wanted_filled),
  text<&c::node, &node_settings::name>("node", "name"),
  integer<&c::node, &node_settings::answer_s>("node", "answer_s", 1, 3600),
  integer<&c::gate, &gate_config::handshake_s>("gate", "handshake_s", 1, 60),
  integer<&c::gate, &gate_config::handshakes_max>("gate", "handshakes_max", 1,
                                                  4096),
  integer<&c::gate, &gate_config::visitors_max>("gate", "visitors_max", 1, 480),
  integer<&c::gate, &gate_config::per_host_max>("gate", "per_host_max", 1,
                                                4096),
  text<&c::broker, &broker_config::url>("broker", "url", wanted_amqp_url),
  integer<&c::broker, &broker_config::prefetch>("broker", "prefetch", 0,
                                                65'535),
  choice<&c::broker, &broker_config::queue_type>("broker", "queue_type",
                                                 "quorum|classic"),
  integer<&c::broker, &broker_config::heartbeat_s>("broker", "heartbeat_s", 1,
                                                   3600),
  integer<&c::broker, &broker_config::confirm_window>(
    "broker", "confirm_window", 1, 100'000),
  list<&c::broker, &broker_config::roots>("broker", "roots", wanted_filled),
  choice<&c::log, &log_config::level>("log", "level",
                                      "debug|info|warning|error"),
  choice<&c::log, &log_config::format>("log", "format", "auto|text|json"),
};

constexpr auto service_key_table = [] {
  std::array<service_key, 4> table{
    make_service<&broker_service::request>("request", config_shape::text),
    make_service<&broker_service::response>("response", config_shape::text),
    make_service<&broker_service::reply>("reply", config_shape::choice),
    make_service<&broker_service::timeout_s>("timeout_s",
                                             config_shape::integer),
  };
  table[2].choices = "exclusive|direct|";
  table[3].smallest = 1;
  table[3].largest = day_s;
  return table;
}();

} // namespace

std::span<const config_key<node_config>> node_keys() {
  return node_key_table;
}

std::span<const config_key<broker_service>> service_keys() {
  return service_key_table;
}

} // namespace troupe
