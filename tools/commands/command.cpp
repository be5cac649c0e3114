#include "tools/commands/command.hpp"

#include "domain/library/found_file.hpp"
#include "tools/node_reach.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/terminal/shown_text.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace troupe {

namespace {

std::optional<std::string> environment(const std::string& name) {
  const auto* value = std::getenv(name.c_str());
  if (value == nullptr)
    return std::nullopt;
  return std::string{value};
}

result<config_file> read_config_file(const std::string& path) {
  std::ifstream stream{path, std::ios::binary};
  std::ostringstream text;
  if (!stream || !(text << stream.rdbuf()))
    return error{
      errc::bad_configuration,
      fmt::format("config: cannot read {}: {}", path, std::strerror(errno))};
  return config_file{path, text.str()};
}

bool user_set_log_level(const loaded_config& config) {
  for (const auto& key : config.keys)
    if (key.section == "log" && key.key == "level")
      return key.origin != "default";
  return false;
}

/// A path of the content, for a person; its hash when no entry names it.
std::string path_of_content(troupe_system& system, const content_hash& hash) {
  job_query query;
  query.limit = 1'000;
  const auto page = system.jobs(query);
  if (page)
    for (const auto& row : page->rows)
      if (row.hash == hash && !row.path.empty())
        return row.path;
  return "content " + to_hex(hash).substr(0, 16);
}

result<std::unique_ptr<assembly>>
reach_elsewhere(const command_context& context, const loaded_config& config,
                const std::string& node, const std::string& role) {
  assembly_request request;
  request.role = role;
  return reach_node_elsewhere(request, config.config, node,
                              remote_certificate(context.options));
}

} // namespace

std::string library_path(const global_options& options) {
  if (!options.library.empty())
    return options.library;
  if (const auto named = environment("TROUPE_LIBRARY");
      named && !named->empty())
    return *named;
  // The XDG base directory specification: relative values count as unset.
  if (const auto data = environment("XDG_DATA_HOME");
      data && data->starts_with('/'))
    return *data + "/troupe/library.db";
  return environment("HOME").value_or(".") + "/.local/share/troupe/library.db";
}

std::string remote_node(const global_options& options) {
  if (options.no_node)
    return {};
  if (!options.node.empty())
    return options.node;
  return environment("TROUPE_NODE").value_or("");
}

std::string remote_certificate(const global_options& options) {
  if (!options.certificate.empty())
    return options.certificate;
  return environment("TROUPE_CERT").value_or("");
}

result<loaded_config> effective_config(const global_options& options,
                                       std::vector<config_flag> flags) {
  config_sources sources;
  sources.flags = std::move(flags);
  sources.environment = environment;
  if (!options.config.empty()) {
    auto file = read_config_file(options.config);
    if (!file)
      return file.failure();
    sources.file = std::move(file.value());
  }
  return load_config(sources);
}

result<std::unique_ptr<assembly>> open_assembly(const command_context& context,
                                                const loaded_config& config,
                                                assembly_request request) {
  if (request.library.empty())
    request.library = library_path(context.options);
  request.log_all = request.log_all || user_set_log_level(config);
  request.may_use_node = request.may_use_node && !context.options.no_node;
  // Whatever a node here could do, one elsewhere is asked for.
  if (const auto node = remote_node(context.options);
      request.may_use_node && !node.empty())
    return reach_elsewhere(context, config, node, request.role);
  return assemble(std::move(request), config.config, context.overrides);
}

result<std::unique_ptr<assembly>>
open_for_reading(const command_context& context) {
  const auto config = effective_config(context.options);
  if (!config)
    return config.failure();
  if (const auto node = remote_node(context.options); !node.empty())
    return reach_elsewhere(context, *config, node, "question");
  const auto library = library_path(context.options);
  std::error_code ignored;
  if (!std::filesystem::exists(library, ignored))
    return error{errc::not_found,
                 fmt::format("library: {} does not exist; make it by: troupe "
                             "index PATH, or name another by --library",
                             library)};
  assembly_request request;
  request.library = library;
  return open_assembly(context, *config, std::move(request));
}

result<std::unique_ptr<assembly>>
open_for_writing(const command_context& context, std::string role,
                 bool with_workers) {
  const auto config = effective_config(context.options);
  if (!config)
    return config.failure();
  assembly_request request;
  request.access = library_access::write;
  request.role = std::move(role);
  request.with_workers = with_workers;
  request.may_use_node = true;
  auto opened = open_assembly(context, *config, std::move(request));
  if (opened)
    tell_named_crashes(opened.value()->system());
  return opened;
}

result<entry_row> named_entry(assembly& open, const std::string& word) {
  const auto real = open.finder().resolve(word);
  if (real) {
    auto entry = open.system().entry_at(*real);
    if (entry || entry.failure().code != errc::not_found)
      return entry;
    return error{errc::not_found,
                 fmt::format("{}: the file exists, but the library does not "
                             "know it; add it by: troupe index {}",
                             word, word)};
  }
  auto entry = open.system().entry_named(word);
  if (entry || entry.failure().code != errc::not_found)
    return entry;
  // A file that is gone still has its entry, under the path as typed.
  std::error_code ignored;
  const auto typed = std::filesystem::absolute(word, ignored);
  auto gone = open.system().entry_at(typed.lexically_normal().string());
  if (gone)
    return gone;
  return error{errc::not_found,
               fmt::format("{}: neither a file nor an id that the library "
                           "knows; see them by: troupe list",
                           word)};
}

result<std::unique_ptr<assembly>>
open_for_asking(const command_context& context, std::string role) {
  if (!remote_node(context.options).empty())
    return open_for_writing(context, std::move(role));
  const auto holder = look_at_machine(library_path(context.options)).holder;
  if (!holder.empty() && !context.options.no_node) {
    auto node = open_for_writing(context, std::move(role));
    if (node && node.value()->system().is_elsewhere())
      return node;
  }
  return open_for_reading(context);
}

std::string import_token() {
  return environment("TROUPE_IMPORT_TOKEN").value_or("");
}

std::string asker() {
  return fmt::format("uid:{}", getuid());
}

audit_note note_of(std::string action, std::string target) {
  return {asker(), std::move(action), std::move(target), {}};
}

void tell_named_crashes(troupe_system& system) {
  for (const auto& returned : system.started().named) {
    const auto path = shown_text(path_of_content(system, returned.hash));
    fmt::print(stderr, "{}: {}: {}\n",
               returned.quarantined ? "quarantined" : "crashed", path,
               shown_text(returned.message));
  }
}

} // namespace troupe
