#include "io/posix_crash_notes.hpp"
#include "tests/fakes/scratch_folder.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <csignal>
#include <latch>
#include <thread>

namespace troupe::io {
namespace {

/// The faults, for real. The sanitizers must not get in before the kernel.
__attribute__((no_sanitize("address", "undefined"))) int
read_null(volatile int* nowhere) {
  return *nowhere;
}

void segfault() {
  read_null(nullptr);
}

__attribute__((no_sanitize("address", "undefined"))) void divide_by_zero() {
  volatile int zero = 0;
  volatile int quotient = 1 / zero;
  static_cast<void>(quotient);
  // Processors without a trap on division.
  ::raise(SIGFPE);
}

void illegal_instruction() {
  __builtin_trap();
}

/// Touches a page of a mapping beyond the end of its file.
void bus_error() {
  const int file = ::memfd_create("empty", MFD_CLOEXEC);
  void* page = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, file, 0);
  read_null(static_cast<volatile int*>(page));
}

__attribute__((no_sanitize("address", "undefined"), noinline)) int
recurse(volatile int* depth) {
  volatile char frame[4096];
  frame[0] = static_cast<char>(*depth);
  *depth = *depth + 1;
  return *depth < 0 ? 0 : recurse(depth) + frame[0];
}

void overflow_the_stack() {
  volatile int depth = 0;
  recurse(&depth);
}

class posix_crash_notes_test : public ::testing::Test {
protected:
  /// Signal that ended a child which ran `body` with crash notes open; 0 when
  /// none did.
  template <class Body>
  int dies_by(Body body) {
    const int status = fakes::in_child([&] {
      const rlimit no_core{0, 0};
      ::setrlimit(RLIMIT_CORE, &no_core);
      auto notes = open_posix_crash_notes(library);
      if (!notes)
        return 98;
      body(*notes.value());
      return 0;
    });
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

  std::vector<crash_note> take() {
    auto notes = open_posix_crash_notes(library);
    EXPECT_TRUE(notes);
    auto taken = notes.value()->take();
    EXPECT_TRUE(taken);
    return taken.value();
  }

  fakes::scratch_folder folder;
  std::string library = folder.at("library.db");
};

struct fault {
  const char* what;
  int signal;
  void (*happen)();
};

TEST_F(posix_crash_notes_test, names_the_content_at_each_kind_of_fault) {
  const fault faults[] = {
    {"segfault", SIGSEGV, segfault},
    {"abort", SIGABRT,
     [] {
       std::abort();
     }},
    {"division", SIGFPE, divide_by_zero},
    {"instruction", SIGILL, illegal_instruction},
    {"bus", SIGBUS, bus_error},
    {"stack", SIGSEGV, overflow_the_stack},
    {"raised", SIGSEGV,
     [] {
       ::raise(SIGSEGV);
     }},
  };
  std::size_t count = 0;
  for (const auto& [what, signal, happen] : faults) {
    const content_hash hash{static_cast<std::uint8_t>(++count)};
    const auto* call = &happen;
    EXPECT_EQ(dies_by([&](crash_notes& notes) {
                notes.enter(hash, "sndfile 1.2.0");
                (*call)();
              }),
              signal)
      << what;
    const auto taken = take();
    ASSERT_EQ(taken.size(), count) << what;
    EXPECT_EQ(taken.back().hash, hash);
    EXPECT_EQ(taken.back().signal, signal);
    EXPECT_EQ(taken.back().decoder, "sndfile 1.2.0");
  }
}

TEST_F(posix_crash_notes_test, blames_the_thread_that_fell_and_no_other) {
  EXPECT_EQ(dies_by([](crash_notes& notes) {
              std::latch holding{3};
              const auto hold = [&](std::uint8_t mark, bool falls) {
                notes.enter({mark}, "d");
                holding.arrive_and_wait();
                if (falls)
                  segfault();
                for (;;)
                  ::pause();
              };
              std::thread first{hold, std::uint8_t{1}, false};
              std::thread second{hold, std::uint8_t{2}, true};
              hold(3, false);
            }),
            SIGSEGV);
  const auto taken = take();
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].hash, content_hash{2});
}

TEST_F(posix_crash_notes_test, catches_a_stack_overflow_in_another_thread) {
  EXPECT_EQ(dies_by([](crash_notes& notes) {
              std::thread worker{[&] {
                notes.enter({7}, "d");
                overflow_the_stack();
              }};
              worker.join();
            }),
            SIGSEGV);
  const auto taken = take();
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].hash, content_hash{7});
}

TEST_F(posix_crash_notes_test, two_threads_that_fall_at_once_leave_one_note) {
  EXPECT_EQ(dies_by([](crash_notes& notes) {
              std::latch holding{2};
              const auto fall = [&](std::uint8_t mark) {
                notes.enter({mark}, "d");
                holding.arrive_and_wait();
                segfault();
              };
              std::thread other{fall, std::uint8_t{1}};
              fall(2);
            }),
            SIGSEGV);
  EXPECT_EQ(take().size(), 1U);
}

TEST_F(posix_crash_notes_test, blames_nothing_when_the_thread_holds_nothing) {
  EXPECT_EQ(dies_by([](crash_notes&) { segfault(); }), SIGSEGV);
  EXPECT_EQ(dies_by([](crash_notes& notes) {
              notes.enter({1}, "d");
              notes.leave();
              std::abort();
            }),
            SIGABRT);
  EXPECT_EQ(dies_by([](crash_notes& notes) {
              notes.enter({1}, "d");
              ::raise(SIGKILL);
            }),
            SIGKILL);
  EXPECT_TRUE(take().empty());
}

TEST_F(posix_crash_notes_test, blames_nothing_for_a_signal_from_outside) {
  EXPECT_EQ(dies_by([](crash_notes& notes) {
              notes.enter({1}, "d");
              if (::fork() == 0) {
                ::kill(::getppid(), SIGABRT);
                ::_exit(0);
              }
              for (;;)
                ::pause();
            }),
            SIGABRT);
  EXPECT_TRUE(take().empty());
}

TEST_F(posix_crash_notes_test, blames_what_was_entered_last) {
  dies_by([](crash_notes& notes) {
    notes.enter({1}, "a longer name than the next");
    notes.leave();
    notes.enter({2}, "b");
    segfault();
  });
  const auto taken = take();
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].hash, content_hash{2});
  EXPECT_EQ(taken[0].decoder, "b");
}

TEST_F(posix_crash_notes_test, forgets_on_request_and_only_then) {
  dies_by([](crash_notes& notes) {
    notes.enter({1}, "d");
    segfault();
  });
  EXPECT_EQ(take().size(), 1U);
  EXPECT_EQ(take().size(), 1U);
  {
    auto notes = open_posix_crash_notes(library);
    EXPECT_TRUE(notes.value()->forget());
  }
  EXPECT_TRUE(take().empty());
}

TEST_F(posix_crash_notes_test, adds_to_a_file_that_ends_in_a_torn_record) {
  folder.write("library.db.crash", "TRPCRSH1 and then the power failed");
  dies_by([](crash_notes& notes) {
    notes.enter({9}, "d");
    segfault();
  });
  const auto taken = take();
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].hash, content_hash{9});
}

TEST_F(posix_crash_notes_test, gives_the_signals_back_at_its_end) {
  struct sigaction before {};

  ::sigaction(SIGSEGV, nullptr, &before);
  {
    const auto notes = open_posix_crash_notes(library);
    EXPECT_EQ(open_posix_crash_notes(folder.at("other")).failure().code,
              errc::refused);

    struct sigaction during {};

    ::sigaction(SIGSEGV, nullptr, &during);
    EXPECT_NE(during.sa_sigaction, before.sa_sigaction);
  }

  struct sigaction after {};

  ::sigaction(SIGSEGV, nullptr, &after);
  EXPECT_EQ(after.sa_sigaction, before.sa_sigaction);
}

TEST_F(posix_crash_notes_test, names_a_folder_that_is_not_there) {
  EXPECT_EQ(open_posix_crash_notes(folder.at("no/library.db")).failure().code,
            errc::not_found);
}

} // namespace
} // namespace troupe::io
