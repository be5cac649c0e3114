#pragma once

#include "config/config_loader.hpp"
#include "domain/result.hpp"
#include "tools/assemble.hpp"

#include <functional>
#include <string>
#include <vector>

// NOLINTNEXTLINE(readability-identifier-naming): CLI11's own names.
namespace CLI {
class App;
}

namespace troupe {

/// Options that every command takes.
struct global_options {
  /// As typed; empty: environment, then the default place.
  std::string library;
  /// Configuration file; empty: none.
  std::string config;
  bool json = false;
  bool jsonl = false;
  bool no_node = false;
  /// HOST:PORT of a node elsewhere; empty: environment, then none.
  std::string node;
  /// The certificate for it; empty: environment.
  std::string certificate;
};

/// What the commands share: the options, and the action that parsing chose.
struct command_context {
  global_options options;
  assembly_overrides overrides;
  /// Runs the chosen command; returns its exit code.
  std::function<int()> chosen;
};

/// The library to use: option, TROUPE_LIBRARY, or the default place.
[[nodiscard]] std::string library_path(const global_options& options);

/// The node elsewhere to use: option or TROUPE_NODE; empty: none. And the
/// certificate for it: option or TROUPE_CERT.
[[nodiscard]] std::string remote_node(const global_options& options);
[[nodiscard]] std::string remote_certificate(const global_options& options);

/// The configuration in effect; `flags` win.
/// @returns `errc::bad_configuration`, `errc::not_found` for the file
[[nodiscard]] result<loaded_config>
effective_config(const global_options& options,
                 std::vector<config_flag> flags = {});

/// Starts what a command needs; the configuration's level of logging holds
/// where the user set one, one-shot commands log only errors otherwise.
[[nodiscard]] result<std::unique_ptr<assembly>>
open_assembly(const command_context& context, const loaded_config& config,
              assembly_request request);

/// A system that only reads the library; `errc::not_found` when there is none.
[[nodiscard]] result<std::unique_ptr<assembly>>
open_for_reading(const command_context& context);

/// A system that may write, with the lock held for `role`; without workers its
/// jobs wait.
[[nodiscard]] result<std::unique_ptr<assembly>>
open_for_writing(const command_context& context, std::string role,
                 bool with_workers = false);

/// The node that works on the library, or else a system that only reads: for
/// questions that a node alone answers in full.
[[nodiscard]] result<std::unique_ptr<assembly>>
open_for_asking(const command_context& context, std::string role);

/// The token of the import that this command is a part of
/// (TROUPE_IMPORT_TOKEN); empty: of none.
[[nodiscard]] std::string import_token();

/// Who asks: "uid:1000".
[[nodiscard]] std::string asker();

/// The entry that a user's word names: an existing FILE wins over an ID.
[[nodiscard]] result<entry_row> named_entry(assembly& open,
                                            const std::string& word);

/// Who does it, for the audit: "uid:1000".
[[nodiscard]] audit_note note_of(std::string action, std::string target);

/// Tells on stderr which contents crashed or were quarantined by the last
/// process, with a path where one is known.
void tell_named_crashes(troupe_system& system);

// -- registration: each adds its subcommand to the parser ---------------------

void add_index_command(CLI::App& app, command_context& context);
void add_add_command(CLI::App& app, command_context& context);
void add_list_command(CLI::App& app, command_context& context);
void add_show_command(CLI::App& app, command_context& context);
void add_search_command(CLI::App& app, command_context& context);
void add_similar_command(CLI::App& app, command_context& context);
void add_duplicates_command(CLI::App& app, command_context& context);
void add_playlist_command(CLI::App& app, command_context& context);
void add_vectors_command(CLI::App& app, command_context& context);
void add_tag_command(CLI::App& app, command_context& context);
void add_forget_command(CLI::App& app, command_context& context);
void add_analyze_command(CLI::App& app, command_context& context);
void add_upscale_command(CLI::App& app, command_context& context);
void add_preprocess_command(CLI::App& app, command_context& context);
void add_export_command(CLI::App& app, command_context& context);
void add_jobs_command(CLI::App& app, command_context& context);
void add_admin_command(CLI::App& app, command_context& context);
/// `admin status`.
void add_status_command(CLI::App& admin, command_context& context);
/// The verbs of `admin` that hold and release work.
void add_hold_commands(CLI::App& admin, command_context& context);
/// `admin import`.
void add_import_command(CLI::App& admin, command_context& context);
void add_models_command(CLI::App& app, command_context& context);
/// `certs`.
void add_certs_command(CLI::App& app, command_context& context);
void add_config_command(CLI::App& app, command_context& context);
void add_doctor_command(CLI::App& app, command_context& context);
void add_rpc_command(CLI::App& app, command_context& context);
void add_node_command(CLI::App& app, command_context& context);

} // namespace troupe
