#include "tests/fakes/counting_vfs.hpp"

#include "tests/fakes/layered_vfs.hpp"

#include <sqlite3.h>

#include <atomic>
#include <map>
#include <memory>

namespace troupe::fakes {

namespace {

struct live_counters {
  std::atomic<std::int64_t> syncs{0};
  std::atomic<std::int64_t> writes{0};
  std::atomic<std::int64_t> bytes_written{0};
  std::atomic<std::int64_t> log_bytes_written{0};
  std::atomic<std::int64_t> reads{0};
};

std::map<std::string, std::unique_ptr<live_counters>>& counters() {
  static std::map<std::string, std::unique_ptr<live_counters>> all;
  return all;
}

void count(live_counters& live, const vfs_event& event) {
  switch (event.call) {
  case vfs_call::sync:
    ++live.syncs;
    break;
  case vfs_call::write:
    ++live.writes;
    live.bytes_written += event.bytes;
    if (event.file.ends_with("-wal"))
      live.log_bytes_written += event.bytes;
    break;
  case vfs_call::read:
    ++live.reads;
    break;
  default:
    break;
  }
}

} // namespace

void register_counting_vfs(const std::string& name) {
  auto& live = counters()[name];
  if (live != nullptr)
    return;
  live = std::make_unique<live_counters>();
  register_layered_vfs(name, [live = live.get()](const vfs_event& event) {
    count(*live, event);
    return SQLITE_OK;
  });
}

vfs_counters counted_by_vfs(const std::string& name) {
  const auto& live = *counters().at(name);
  return {live.syncs, live.writes, live.bytes_written, live.log_bytes_written,
          live.reads};
}

} // namespace troupe::fakes
