#include "tests/e2e/node/door_load.hpp"

#include "actors/client/node_client.hpp"

#include <openssl/sha.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <thread>
#include <utility>

namespace troupe::testing {

namespace {

using clock = std::chrono::steady_clock;

double ms_since(clock::time_point begun) {
  return std::chrono::duration<double, std::milli>(clock::now() - begun)
    .count();
}

text_entry entry_of(int client, std::int64_t call) {
  text_entry entry;
  entry.text = "client " + std::to_string(client) + " call "
               + std::to_string(call) + " at "
               + std::to_string(clock::now().time_since_epoch().count());
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes
  SHA256(reinterpret_cast<const unsigned char*>(entry.text.data()),
         entry.text.size(), entry.hash.data());
  return entry;
}

/// One client: it stops at its first failure.
class load_client {
public:
  load_client(const door_load_options& options, int number,
              std::atomic<std::int64_t>& acknowledged)
    : options_(options), number_(number), acknowledged_(acknowledged) {}

  door_load_report run() {
    node_client_options to;
    to.socket = options_.socket;
    to.role = "load";
    to.pid = getpid();
    auto connected = connect_to_node(std::move(to));
    if (!connected) {
      report_.failures.push_back(connected.failure());
      return std::move(report_);
    }
    client_ = std::move(connected.value());
    for (std::int64_t call = 0;
         call < options_.calls_each && clock::now() < options_.until; ++call)
      if (!(call % 4 == 0 ? add(call) : ask()))
        break;
    client_.reset();
    return std::move(report_);
  }

private:
  bool add(std::int64_t call) {
    auto entry = entry_of(number_, call);
    const auto begun = clock::now();
    auto id = client_->add_text(std::move(entry), {});
    if (!id) {
      report_.failures.push_back(id.failure());
      return false;
    }
    report_.add_ms.push_back(ms_since(begun));
    report_.acknowledged.push_back(std::move(id.value()));
    ++acknowledged_;
    return true;
  }

  bool ask() {
    const auto begun = clock::now();
    const auto status = client_->admin().status("uid:load");
    if (!status) {
      report_.failures.push_back(status.failure());
      return false;
    }
    report_.status_ms.push_back(ms_since(begun));
    return true;
  }

  const door_load_options& options_;
  int number_;
  std::atomic<std::int64_t>& acknowledged_;
  std::unique_ptr<troupe_system> client_;
  door_load_report report_;
};

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()),
            std::make_move_iterator(from.end()));
}

} // namespace

double quantile(const std::vector<double>& ascending, double share) {
  if (ascending.empty())
    return 0.0;
  const auto last = static_cast<double>(ascending.size() - 1);
  return ascending[static_cast<std::size_t>(std::lround(share * last))];
}

door_load_report run_door_load(const door_load_options& options,
                               std::atomic<std::int64_t>& acknowledged) {
  door_load_report all;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (int number = 0; number < options.clients; ++number)
    threads.emplace_back([&, number] {
      auto one = load_client{options, number, acknowledged}.run();
      const std::lock_guard guard{mutex};
      append(all.add_ms, one.add_ms);
      append(all.status_ms, one.status_ms);
      append(all.acknowledged, one.acknowledged);
      append(all.failures, one.failures);
    });
  for (auto& thread : threads)
    thread.join();
  std::sort(all.add_ms.begin(), all.add_ms.end());
  std::sort(all.status_ms.begin(), all.status_ms.end());
  return all;
}

} // namespace troupe::testing
