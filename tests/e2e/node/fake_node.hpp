#pragma once

#include "domain/ports/library_lock.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <thread>

namespace troupe::testing {

/// Holds a library like a node does, and treats whoever knocks strangely.
class fake_node {
public:
  enum class manner : unsigned char {
    silent,
    hangs_up,
    babbles,
    greets_and_hangs_up,
    greets_and_falls_silent,
    other_version,
  };

  fake_node(const std::filesystem::path& library,
            const std::filesystem::path& socket, manner how);
  ~fake_node();
  fake_node(const fake_node&) = delete;
  fake_node& operator=(const fake_node&) = delete;

private:
  void serve(manner how);

  std::filesystem::path socket_;
  std::unique_ptr<library_lock> lock_;
  int listener_ = -1;
  /// Written to by the destructor: the end of `serve`.
  int stop_ = -1;
  std::thread thread_;
};

/// Stands in for systemd: a socket that services report to.
class fake_service_host {
public:
  explicit fake_service_host(const std::filesystem::path& socket);
  ~fake_service_host();
  fake_service_host(const fake_service_host&) = delete;
  fake_service_host& operator=(const fake_service_host&) = delete;

  /// Reads reports until one has this line; a minute at most.
  [[nodiscard]] bool hears(const std::string& line) const;

private:
  int socket_ = -1;
};

} // namespace troupe::testing
