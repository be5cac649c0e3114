#include "io/network/posix_name_lookup.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

namespace troupe::io {

namespace {

struct list_closer {
  void operator()(addrinfo* list) const noexcept {
    freeaddrinfo(list);
  }
};

using answer = result<std::vector<socket_address>>;

answer ask(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int why =
    getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (why != 0)
    return error{errc::unreachable,
                 fmt::format("no address of {}: {}", host, gai_strerror(why))};
  const std::unique_ptr<addrinfo, list_closer> list{found};
  std::vector<socket_address> addresses;
  for (const auto* each = list.get(); each != nullptr; each = each->ai_next) {
    socket_address address;
    address.length = each->ai_addrlen;
    std::memcpy(&address.bytes, each->ai_addr, each->ai_addrlen);
    addresses.push_back(address);
  }
  return addresses;
}

/// What the lookup and its thread share; whoever ends last closes it.
struct shared_answer {
  ~shared_answer() {
    if (bell >= 0)
      close(bell);
  }

  int bell = -1;
  std::atomic<bool> done = false;
  answer found = std::vector<socket_address>{};
};

class posix_name_lookup final : public name_lookup {
public:
  explicit posix_name_lookup(std::shared_ptr<shared_answer> shared)
    : shared_(std::move(shared)) {}

  [[nodiscard]] int descriptor() const noexcept override {
    return shared_->bell;
  }

  [[nodiscard]] bool done() const noexcept override {
    return shared_->done.load(std::memory_order_acquire);
  }

  [[nodiscard]] answer addresses() override {
    return shared_->found;
  }

private:
  std::shared_ptr<shared_answer> shared_;
};

} // namespace

result<std::unique_ptr<name_lookup>>
open_posix_name_lookup(const std::string& host, std::uint16_t port) {
  auto shared = std::make_shared<shared_answer>();
  shared->found = ask(host, port, AI_NUMERICHOST);
  if (shared->found) {
    shared->done = true;
    return std::unique_ptr<name_lookup>{
      std::make_unique<posix_name_lookup>(std::move(shared))};
  }
  shared->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (shared->bell < 0)
    return error{errc::io_failure, "no descriptor is left for a name lookup"};
  try {
    std::thread([shared, host, port] {
      shared->found = ask(host, port, 0);
      shared->done.store(true, std::memory_order_release);
      const std::uint64_t one = 1;
      [[maybe_unused]] const auto put = write(shared->bell, &one, sizeof one);
    }).detach();
  } catch (const std::system_error& why) {
    return error{errc::io_failure,
                 fmt::format("no thread for a name lookup: {}", why.what())};
  }
  return std::unique_ptr<name_lookup>{
    std::make_unique<posix_name_lookup>(std::move(shared))};
}

} // namespace troupe::io
