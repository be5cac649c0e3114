#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace troupe::testing {

/// What a process said and how it ended.
struct process_end {
  /// Exit status; 128 + signal when a signal ended it; -1: past the deadline.
  int code = -1;
  std::string out;
  std::string err;
};

/// A program under test, its output collected by pipes.
class child_process {
public:
  /// Starts it; `environment` is added to this process's own.
  child_process(const std::vector<std::string>& command,
                const std::map<std::string, std::string>& environment = {});

  /// Kills it when it still runs.
  ~child_process();

  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  /// Reads until `text` was seen on stdout or stderr. False: it ended, or the
  /// deadline passed.
  bool wait_for(const std::string& text, std::chrono::milliseconds longest);

  /// Sends a signal.
  void signal(int number) const;

  /// Waits for the end; kills it past the deadline.
  process_end end(std::chrono::seconds longest);

  /// What was read so far.
  [[nodiscard]] const process_end& seen() const noexcept {
    return seen_;
  }

  [[nodiscard]] int pid() const noexcept {
    return pid_;
  }

private:
  /// Reads what there is; false at the end of both streams, or at the deadline.
  bool read_some(std::chrono::steady_clock::time_point deadline);

  int pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  process_end seen_;
};

/// Runs it to its end.
process_end run(const std::vector<std::string>& command,
                const std::map<std::string, std::string>& environment = {},
                std::chrono::seconds longest = std::chrono::seconds{240});

} // namespace troupe::testing
