#include "io/posix_crash_notes.hpp"

#include "domain/library/crash_record.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace troupe::io {

namespace {

constexpr std::array<int, 5> fatal_signals{SIGSEGV, SIGBUS, SIGABRT, SIGFPE,
                                           SIGILL};

/// Crash files are erased at each start; a larger one is not ours.
constexpr std::int64_t file_bytes_max = std::int64_t{16} * 1024 * 1024;

error to_error(int code, const std::string& file) {
  auto kind = errc::io_failure;
  if (code == ENOENT || code == ENOTDIR)
    kind = errc::not_found;
  else if (code == EACCES || code == EPERM || code == EROFS)
    kind = errc::permission_denied;
  else if (code == ENOSPC || code == EDQUOT)
    kind = errc::no_space;
  return {kind, fmt::format("crash file: {}: {}; the library's folder must be "
                            "writable, with room left",
                            file, std::generic_category().message(code))};
}

// -- what the handler reads ---------------------------------------------------

/// What one thread holds. Written by that thread, read by the handler in it.
struct thread_slot {
  content_hash hash;
  std::array<char, crash_decoder_bytes_max> decoder;
  std::size_t decoder_bytes;
  volatile std::sig_atomic_t occupied;
  volatile std::sig_atomic_t handling;
};

/// Initial-exec: reading it never allocates, so the handler may.
[[gnu::tls_model("initial-exec")]] thread_local thread_slot slot{};

/// The open crash file, -1 when none.
std::atomic<int> crash_descriptor{-1};

/// Thread id of the first thread to fault, 0 before.
std::atomic<long> first_fault{0};

static_assert(std::atomic<int>::is_always_lock_free);
static_assert(std::atomic<long>::is_always_lock_free);

// -- handler ------------------------------------------------------------------

/// Async-signal-safe. A full disk or a failing write loses the note, no more.
void write_note(int signal) noexcept {
  const int number = crash_descriptor.load();
  if (number < 0 || slot.occupied == 0)
    return;
  crash_record record;
  encode_crash_record(slot.hash, {slot.decoder.data(), slot.decoder_bytes},
                      signal, record);
  ssize_t written = -1;
  do
    written = ::write(number, record.data(), record.size());
  while (written < 0 && errno == EINTR);
  ::fdatasync(number);
}

/// Notes the guilty content, then lets the signal do what it does by default,
/// on the faulting instruction when there is one, so that cores stay true.
void on_fatal_signal(int signal, siginfo_t* info, void* /*context*/) noexcept {
  const long thread = ::syscall(SYS_gettid);
  long nobody = 0;
  if (slot.handling == 0) {
    slot.handling = 1;
    // Only the first fault is blamed; a second thread would end the process
    // before the note is on the disk.
    if (!first_fault.compare_exchange_strong(nobody, thread))
      for (;;)
        ::pause();
    // A signal that another process sent, a watchdog say, is nobody's doing.
    if (info == nullptr || info->si_code > 0 || info->si_pid == ::getpid())
      write_note(signal);
  }

  struct sigaction plain {};

  plain.sa_handler = SIG_DFL;
  ::sigaction(signal, &plain, nullptr);
  // A positive code is a fault of the processor's: returning repeats it.
  if (info == nullptr || info->si_code <= 0)
    ::syscall(SYS_tgkill, ::getpid(), thread, signal);
}

// -- alternate stack ----------------------------------------------------------

/// A stack on which the handler runs when the thread's own has overflowed. It
/// belongs to a thread and ends with it; one that exists already is kept.
class alternate_stack {
public:
  alternate_stack() {
    stack_t present{};
    if (::sigaltstack(nullptr, &present) != 0
        || (present.ss_flags & SS_DISABLE) == 0)
      return;
    void* memory = ::mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED)
      return;
    stack_t ours{};
    ours.ss_sp = memory;
    ours.ss_size = stack_bytes;
    if (::sigaltstack(&ours, nullptr) == 0)
      memory_ = memory;
    else
      ::munmap(memory, stack_bytes);
  }

  alternate_stack(const alternate_stack&) = delete;
  alternate_stack& operator=(const alternate_stack&) = delete;

  ~alternate_stack() {
    if (memory_ == nullptr)
      return;
    stack_t present{};
    if (::sigaltstack(nullptr, &present) == 0 && present.ss_sp == memory_) {
      stack_t none{};
      none.ss_flags = SS_DISABLE;
      ::sigaltstack(&none, nullptr);
    }
    ::munmap(memory_, stack_bytes);
  }

private:
  // The register state that the kernel saves takes up to 11 KiB (AMX).
  static constexpr std::size_t stack_bytes = std::size_t{64} * 1024;

  void* memory_ = nullptr;
};

// -- adapter ------------------------------------------------------------------

/// Thread affinity as in the port. A note reaches the disk before the process
/// ends; a crash inside the handler leaves at worst a torn record, which the
/// next start skips. `enter` and `leave` neither block nor allocate, but for
/// the alternate stack at a thread's first `enter`.
class posix_crash_notes final : public crash_notes {
public:
  posix_crash_notes(int number, std::string file)
    : number_(number), file_(std::move(file)) {
    struct sigaction action {};

    action.sa_sigaction = on_fatal_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    ::sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < fatal_signals.size(); ++i)
      ::sigaction(fatal_signals.at(i), &action, &previous_.at(i));
  }

  posix_crash_notes(const posix_crash_notes&) = delete;
  posix_crash_notes& operator=(const posix_crash_notes&) = delete;

  ~posix_crash_notes() override {
    for (std::size_t i = 0; i < fatal_signals.size(); ++i)
      ::sigaction(fatal_signals.at(i), &previous_.at(i), nullptr);
    crash_descriptor.store(-1);
    ::close(number_);
  }

  void enter(const content_hash& hash,
             std::string_view decoder) noexcept override {
    static thread_local const alternate_stack stack;
    static_cast<void>(stack);
    slot.occupied = 0;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    slot.hash = hash;
    slot.decoder_bytes = std::min(decoder.size(), slot.decoder.size());
    std::copy_n(decoder.begin(), slot.decoder_bytes, slot.decoder.begin());
    std::atomic_signal_fence(std::memory_order_seq_cst);
    slot.occupied = 1;
  }

  void leave() noexcept override {
    slot.occupied = 0;
  }

  result<std::vector<crash_note>> take() override {
    struct stat info {};

    if (::fstat(number_, &info) != 0)
      return to_error(errno, file_);
    if (info.st_size > file_bytes_max)
      return error{errc::corrupt,
                   fmt::format("crash file: {}: {} bytes are too many to be "
                               "ours; look at it, then remove it",
                               file_, info.st_size)};
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(info.st_size));
    std::size_t filled = 0;
    while (filled < bytes.size()) {
      const auto got =
        ::pread(number_, bytes.data() + filled, bytes.size() - filled,
                static_cast<off_t>(filled));
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return to_error(errno, file_);
      if (got == 0)
        break;
      filled += static_cast<std::size_t>(got);
    }
    return decode_crash_records(std::span{bytes}.first(filled));
  }

  result<void> forget() override {
    if (::ftruncate(number_, 0) != 0 || ::fdatasync(number_) != 0)
      return to_error(errno, file_);
    return {};
  }

private:
  int number_;
  std::string file_;
  std::array<struct sigaction, fatal_signals.size()> previous_{};
};

} // namespace

result<std::unique_ptr<crash_notes>>
open_posix_crash_notes(const std::string& library) {
  auto file = library + ".crash";
  constexpr mode_t owner_only = 0600;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): open(2)
  const int number = ::open(file.c_str(),
                            O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW
                              | O_NONBLOCK | O_NOCTTY,
                            owner_only);
  if (number < 0)
    return to_error(errno, file);
  int none = -1;
  if (!crash_descriptor.compare_exchange_strong(none, number)) {
    ::close(number);
    return error{errc::refused,
                 fmt::format("crash file: {}: this process has one open "
                             "already; close that first",
                             file)};
  }
  return std::unique_ptr<crash_notes>{
    std::make_unique<posix_crash_notes>(number, std::move(file))};
}

} // namespace troupe::io
