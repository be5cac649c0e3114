#include "tools/commands/command.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/entry_text.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/terminal/terminal.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

namespace troupe {

namespace {

/// Entries asked for at once.
constexpr std::int64_t page_entries = 1'000;

struct list_options {
  std::string kind;
  std::string state;
  std::string under;
  std::int64_t limit = 1'000;
};

result<entry_query> query_of(assembly& open, const list_options& options) {
  entry_query query;
  query.kind = parse_media_kind(options.kind);
  query.state = parse_entry_state(options.state);
  if (!options.under.empty()) {
    const auto real = open.finder().resolve(options.under);
    // A folder that is gone may still have entries.
    query.under = real ? *real : options.under;
  }
  return query;
}

/// Gives pages to `take` until the limit; the cursor for what is left.
template <class Take>
result<std::string> each_page(troupe_system& system, entry_query query,
                              std::int64_t limit, Take take) {
  while (limit > 0) {
    query.limit = std::min(limit, page_entries);
    auto page = system.entries(query);
    if (!page)
      return page.failure();
    limit -= static_cast<std::int64_t>(page->rows.size());
    take(page->rows);
    query.cursor = page->next;
    if (page->next.empty())
      break;
  }
  return query.cursor;
}

int print_items(troupe_system& system, const entry_query& query,
                const list_options& options, bool one_document) {
  bool first = true;
  if (one_document)
    fmt::print("{{\"schema\":1,\"items\":[");
  const auto next = each_page(
    system, query, options.limit, [&](const std::vector<entry_row>& rows) {
      for (const auto& row : rows) {
        const auto text = json_text(entry_json(row));
        if (one_document)
          fmt::print("{}{}", first ? "" : ",\n", text);
        else
          fmt::print("{}\n", text);
        first = false;
      }
    });
  if (!next)
    return report_failure(next.failure());
  if (one_document)
    fmt::print("],\"next\":{}}}\n",
               next->empty() ? "null" : json_text(json(*next)));
  return exit_code::ok;
}

int print_table(troupe_system& system, const entry_query& query,
                const list_options& options) {
  std::vector<entry_row> all;
  const auto next =
    each_page(system, query, options.limit, [&](std::vector<entry_row>& rows) {
      std::move(rows.begin(), rows.end(), std::back_inserter(all));
    });
  if (!next)
    return report_failure(next.failure());
  if (all.empty()) {
    fmt::print(stderr, "no entry matches; add some by: troupe index PATH\n");
    return exit_code::ok;
  }
  fmt::print("{}", entry_table(all, look_at_terminal(STDOUT_FILENO)));
  if (!next->empty())
    fmt::print(stderr, "… and more; see them by: --limit N\n");
  return exit_code::ok;
}

int run_list(const command_context& context, const list_options& options) {
  auto open = open_for_reading(context);
  if (!open)
    return report_failure(open.failure());
  const auto query = query_of(*open.value(), options);
  if (!query)
    return report_failure(query.failure());
  auto& system = open.value()->system();
  if (context.options.json || context.options.jsonl)
    return print_items(system, *query, options, !context.options.jsonl);
  return print_table(system, *query, options);
}

} // namespace

void add_list_command(CLI::App& app, command_context& context) {
  auto options = std::make_shared<list_options>();
  auto* command = app.add_subcommand("list", "Lists what the library knows");
  command->add_option("--kind", options->kind, "Only entries of this kind")
    ->check(CLI::IsMember({"audio", "image", "text"}));
  command->add_option("--state", options->state, "Only entries in this state")
    ->check(
      CLI::IsMember({"pending", "done", "failed", "quarantined", "missing"}));
  command->add_option("--under", options->under, "Only at or below this path");
  command->add_option("--limit", options->limit, "At most this many")
    ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}))
    ->capture_default_str();
  command->footer("Example: troupe list --kind audio --state failed");
  command->callback([&context, options] {
    context.chosen = [&context, options] {
      return run_list(context, *options);
    };
  });
}

} // namespace troupe
