#pragma once

#include "domain/ports/weights_source.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::testing {

/// Weights files in memory. Thread-safe once filled.
class memory_weights_source final : public weights_source {
public:
  void put(const std::string& name, std::vector<std::byte> bytes) {
    files_[name] = std::move(bytes);
  }

  /// Times that a file was opened.
  mutable int opened = 0;

  [[nodiscard]] result<std::unique_ptr<weights_file>>
  open(const std::string& name) const override {
    ++opened;
    const auto found = files_.find(name);
    if (found == files_.end())
      return error{errc::not_found,
                   fmt::format("weights: no built-in set {}; there are: {}",
                               name, fmt::join(names(), ", "))};
    return std::unique_ptr<weights_file>{std::make_unique<file>(found->second)};
  }

  [[nodiscard]] std::vector<std::string> names() const override {
    std::vector<std::string> found;
    for (const auto& [name, bytes] : files_)
      found.push_back(name);
    return found;
  }

private:
  class file final : public weights_file {
  public:
    explicit file(const std::vector<std::byte>& bytes) : bytes_(bytes) {}

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept override {
      return bytes_;
    }

  private:
    const std::vector<std::byte>& bytes_;
  };

  std::map<std::string, std::vector<std::byte>> files_;
};

} // namespace troupe::testing
