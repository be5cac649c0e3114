#include "tests/io/sqlite/powercut_vfs.hpp"

#include "tests/fakes/layered_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace troupe::fakes {

namespace {

/// What a disk writes as a whole.
constexpr std::size_t sector_bytes = 512;

} // namespace

powercut_disk::powercut_disk(const std::string& name) {
  register_layered_vfs(name,
                       [this](const vfs_event& e) { return on_event(e); });
}

int powercut_disk::on_event(const vfs_event& event) {
  const bool counts = event.call == vfs_call::write
                      || event.call == vfs_call::sync
                      || event.call == vfs_call::truncate;
  if (event.call == vfs_call::remove)
    files_.erase(event.file);
  if (!counts)
    return SQLITE_OK;
  if (before_event)
    before_event(events_);
  ++events_;
  auto& file = files_[event.file];
  if (event.call == vfs_call::write) {
    file.since.push_back({false,
                          event.offset,
                          {static_cast<const char*>(event.data),
                           static_cast<std::size_t>(event.bytes)}});
  } else if (event.call == vfs_call::truncate) {
    file.since.push_back({true, event.bytes, {}});
  } else {
    ++syncs_;
    for (const auto& what : file.since)
      apply(file.synced, what);
    file.since.clear();
    file.ever_synced = true;
  }
  return SQLITE_OK;
}

void powercut_disk::apply(std::string& bytes, const change& what) {
  const auto offset = static_cast<std::size_t>(what.offset);
  if (what.truncation) {
    bytes.resize(offset);
    return;
  }
  bytes.resize(std::max(bytes.size(), offset + what.data.size()));
  bytes.replace(offset, what.data.size(), what.data);
}

std::map<std::string, std::string>
powercut_disk::cut(std::mt19937_64& random) const {
  std::map<std::string, std::string> left;
  // Each cut has its own luck: from almost all kept to almost all lost.
  const auto kept_of_8 = random() % 9;
  const auto lucky = [&] {
    return random() % 8 < kept_of_8;
  };
  for (const auto& [name, file] : files_) {
    if (!file.ever_synced && !lucky())
      continue;
    auto bytes = file.synced;
    for (const auto& what : file.since) {
      if (what.truncation) {
        if (lucky())
          apply(bytes, what);
        continue;
      }
      for (std::size_t at = 0; at < what.data.size();) {
        const auto offset = static_cast<std::size_t>(what.offset) + at;
        const auto length =
          std::min(sector_bytes - offset % sector_bytes, what.data.size() - at);
        if (lucky())
          apply(bytes, {false, static_cast<std::int64_t>(offset),
                        what.data.substr(at, length)});
        at += length;
      }
    }
    left.emplace(name, std::move(bytes));
  }
  return left;
}

} // namespace troupe::fakes
