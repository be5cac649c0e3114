#include "domain/library/vanish_ledger.hpp"

#include <algorithm>

namespace troupe {

vanish_ledger::vanish_ledger(std::span<const known_file> known) {
  files_.reserve(known.size());
  for (const auto& file : known) {
    files_.emplace(path_digest{file.path_digest_high, file.path_digest_low},
                   memory{file.stamp, file.id, file.missing, false});
    if (!file.missing)
      ++known_;
  }
}

bool vanish_ledger::meet(const walked_file& file) {
  const auto found = files_.find(digest_path(file.path));
  if (found == files_.end())
    return false;
  found->second.met = true;
  return !found->second.missing && found->second.stamp == file.stamp;
}

void vanish_ledger::spare(std::string_view path) {
  mark(path, true);
}

void vanish_ledger::unmeet(std::string_view path) {
  mark(path, false);
}

void vanish_ledger::mark(std::string_view path, bool met) {
  const auto found = files_.find(digest_path(path));
  if (found != files_.end())
    found->second.met = met;
}

std::vector<entry_id> vanish_ledger::vanished() const {
  return unmet(false);
}

std::vector<entry_id> vanish_ledger::still_missing() const {
  return unmet(true);
}

std::vector<entry_id> vanish_ledger::unmet(bool missing) const {
  std::vector<entry_id> ids;
  for (const auto& [digest, file] : files_)
    if (!file.met && file.missing == missing)
      ids.push_back(file.id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

bool vanish_ledger::looks_unmounted(std::size_t vanished_count) const noexcept {
  return vanished_count > 0
         && 2 * static_cast<std::int64_t>(vanished_count) >= known_;
}

} // namespace troupe
