#include "io/posix_service_host.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string_view>

namespace troupe::io {

namespace {

std::string variable(const char* name) {
  const auto* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string{value};
}

std::int64_t number_in(const std::string& text) {
  std::int64_t found = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, found);
  return read.ec == std::errc{} && read.ptr == end ? found : 0;
}

/// A status is one line: anything else would be read as another assignment.
std::string one_line(std::string_view text) {
  std::string line{text};
  for (auto& character : line)
    if (static_cast<unsigned char>(character) < ' ')
      character = ' ';
  return line;
}

std::int64_t monotonic_us() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000
         + now.tv_nsec / 1'000;
}

/// Thread-safe: one connected socket, one datagram per call, never waiting.
/// A crash at any line leaves nothing behind.
class posix_service_host final : public service_host {
public:
  posix_service_host(int descriptor, std::chrono::microseconds within)
    : descriptor_(descriptor), within_(within) {}

  ~posix_service_host() override {
    if (descriptor_ >= 0)
      ::close(descriptor_);
  }

  posix_service_host(const posix_service_host&) = delete;
  posix_service_host& operator=(const posix_service_host&) = delete;

  void ready(std::string_view status) const noexcept override {
    tell([&] { return "READY=1\nSTATUS=" + one_line(status); });
  }

  void status(std::string_view status) const noexcept override {
    tell([&] { return "STATUS=" + one_line(status); });
  }

  void reloading() const noexcept override {
    tell([] {
      return fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_us());
    });
  }

  void stopping(std::chrono::milliseconds longest) const noexcept override {
    tell([&] {
      return fmt::format("STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC={}",
                         std::chrono::microseconds{longest}.count());
    });
  }

  void beat() const noexcept override {
    tell([] { return std::string{"WATCHDOG=1"}; });
  }

  [[nodiscard]] std::chrono::microseconds
  beat_within() const noexcept override {
    return within_;
  }

private:
  template <class Compose>
  void tell(Compose&& compose) const noexcept {
    if (descriptor_ < 0)
      return;
    try {
      const std::string text = compose();
      // A full queue loses this one; the next says what matters again.
      [[maybe_unused]] const auto sent = ::send(
        descriptor_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    } catch (const std::exception&) {
      // Out of memory: the host then learns it from our silence.
      return;
    }
  }

  int descriptor_;
  std::chrono::microseconds within_;
};

/// Connected to the host; -1 when there is none.
int connect_to(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const bool abstract = name.starts_with('@');
  if ((!abstract && !name.starts_with('/'))
      || name.size() >= sizeof address.sun_path)
    return -1;
  std::memcpy(address.sun_path, name.data(), name.size());
  if (abstract)
    address.sun_path[0] = '\0';
  const auto size =
    static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): connect(2)
  const auto* to = reinterpret_cast<const sockaddr*>(&address);
  if (descriptor < 0 || ::connect(descriptor, to, size) == 0)
    return descriptor;
  ::close(descriptor);
  return -1;
}

} // namespace

service_environment read_service_environment() {
  return {variable("NOTIFY_SOCKET"), variable("WATCHDOG_USEC"),
          variable("WATCHDOG_PID")};
}

std::unique_ptr<service_host>
open_posix_service_host(const service_environment& environment) {
  const int descriptor = connect_to(environment.notify_socket);
  // A pid that is not ours means that another process is to beat.
  const bool ours = environment.watchdog_pid.empty()
                    || number_in(environment.watchdog_pid) == ::getpid();
  const std::chrono::microseconds within{
    descriptor >= 0 && ours ? number_in(environment.watchdog_us) : 0};
  return std::make_unique<posix_service_host>(descriptor, within);
}

} // namespace troupe::io
