#include "io/posix_thread_placement.hpp"

#include "domain/placement/cpu_quota.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace troupe::io {

namespace {

/// The longest mask asked for; the kernel refuses a shorter one than its own.
constexpr int cores_max = 8192;

// -- affinity -----------------------------------------------------------------

struct mask_deleter {
  void operator()(cpu_set_t* mask) const noexcept {
    CPU_FREE(mask);
  }
};

using mask_ptr = std::unique_ptr<cpu_set_t, mask_deleter>;

/// The calling thread's mask, null when the kernel does not tell.
mask_ptr present_mask() {
  mask_ptr mask{CPU_ALLOC(cores_max)};
  if (mask
      && ::sched_getaffinity(0, CPU_ALLOC_SIZE(cores_max), mask.get()) != 0)
    mask.reset();
  return mask;
}

// -- quota --------------------------------------------------------------------

std::string text_of(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void tighten(std::optional<double>& limit, std::optional<double> other) {
  if (other && (!limit || *other < *limit))
    limit = other;
}

/// Calls `visit` with the folder of `place` and of every group above it.
template <class Visit>
void for_each_group(const std::string& root, std::string place, Visit visit) {
  while (place.size() > 1) {
    visit(root + place);
    place.resize(place.rfind('/') == std::string::npos ? 0 : place.rfind('/'));
  }
  visit(root);
}

// -- adapter ------------------------------------------------------------------

/// Thread-safe: holds only its options. Blocks only to read small kernel files;
/// a crash leaves nothing behind.
class posix_thread_placement final : public thread_placement {
public:
  explicit posix_thread_placement(thread_placement_options options)
    : options_(std::move(options)) {}

  void name_thread(std::string_view name) const noexcept override {
    // The kernel keeps 15 bytes and refuses more.
    std::array<char, 16> text{};
    std::copy_n(name.begin(), std::min(name.size(), text.size() - 1),
                text.begin());
    ::pthread_setname_np(::pthread_self(), text.data());
  }

  [[nodiscard]] std::string thread_name() const override {
    std::array<char, 16> text{};
    ::pthread_getname_np(::pthread_self(), text.data(), text.size());
    return fmt::format("{} ({})", text.data(), ::gettid());
  }

  [[nodiscard]] std::vector<int> cores() const override {
    std::vector<int> found;
    const auto mask = present_mask();
    for (int core = 0; mask && core < cores_max; ++core)
      if (CPU_ISSET_S(static_cast<unsigned>(core), CPU_ALLOC_SIZE(cores_max),
                      mask.get()))
        found.push_back(core);
    return found;
  }

  result<void> pin_thread(int core) const override {
    const auto allowed = present_mask();
    const auto bytes = CPU_ALLOC_SIZE(cores_max);
    if (core < 0 || core >= cores_max
        || (allowed
            && !CPU_ISSET_S(static_cast<unsigned>(core), bytes, allowed.get())))
      return error{errc::invalid_argument,
                   fmt::format("pin: core {} is not among those that this "
                               "process may use; see taskset -p",
                               core)};
    const mask_ptr mask{CPU_ALLOC(cores_max)};
    if (!mask)
      return error{errc::overloaded, "pin: no memory for a core mask"};
    CPU_ZERO_S(bytes, mask.get());
    CPU_SET_S(static_cast<unsigned>(core), bytes, mask.get());
    if (::sched_setaffinity(0, bytes, mask.get()) != 0)
      return error{errc::io_failure,
                   fmt::format("pin: core {}: {}", core,
                               std::generic_category().message(errno))};
    return {};
  }

  void flush_denormals() const noexcept override {
#if defined(__SSE2__)
    // MXCSR: bit 15 flushes results to zero, bit 6 takes operands as zero.
    constexpr unsigned flush_bits = 0x8040;
    _mm_setcsr(_mm_getcsr() | flush_bits);
#elif defined(__aarch64__)
    // FPCR: bit 24 does both.
    constexpr std::uint64_t flush_bit = std::uint64_t{1} << 24U;
    std::uint64_t control = 0;
    asm volatile("mrs %0, fpcr" : "=r"(control));
    asm volatile("msr fpcr, %0" : : "r"(control | flush_bit));
#endif
  }

  [[nodiscard]] int usable_cores() const override {
    std::optional<int> affinity;
    if (const auto mask = present_mask())
      affinity = CPU_COUNT_S(CPU_ALLOC_SIZE(cores_max), mask.get());
    return usable_core_count(affinity, quota());
  }

private:
  [[nodiscard]] std::optional<double> quota() const {
    const auto places = parse_cgroup_places(text_of(options_.cgroup_list));
    std::optional<double> limit;
    for_each_group(options_.cgroup_root, places.unified,
                   [&](const std::string& group) {
                     tighten(limit, parse_cpu_max(text_of(group + "/cpu.max")));
                   });
    for_each_group(
      options_.cgroup_root + "/cpu", places.cpu, [&](const std::string& group) {
        tighten(limit, parse_cfs_quota(text_of(group + "/cpu.cfs_quota_us"),
                                       text_of(group + "/cpu.cfs_period_us")));
      });
    return limit;
  }

  thread_placement_options options_;
};

} // namespace

std::unique_ptr<thread_placement>
open_posix_thread_placement(thread_placement_options options) {
  return std::make_unique<posix_thread_placement>(std::move(options));
}

} // namespace troupe::io
