#include "domain/audio/likeness/embedding.hpp"
#include "domain/image/image_record.hpp"
#include "domain/text/text_embedding.hpp"
#include "tools/commands/command.hpp"
#include "tools/model_adapters.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/terminal/shown_text.hpp"
#include "tools/terminal/table.hpp"
#include "tools/terminal/units.hpp"
#include "tools/weights_folders.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

namespace troupe {

namespace {

struct models_options {
  std::string file;
};

/// One line of `models list`.
struct model_line {
  std::string name;
  /// "embeds audio", "enlarges pictures", …
  std::string does;
  /// "built in", or the file.
  std::string from;
  std::string space;
  /// Why it does not; empty: it does.
  std::string obstacle;
};

json line_json(const model_line& line) {
  json object{{"schema", 1},
              {"name", line.name},
              {"does", line.does},
              {"from", line.from},
              {"ready", line.obstacle.empty()}};
  if (!line.space.empty())
    object["space"] = line.space;
  if (!line.obstacle.empty())
    object["why_not"] = line.obstacle;
  return object;
}

model_line line_of_file(const std::string& file, bool can_run) {
  auto card = read_model(file);
  if (!card)
    return {file, "unknown", file, {}, card.failure().detail};
  model_line line{card->name, "embeds images", file, card->space, {}};
  if (!card->obstacles.empty())
    line.obstacle = card->obstacles.front();
  else if (!can_run)
    line.obstacle = no_model_runner;
  return line;
}

std::vector<model_line> all_models() {
  std::vector<model_line> lines{
    {"audio-likeness", "embeds audio", "built in", audio::embedding_space, {}},
    {"scene353",
     "embeds images",
     "built in",
     std::string{image::scene_space(image::decode_mode::exact)},
     {}},
    {"text256", "embeds text", "built in", text::text_space, {}}};
  for (const auto& name : open_built_in_weights()->names())
    lines.push_back({name, "enlarges images", "built in", {}, {}});
  const bool can_run = open_model_runner() != nullptr;
  for (const auto& file : model_files_in(models_folder()))
    lines.push_back(line_of_file(file, can_run));
  return lines;
}

int run_list(const command_context& context) {
  const auto lines = all_models();
  if (context.options.json || context.options.jsonl) {
    json items = json::array();
    for (const auto& line : lines) {
      if (context.options.jsonl)
        print_json(line_json(line));
      items.push_back(line_json(line));
    }
    if (!context.options.jsonl)
      print_json({{"schema", 1}, {"items", items}, {"next", nullptr}});
    return exit_code::ok;
  }
  table rows{{{"NAME"}, {"DOES"}, {"STATE"}, {"SPACE", false, true}}};
  for (const auto& line : lines)
    rows.add({shown_text(line.name), line.does,
              line.obstacle.empty() ? "ready" : "not ready", line.space});
  fmt::print("{}", rows.text(look_at_terminal(STDOUT_FILENO)));
  for (const auto& line : lines)
    if (!line.obstacle.empty())
      fmt::print(stderr, "{}: {}\n", shown_text(line.name),
                 shown_text(line.obstacle));
  return exit_code::ok;
}

// -- one file -----------------------------------------------------------------

std::string shape_of(const models::tensor_port& port) {
  std::string text = port.element + " [";
  for (std::size_t i = 0; i < port.sides.size(); ++i) {
    const auto& side = port.sides[i];
    if (i > 0)
      text += " x ";
    if (side.size >= 0)
      text += std::to_string(side.size);
    else
      text += side.name.empty() ? "any" : side.name;
  }
  return text + "]";
}

json port_json(const models::tensor_port& port) {
  json sides = json::array();
  for (const auto& side : port.sides)
    sides.push_back(side.size >= 0 ? json(side.size) : json(nullptr));
  return {{"name", port.name}, {"type", port.element}, {"shape", sides}};
}

std::vector<std::string> obstacles_of(const models::model_card& card,
                                      const model_runner* runner) {
  auto obstacles = card.obstacles;
  if (runner == nullptr)
    obstacles.emplace_back(no_model_runner);
  return obstacles;
}

void print_card_json(const models::model_card& card,
                     const model_runner* runner) {
  json object{{"schema", 1},
              {"name", card.name},
              {"format", card.facts.format},
              {"bytes", card.bytes},
              {"sha256", card.fingerprint},
              {"producer", card.facts.producer},
              {"opset", card.facts.opset},
              {"parameters", card.facts.parameters},
              {"why_not", obstacles_of(card, runner)}};
  object["inputs"] = json::array();
  for (const auto& port : card.facts.inputs)
    object["inputs"].push_back(port_json(port));
  object["outputs"] = json::array();
  for (const auto& port : card.facts.outputs)
    object["outputs"].push_back(port_json(port));
  for (const auto& use : card.facts.operators)
    object["operators"][use.name] = use.count;
  if (!card.space.empty())
    object["space"] = card.space;
  if (card.dim > 0)
    object["dim"] = card.dim;
  object["runner"] =
    runner != nullptr ? json(runner->version()) : json(nullptr);
  print_json(object);
}

void print_card(const models::model_card& card, const model_runner* runner) {
  const auto line = [](const char* what, const std::string& text) {
    if (!text.empty())
      fmt::print("{:<12} {}\n", what, shown_text(text));
  };
  line("name", card.name);
  line("format", card.facts.opset > 0 ? fmt::format(
                   "{}, opset {}", card.facts.format, card.facts.opset)
                                      : card.facts.format);
  line("made by", card.facts.producer);
  line("size", fmt::format("{}, {} parameters", format_bytes(card.bytes),
                           card.facts.parameters));
  line("sha-256", card.fingerprint);
  for (const auto& port : card.facts.inputs)
    line("input", port.name + " " + shape_of(port));
  for (const auto& port : card.facts.outputs)
    line("output", port.name + " " + shape_of(port));
  std::string operators;
  for (const auto& use : card.facts.operators)
    operators += fmt::format("{}{} {}", operators.empty() ? "" : ", ", use.name,
                             use.count);
  line("operators", operators);
  for (const auto& file : card.facts.external_files)
    line("weights in", file);
  line("space", card.space);
  if (runner != nullptr)
    line("runs by", runner->version());
  for (const auto& obstacle : obstacles_of(card, runner))
    line("missing", obstacle);
}

int run_inspect(const command_context& context, const models_options& options) {
  const auto card = read_model(options.file);
  if (!card)
    return report_failure(card.failure());
  const auto runner = open_model_runner();
  if (context.options.json || context.options.jsonl)
    print_card_json(*card, runner.get());
  else
    print_card(*card, runner.get());
  return exit_code::ok;
}

} // namespace

void add_models_command(CLI::App& app, command_context& context) {
  auto options = std::make_shared<models_options>();
  auto* command = app.add_subcommand(
    "models", "Shows what makes vectors and enlarges pictures");
  command->require_subcommand(0, 1);
  command->footer("Example: troupe models list");
  command->callback([&context, command] {
    if (command->get_subcommands().empty())
      context.chosen = [&context] {
        return run_list(context);
      };
  });
  auto* list = command->add_subcommand("list", "Lists them");
  list->footer("Example: troupe models list --json");
  list->callback([&context] {
    context.chosen = [&context] {
      return run_list(context);
    };
  });
  auto* inspect = command->add_subcommand(
    "inspect", "Says what a model file is, and what it lacks to be used");
  inspect->add_option("FILE", options->file, "An ONNX file")->required();
  inspect->footer("Example: troupe models inspect clip.onnx");
  inspect->callback([&context, options] {
    context.chosen = [&context, options] {
      return run_inspect(context, *options);
    };
  });
}

} // namespace troupe
