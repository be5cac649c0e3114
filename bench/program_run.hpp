#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace troupe::benches {

/// Starts a program, its output thrown away. Ends this one on failure.
inline pid_t start_program(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (auto& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  if (::posix_spawn(&child, arguments.front(), &quiet, nullptr,
                    arguments.data(), environ)
      != 0)
    std::abort();
  posix_spawn_file_actions_destroy(&quiet);
  return child;
}

/// Waits for its good end. @returns the most memory it had, in bytes
inline std::int64_t await_program(pid_t child) {
  int status = 0;
  rusage usage{};
  if (::wait4(child, &status, 0, &usage) != child || !WIFEXITED(status)
      || WEXITSTATUS(status) != 0) {
    std::fputs("a run of the program failed\n", stderr);
    std::abort();
  }
  return usage.ru_maxrss * std::int64_t{1024};
}

template <class Run>
double seconds_of(Run&& run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
    .count();
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

} // namespace troupe::benches
