#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace troupe::bench {

/// Seconds for `count` appends of `bytes` each to a new file in `folder`, each
/// followed by fdatasync: what the disk can do without us. Ends the program
/// when the disk fails.
inline double raw_seconds(const std::filesystem::path& folder,
                          std::int64_t count, std::int64_t bytes) {
  const auto file = (folder / "raw").string();
  const int descriptor = ::open(file.c_str(), O_CREAT | O_WRONLY, 0600);
  const std::string data(static_cast<std::size_t>(bytes), 'x');
  const auto start = std::chrono::steady_clock::now();
  for (std::int64_t i = 0; i < count; ++i)
    if (::write(descriptor, data.data(), data.size()) < 0
        || ::fdatasync(descriptor) != 0)
      std::abort();
  const std::chrono::duration<double> spent =
    std::chrono::steady_clock::now() - start;
  ::close(descriptor);
  std::filesystem::remove(file);
  return spent.count();
}

} // namespace troupe::bench
