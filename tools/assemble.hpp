#pragma once

#include "actors/troupe_system.hpp"
#include "config/node_config.hpp"
#include "domain/ports/audio_decoder.hpp"
#include "domain/ports/library_store.hpp"
#include "domain/ports/tag_writer.hpp"
#include "domain/result.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe {

/// What tests put in the place of the real thing.
struct assembly_overrides {
  /// Wraps the audio decoder; empty: as it is.
  std::function<std::unique_ptr<audio_decoder_source>(
    std::unique_ptr<audio_decoder_source>)>
    decorate_decoders;
  /// Wraps the store; empty: as it is.
  std::function<std::unique_ptr<library_store>(std::unique_ptr<library_store>)>
    decorate_store;
};

/// How a command uses the library.
enum class library_access : std::uint8_t {
  /// Only the READER runs; works while another process writes.
  read,
  /// Takes the lock; the whole tree runs.
  write,
  /// A library in this process's memory, gone with it; the whole tree runs.
  memory,
};

struct assembly_request {
  library_access access = library_access::read;
  /// Raw bytes; its folder is made when absent and `access` is write.
  std::string library;
  /// The command's name, for the lock file: "index", "node".
  std::string role;
  /// Workers as configured; without, jobs are stored and wait.
  bool with_workers = false;
  /// UPSCALERs alone, as configured.
  bool with_upscalers = false;
  /// Lines below `log.level` are dropped; without, only errors are logged.
  bool log_all = false;
  /// Called before a line is logged, from any thread; may be empty.
  std::function<void()> before_log_line;
  /// Folders to watch; only with write access.
  std::vector<std::string> watched;
  /// With write access: when a node holds the library, it does the work.
  bool may_use_node = false;
  /// With write access: commands of other processes are let in.
  bool with_door = false;
  /// See `system_settings::on_event`.
  std::function<void()> on_event;
};

/// A running system together with the adapters that it borrows.
///
/// Thread affinity: one thread, the one that made it.
class assembly {
public:
  virtual ~assembly() = default;

  [[nodiscard]] virtual troupe_system& system() = 0;
  [[nodiscard]] virtual const media_finder& finder() const = 0;
  [[nodiscard]] virtual const wall_clock& clock() const = 0;
  [[nodiscard]] virtual const audio_decoder_source& decoders() const = 0;
  [[nodiscard]] virtual const fourier_source& fourier() const = 0;
  [[nodiscard]] virtual const tag_reader& tags() const = 0;
  [[nodiscard]] virtual const tag_writer& tag_writing() const = 0;

  /// Where other processes are let in; empty when they are not.
  [[nodiscard]] virtual const std::string& door() const = 0;

  /// Where other hosts are let in: "0.0.0.0:7474"; empty when they are not.
  [[nodiscard]] virtual const std::string& gate() const = 0;

  /// Others are no longer told of the door: it is about to close.
  virtual void withdraw_door() = 0;

  /// Lines below this level ("debug", "info", …) are dropped from now on.
  virtual void log_from(const std::string& level) = 0;
};

/// Makes the adapters and hands them to the actors, or reaches the node whose
/// actors do the work.
/// @returns the errors of lock, store, crash notes, watch and start:
/// `errc::locked` naming the holder, `errc::not_found`, `errc::corrupt`,
/// `errc::newer_version`, `errc::permission_denied`, `errc::unreachable` for a
/// node, …
[[nodiscard]] result<std::unique_ptr<assembly>>
assemble(assembly_request request, const node_config& config,
         const assembly_overrides& overrides);

/// ANALYZERs under this configuration: 0 means the cores that the process may
/// use.
[[nodiscard]] int analyzer_count(const node_config& config);

/// UPSCALERs under this configuration, in the same way.
[[nodiscard]] int upscaler_count(const node_config& config);

/// What `doctor` looks at besides: who holds the library, and the versions of
/// the libraries that read untrusted bytes.
struct machine_findings {
  int usable_cores = 0;
  std::string decoder_version;
  /// Why the lock cannot be asked; `errc::none` when it can.
  error lock_trouble{errc::none, {}};
  /// "pid 123 (troupe index)"; empty when nobody holds it.
  std::string holder;
};

[[nodiscard]] machine_findings look_at_machine(const std::string& library);

/// SHA-256 of a text, for its entry.
[[nodiscard]] result<content_hash> hash_text(const std::string& text);

} // namespace troupe
