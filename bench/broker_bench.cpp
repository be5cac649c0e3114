// What the BROKER costs those who ask it, on a real RabbitMQ server of its own,
// release build only, beside what it replaces (bench/peers):
//   rpc          p50 of a call with one in flight; the same echo service
//   answers
//                troupe, a polling loop on pika, a bare loop on librabbitmq
//   publish      confirmed persistent messages of 1 KiB a second
//   consume      messages consumed and acknowledged a second
//   stall        p99 of 100 callers of one service while another stalls
//   idle         wake-ups of the BROKER's thread a second
// Each line is the median of three rounds in which all take turns.
// Needs rabbitmq-server and python3-pika.

#include "tests/rabbitmq/caller_crowd.hpp"
#include "tests/rabbitmq/echo_service.hpp"
#include "tests/rabbitmq/live_broker.hpp"
#include "tests/rabbitmq/rabbitmq_server.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace troupe;
using namespace troupe::testing;
using namespace std::chrono_literals;

constexpr int rounds = 3;
constexpr std::size_t message_bytes = 1'024;
constexpr int window = 1'000;

double quantile(std::vector<std::int64_t> values, double share) {
  if (values.empty())
    return 0;
  const auto at = values.begin()
                  + static_cast<std::ptrdiff_t>(
                    share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return static_cast<double>(*at);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void need(bool fine, const std::string& what) {
  if (fine)
    return;
  fmt::print(stderr, "broker_bench: {} failed\n", what);
  std::exit(1);
}

/// The number that a peer prints.
double peer(const std::vector<std::string>& words) {
  const auto end = run(words, {}, 580s);
  need(end.code == 0, words[0] + ": " + end.err);
  return std::atof(end.out.c_str());
}

amqp::session_options asking(const std::string& service,
                             const std::string& queue) {
  amqp::session_options options;
  options.limits.window = window;
  options.services = {{service, queue, amqp::reply_way::direct, ""}};
  return options;
}

/// Waits until the BROKER is up.
void settle(live_broker& broker) {
  need(broker.until([](const broker_status& x) { return x.state == "up"; }),
       "log-in");
}

// -- what troupe does ---------------------------------------------------------

double call_p50_us(live_broker& broker, int calls) {
  const auto log =
    send_crowd(broker.system(), broker.handle(), "echo", 1, calls);
  need(log->wait_for(static_cast<std::size_t>(calls)), "calls");
  return quantile(log->answered_us(), 0.5);
}

/// Counts down from any thread.
class countdown {
public:
  explicit countdown(int from) : left_(from) {}

  void step() {
    const std::lock_guard guard{mutex_};
    if (--left_ == 0)
      zero_.notify_all();
  }

  void wait() {
    std::unique_lock guard{mutex_};
    need(zero_.wait_for(guard, 10min, [&] { return left_ <= 0; }),
         "waiting for the last message");
  }

private:
  std::mutex mutex_;
  std::condition_variable zero_;
  int left_;
};

/// Sends one message; its end sends the next.
void send_on(caf::event_based_actor* self, const broker_actor& broker,
             const std::string& queue, const std::shared_ptr<int>& unsent,
             const std::shared_ptr<countdown>& left) {
  if (*unsent == 0)
    return;
  --*unsent;
  auto content = std::make_shared<amqp::message>();
  content->properties.delivery_mode = 2;
  content->properties.message_id = "m" + std::to_string(*unsent);
  content->body.assign(message_bytes, 'x');
  outgoing_message message;
  message.routing_key = queue;
  message.content = std::move(content);
  self->request(broker, caf::infinite, publish_atom_v, std::move(message))
    .then(
      [=](const publish_receipt& x) {
        need(x.outcome == amqp::publish_outcome::confirmed, "a publish");
        left->step();
        send_on(self, broker, queue, unsent, left);
      },
      [](caf::error& why) { need(false, from_caf(why).detail); });
}

/// Messages a second.
double publish_rate(live_broker& broker, const std::string& queue, int count) {
  const auto left = std::make_shared<countdown>(count);
  const auto begun_us = steady_us();
  broker.system().spawn(
    [=, to = broker.handle()](caf::event_based_actor* self) {
      const auto unsent = std::make_shared<int>(count);
      for (int i = 0; i < window; ++i)
        send_on(self, to, queue, unsent, left);
    });
  left->wait();
  return 1e6 * count / static_cast<double>(steady_us() - begun_us);
}

amqp::session_options taking(const std::string& queue,
                             const std::string& type) {
  amqp::session_options options;
  options.job_queues = {queue};
  options.queue_type = type;
  options.prefetch = 300;
  options.limits.window = window;
  return options;
}

/// Acknowledges everything at once.
job_taker_actor::behavior_type
take_all(job_taker_actor::pointer self, const std::shared_ptr<countdown>& left,
         const std::shared_ptr<broker_actor>& broker) {
  return {[=](delivery_atom, const delivery_ptr& x) {
    self->send(*broker, ack_atom_v, delivery_verdict{x->handle, {}});
    left->step();
  }};
}

double consume_rate(const std::string& url, const std::string& queue,
                    const std::string& type, int count) {
  const auto left = std::make_shared<countdown>(count);
  const auto to = std::make_shared<broker_actor>();
  live_broker broker{url, taking(queue, type)};
  const auto taker = broker.system().spawn(take_all, left, to);
  const auto begun_us = steady_us();
  broker.start(taker);
  *to = broker.handle();
  left->wait();
  const auto rate = 1e6 * count / static_cast<double>(steady_us() - begun_us);
  // What is acknowledged last is on its way still.
  broker.until([](const broker_status& x) { return x.jobs_in_hand == 0; });
  *to = broker_actor{};
  return rate;
}

// -- workloads ----------------------------------------------------------------

struct bench_scene {
  std::string url;
  std::string pika;
  std::string bare;
};

void measure_calls(const bench_scene& scene) {
  const echo_service service{scene.url, "ask"};
  live_broker broker{scene.url, asking("echo", "ask")};
  broker.start();
  settle(broker);
  while (!service.ready())
    broker.status();
  std::vector<double> ours;
  std::vector<double> bare;
  std::vector<double> polling;
  for (int i = 0; i < rounds; ++i) {
    ours.push_back(call_p50_us(broker, 3'000));
    bare.push_back(peer({scene.bare, scene.url, "ask", "3000"}));
    polling.push_back(peer({scene.pika, scene.url, "rpc", "ask", "30"}));
  }
  fmt::print("rpc              p50 {:8.0f} us   pika {:8.0f} us = {:.0f} x   "
             "bare librabbitmq {:.0f} us: {:.2f} of it is ours\n",
             median(ours), median(polling), median(polling) / median(ours),
             median(bare), median(ours) / median(bare));
}

void measure_messages(const bench_scene& scene, const std::string& type) {
  constexpr int count = 60'000;
  constexpr int peer_count = 3'000;
  const auto queue = "bench." + type;
  std::vector<double> sent;
  std::vector<double> peer_sent;
  std::vector<double> taken;
  std::vector<double> peer_taken;
  {
    // Makes the queue.
    live_broker maker{scene.url, taking(queue, type)};
    maker.start();
    need(maker.until([](const broker_status& x) { return x.consuming; }),
         "making the queue");
  }
  for (int i = 0; i < rounds; ++i) {
    live_broker broker{scene.url, asking("none", "none")};
    broker.start();
    settle(broker);
    sent.push_back(publish_rate(broker, queue, count));
    taken.push_back(consume_rate(scene.url, queue, type, count));
    peer_sent.push_back(
      peer({scene.pika, scene.url, "publish", queue, std::to_string(peer_count),
            std::to_string(message_bytes)}));
    // As many for the peer to consume.
    publish_rate(broker, queue, count - peer_count);
    peer_taken.push_back(
      peer({scene.pika, scene.url, "consume", queue, std::to_string(count)}));
  }
  fmt::print("publish {:8} {:8.0f} /s   pika {:8.0f} /s = {:.1f} x\n", type,
             median(sent), median(peer_sent), median(sent) / median(peer_sent));
  fmt::print("consume {:8} {:8.0f} /s   pika {:8.0f} /s = {:.1f} x\n", type,
             median(taken), median(peer_taken),
             median(taken) / median(peer_taken));
}

void measure_stall(const bench_scene& scene) {
  constexpr int callers = 100;
  constexpr int calls_each = 100;
  const echo_service ai{scene.url, "ai"};
  const echo_service crawling{scene.url, "crawling",
                              echo_service::manner::stalls};
  auto options = asking("ai", "ai");
  options.services.push_back(
    {"crawling", "crawling", amqp::reply_way::direct, ""});
  std::vector<double> alone;
  std::vector<double> beside;
  for (int i = 0; i < 2 * rounds; ++i) {
    live_broker broker{scene.url, options};
    broker.start();
    need(broker.until([&](const broker_status& x) {
      return x.state == "up" && ai.ready() && crawling.ready();
    }),
         "both services");
    const bool stalls = i % 2 == 1;
    if (stalls) {
      send_crowd(broker.system(), broker.handle(), "crawling", callers, 1);
      broker.until(
        [](const broker_status& x) { return x.open_calls == callers; });
    }
    const auto log =
      send_crowd(broker.system(), broker.handle(), "ai", callers, calls_each);
    need(log->wait_for(callers * calls_each), "calls");
    (stalls ? beside : alone).push_back(quantile(log->answered_us(), 0.99));
    broker.end();
  }
  fmt::print("stall            p99 {:8.0f} us alone, {:8.0f} us beside 100 "
             "stalled calls: {:.2f} x\n",
             median(alone), median(beside), median(beside) / median(alone));
}

/// Times that a thread of this process went to sleep; -1: there is none.
std::int64_t sleeps_of(const std::string& thread) {
  for (const auto& task :
       std::filesystem::directory_iterator{"/proc/self/task"}) {
    std::string name;
    std::ifstream{task.path() / "comm"} >> name;
    if (name != thread)
      continue;
    std::ifstream status{task.path() / "status"};
    for (std::string word; status >> word;)
      if (std::int64_t count = 0;
          word == "voluntary_ctxt_switches:" && status >> count)
        return count;
  }
  return -1;
}

void measure_idleness(const bench_scene& scene) {
  constexpr auto longest = 60s;
  live_broker broker{scene.url, asking("none", "none")};
  broker.start();
  settle(broker);
  const auto before = sleeps_of("broker");
  std::this_thread::sleep_for(longest);
  const auto count = sleeps_of("broker") - before;
  need(before >= 0, "finding the BROKER's thread");
  fmt::print("idle             {:.2f} wake-ups/s\n",
             static_cast<double>(count) / longest.count());
}

} // namespace

int main() {
  need(rabbitmq_server::installed(), "finding rabbitmq-server");
  // On a disk, where users keep it: a sync that costs nothing flatters those
  // who wait for each.
  rabbitmq_server server{std::filesystem::temp_directory_path()};
  need(server.start(), "starting rabbitmq-server");
  static_cast<void>(std::setvbuf(stdout, nullptr, _IOLBF, 0));
  const bench_scene scene{server.url(server.fresh_vhost()),
                          TROUPE_ROOT "/bench/peers/polling_pika.py",
                          TROUPE_BLOCKING_LIBRABBITMQ};
  measure_calls(scene);
  measure_messages(scene, "classic");
  measure_messages(scene, "quorum");
  measure_stall(scene);
  measure_idleness(scene);
}
