#include "tools/commands/music/in_memory.hpp"

#include "tools/commands/index_run.hpp"
#include "tools/terminal/interruption.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace troupe {

result<std::unique_ptr<assembly>>
analyse_in_memory(const command_context& context,
                  const std::vector<std::string>& files) {
  const auto config = effective_config(context.options);
  if (!config)
    return config.failure();
  watch_interruptions();
  progress_line line;
  assembly_request request;
  request.access = library_access::memory;
  request.with_workers = true;
  // The line is gone before the system that is given back.
  auto open = open_assembly(context, *config, std::move(request));
  if (!open)
    return open;
  find_request find;
  find.roots = files;
  const auto run = run_until_idle(*open.value(), std::move(find), line,
                                  config->config.supervisor.grace_s * 1'000);
  if (run.end == run_end::interrupted)
    return error{errc::cancelled, "stopped; nothing was changed"};
  if (run.why.code != errc::none)
    return run.why;
  return open;
}

result<entry_row> analysed_entry(assembly& open, const std::string& file) {
  auto entry = named_entry(open, file);
  if (!entry)
    return error{
      errc::unsupported,
      fmt::format("{}: neither audio, nor a picture, nor text", file)};
  if (entry->state == entry_state::done)
    return entry;
  if (!entry->message.empty())
    return error{errc::corrupt, entry->message};
  return error{errc::unsupported,
               fmt::format("{}: nothing analyses {} files yet", file,
                           to_string(entry->kind))};
}

result<void> expect_files(const std::string& command,
                          const std::vector<std::string>& files) {
  for (const auto& file : files) {
    std::error_code ignored;
    const auto kind = std::filesystem::status(file, ignored).type();
    if (kind == std::filesystem::file_type::not_found)
      return error{
        errc::not_found,
        fmt::format("{}: {} does not exist; check the path", command, file)};
    if (kind == std::filesystem::file_type::directory)
      return error{errc::invalid_argument,
                   fmt::format("{}: {} is a folder; name the files in it, as "
                               "in {}/*",
                               command, file, file)};
  }
  return {};
}

} // namespace troupe
