#include "tools/commands/command.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/terminal/table.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

namespace troupe {

namespace {

json key_json(const effective_key& key) {
  auto value = json::parse(key.value, nullptr, false);
  return {{"section", key.section},
          {"key", key.key},
          {"value", value.is_discarded() ? json(key.value) : value},
          {"origin", key.origin}};
}

int run_config_show(const command_context& context) {
  const auto config = effective_config(context.options);
  if (!config)
    return report_failure(config.failure());
  if (context.options.json || context.options.jsonl) {
    json items = json::array();
    for (const auto& key : config->keys)
      items.push_back(key_json(key));
    if (context.options.json)
      print_json({{"schema", 1}, {"items", items}, {"next", nullptr}});
    else
      for (const auto& item : items)
        print_json(item);
    return exit_code::ok;
  }
  table rows{{{"KEY"}, {"VALUE", false, true}, {"ORIGIN"}}};
  for (const auto& key : config->keys)
    rows.add({key.section + "." + key.key, key.value, key.origin},
             key.origin == "default" ? tone::plain : tone::good);
  fmt::print("{}", rows.text(look_at_terminal(STDOUT_FILENO)));
  return exit_code::ok;
}

} // namespace

void add_config_command(CLI::App& app, command_context& context) {
  auto* command = app.add_subcommand("config", "Looks at the configuration");
  command->require_subcommand(1);
  command->footer("Example: troupe config show");
  auto* show = command->add_subcommand(
    "show", "Prints every setting with its value and where it comes from");
  show->footer("Example: TROUPE_ANALYZER_WORKERS=2 troupe config show");
  show->callback([&context] {
    context.chosen = [&context] {
      return run_config_show(context);
    };
  });
}

} // namespace troupe
