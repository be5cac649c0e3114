#pragma once

#include "domain/library/path_digest.hpp"
#include "domain/ports/library_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace troupe {

/// Compares a walk with what the library knows: which files are unchanged, and
/// which known ones the walk never met. About 60 bytes per known file.
class vanish_ledger {
public:
  vanish_ledger() = default;

  /// @param known what the library knows below the walk's roots
  explicit vanish_ledger(std::span<const known_file> known);

  /// Notes that the walk met a file. True: known, same stamp, not missing;
  /// there is nothing to do for it.
  [[nodiscard]] bool meet(const walked_file& file);

  /// Notes that a file exists but could not be read: it has not vanished.
  void spare(std::string_view path);

  /// Notes that a file is there but is no media any more: it has vanished.
  void unmeet(std::string_view path);

  /// Known entries, not missing already, that the walk did not meet.
  [[nodiscard]] std::vector<entry_id> vanished() const;

  /// Known entries, missing since an earlier walk, that this one did not meet
  /// either: what there is to prune beside the newly vanished.
  [[nodiscard]] std::vector<entry_id> still_missing() const;

  /// Known entries that were not missing before the walk.
  [[nodiscard]] std::int64_t known() const noexcept {
    return known_;
  }

  /// True when so many vanished at once that an unmounted disk is likelier
  /// than a person: half or more (CONTRACT, rule 4).
  [[nodiscard]] bool looks_unmounted(std::size_t vanished_count) const noexcept;

private:
  [[nodiscard]] std::vector<entry_id> unmet(bool missing) const;

  void mark(std::string_view path, bool met);

  struct memory {
    file_stamp stamp;
    entry_id id{};
    bool missing = false;
    bool met = false;
  };

  struct digest_hash {
    std::size_t operator()(const path_digest& x) const noexcept {
      return static_cast<std::size_t>(x.high ^ x.low);
    }
  };

  std::unordered_map<path_digest, memory, digest_hash> files_;
  std::int64_t known_ = 0;
};

} // namespace troupe
