#include "tools/commands/command.hpp"
#include "tools/commands/index_run.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/entry_text.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/terminal/interruption.hpp"
#include "tools/terminal/shown_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

namespace troupe {

namespace {

struct analyze_options {
  std::vector<std::string> files;
  std::string workers;
};

/// Why there is no analysis of an entry.
std::string reason_of(const entry_row& entry) {
  if (!entry.message.empty())
    return entry.message;
  if (entry.kind != media_kind::audio)
    return fmt::format("no worker analyses {} files yet",
                       to_string(entry.kind));
  return "it was not analysed";
}

/// The analysis of each file that has one; tells what failed on stderr.
std::vector<entry_row> analysed(assembly& open, const run_outcome& run,
                                const std::vector<std::string>& files) {
  std::vector<entry_row> fine;
  for (const auto& file : files) {
    const auto entry = named_entry(open, file);
    if (entry && entry->state == entry_state::done) {
      fine.push_back(*entry);
      continue;
    }
    std::string reason = "it is neither audio, nor a picture, nor text";
    if (entry)
      reason = reason_of(*entry);
    for (const auto& problem : run.found.problems)
      if (problem.path.ends_with(
            std::filesystem::path{file}.filename().string()))
        reason = problem.why.detail;
    fmt::print(stderr, "failed: {}: {}\n", shown_text(file),
               shown_text(reason));
  }
  return fine;
}

void print_entries(const command_context& context,
                   const std::vector<entry_row>& entries, bool one_file) {
  const auto traits = look_at_terminal(STDOUT_FILENO);
  const bool as_lines = context.options.jsonl;
  if (!as_lines && !context.options.json && traits.is_terminal) {
    for (const auto& entry : entries)
      fmt::print("{}{}", &entry == &entries.front() ? "" : "\n",
                 entry_block(entry, traits));
    return;
  }
  if (as_lines || one_file) {
    for (const auto& entry : entries)
      print_json(entry_json(entry));
    return;
  }
  json items = json::array();
  for (const auto& entry : entries)
    items.push_back(entry_json(entry));
  print_json({{"schema", 1}, {"items", items}, {"next", nullptr}});
}

/// Every path must be a file that exists.
std::optional<error> wrong_path(const std::vector<std::string>& files) {
  for (const auto& file : files) {
    std::error_code ignored;
    const auto kind = std::filesystem::status(file, ignored).type();
    if (kind == std::filesystem::file_type::not_found)
      return error{errc::not_found,
                   fmt::format("analyze: {} does not exist", file)};
    if (kind == std::filesystem::file_type::directory)
      return error{
        errc::invalid_argument,
        fmt::format("analyze: {} is a folder; use: troupe index", file)};
  }
  return std::nullopt;
}

int end_code(const run_outcome& run, std::size_t fine, std::size_t all) {
  if (run.end == run_end::interrupted)
    return exit_code::interrupted;
  if (fine == all)
    return exit_code::ok;
  return fine > 0 ? exit_code::partly : exit_code::failed;
}

int run_analyze(const command_context& context,
                const analyze_options& options) {
  if (const auto wrong = wrong_path(options.files))
    return report_failure(*wrong);
  std::vector<config_flag> flags;
  if (!options.workers.empty())
    flags.push_back({"analyzer.workers", options.workers, "--workers"});
  const auto config = effective_config(context.options, std::move(flags));
  if (!config)
    return report_failure(config.failure());
  watch_interruptions();
  progress_line line;
  assembly_request request;
  request.access = library_access::memory;
  request.with_workers = true;
  request.before_log_line = [&line] {
    line.hide();
  };
  auto open = open_assembly(context, *config, std::move(request));
  if (!open)
    return report_failure(open.failure());
  find_request find;
  find.roots = options.files;
  const auto run = run_until_idle(*open.value(), std::move(find), line,
                                  config->config.supervisor.grace_s * 1'000);
  if (run.why.code != errc::none && run.end != run_end::interrupted)
    report_failure(run.why);
  const auto fine = analysed(*open.value(), run, options.files);
  const int code = end_code(run, fine.size(), options.files.size());
  open.value()->system().exit_code_if_hung(code);
  print_entries(context, fine, options.files.size() == 1);
  return code;
}

} // namespace

void add_analyze_command(CLI::App& app, command_context& context) {
  auto options = std::make_shared<analyze_options>();
  auto* command =
    app.add_subcommand("analyze", "Analyses without a library and prints");
  command->add_option("FILE", options->files, "Audio files")->required();
  command
    ->add_option("--workers", options->workers,
                 "ANALYZERs; 0 = the cores this process may use")
    ->type_name("N");
  command->footer("Example: troupe analyze song.flac --json");
  command->callback([&context, options] {
    context.chosen = [&context, options] {
      return run_analyze(context, *options);
    };
  });
}

} // namespace troupe
