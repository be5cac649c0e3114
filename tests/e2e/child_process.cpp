#include "tests/e2e/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

extern "C" char** environ;

namespace troupe::testing {

namespace {

using clock = std::chrono::steady_clock;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> found;
  for (auto& text : texts)
    found.push_back(text.data());
  found.push_back(nullptr);
  return found;
}

std::vector<std::string>
joined_environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> all;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string line{*at};
    if (!added.contains(line.substr(0, line.find('='))))
      all.push_back(line);
  }
  for (const auto& [name, value] : added)
    all.push_back(name + "=" + value);
  return all;
}

} // namespace

child_process::child_process(
  const std::vector<std::string>& command,
  const std::map<std::string, std::string>& environment) {
  std::array<int, 2> out{};
  std::array<int, 2> err{};
  if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
                                   O_RDONLY, 0);
  auto words = command;
  auto variables = joined_environment(environment);
  const int failed =
    posix_spawn(&pid_, command.front().c_str(), &actions, nullptr,
                pointers(words).data(), pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  close(err[1]);
  out_ = out[0];
  err_ = err[0];
  if (failed != 0)
    throw std::runtime_error("cannot start " + command.front());
}

child_process::~child_process() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  for (const int descriptor : {out_, err_})
    if (descriptor >= 0)
      close(descriptor);
}

bool child_process::read_some(clock::time_point deadline) {
  std::array<pollfd, 2> both{{{out_, POLLIN, 0}, {err_, POLLIN, 0}}};
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
    deadline - clock::now());
  if ((out_ < 0 && err_ < 0) || left.count() <= 0
      || poll(both.data(), both.size(), static_cast<int>(left.count())) <= 0)
    return false;
  for (auto& one : both) {
    if (one.revents == 0)
      continue;
    const bool is_out = &one == both.data();
    std::array<char, 4096> bytes{};
    const auto count = read(one.fd, bytes.data(), bytes.size());
    if (count > 0) {
      (is_out ? seen_.out : seen_.err)
        .append(bytes.data(), static_cast<std::size_t>(count));
      continue;
    }
    close(one.fd);
    (is_out ? out_ : err_) = -1;
  }
  return true;
}

bool child_process::wait_for(const std::string& text,
                             std::chrono::milliseconds longest) {
  const auto deadline = clock::now() + longest;
  while (seen_.out.find(text) == std::string::npos
         && seen_.err.find(text) == std::string::npos)
    if (!read_some(deadline))
      return false;
  return true;
}

void child_process::signal(int number) const {
  kill(pid_, number);
}

process_end child_process::end(std::chrono::seconds longest) {
  const auto deadline = clock::now() + longest;
  while (read_some(deadline)) {
  }
  const bool late = clock::now() >= deadline;
  if (late)
    kill(pid_, SIGKILL);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  if (!late)
    seen_.code =
      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return seen_;
}

process_end run(const std::vector<std::string>& command,
                const std::map<std::string, std::string>& environment,
                std::chrono::seconds longest) {
  child_process process{command, environment};
  return process.end(longest);
}

} // namespace troupe::testing
