#include "domain/upscale/weights_shelf.hpp"
#include "tools/adapters.hpp"
#include "tools/commands/command.hpp"
#include "tools/commands/index_run.hpp"
#include "tools/commands/make/upscale_list.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/terminal/interruption.hpp"
#include "tools/terminal/shown_text.hpp"
#include "tools/weights_folders.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>

namespace troupe {

namespace {

namespace fs = std::filesystem;
using items = std::vector<upscale_item>;

/// Before anything is decoded: is there such a network?
result<void> check_model(const std::string& model) {
  const auto source = open_built_in_weights();
  if (upscale::is_model_file(model)) {
    const auto file = source->open(model);
    return file ? result<void>{} : file.failure();
  }
  const auto factors = upscale::factors_of(*source, model);
  return factors ? result<void>{} : factors.failure();
}

/// Folders of results are made as results come.
result<void> make_folders(const items& list) {
  for (const auto& item : list) {
    std::error_code why;
    const auto folder = fs::path{item.output}.parent_path();
    if (item.state == "waiting" && !folder.empty())
      fs::create_directories(folder, why);
    if (why)
      return error{errc::permission_denied,
                   fmt::format("upscale: cannot make the folder {}: {}",
                               folder.string(), why.message())};
  }
  return {};
}

result<void> order_all(troupe_system& system, items& list) {
  for (auto& item : list) {
    if (item.state != "waiting")
      continue;
    job_order order;
    order.hash = item.hash;
    order.bytes = item.bytes;
    order.params = upscale::to_text(item.order);
    auto ordered = system.order(std::move(order), {});
    if (!ordered)
      return ordered.failure();
    item.job = ordered->ulid;
  }
  return {};
}

/// What became of the jobs.
void read_ends(troupe_system& system, items& list) {
  std::map<std::string, upscale_item*> by_job;
  for (auto& item : list)
    if (!item.job.empty())
      by_job[item.job] = &item;
  for (const auto& [ulid, item] : by_job) {
    const auto job = system.job_named(ulid);
    if (!job)
      continue;
    item->message = job->job.message;
    if (job->job.state == job_state::done && !job->attempts.empty())
      item->message = job->attempts.back().message;
    if (!is_live(job->job.state))
      item->state = job->job.state == job_state::done ? "done" : "failed";
  }
}

std::size_t count(const items& list, std::string_view state) {
  return static_cast<std::size_t>(
    std::count_if(list.begin(), list.end(),
                  [state](const auto& item) { return item.state == state; }));
}

void tell(const command_context& context, const items& list, bool one_file) {
  json shown = json::array();
  for (const auto& item : list) {
    const auto name = shown_text(item.input);
    if (item.state == "failed")
      fmt::print(stderr, "failed: {}\n", shown_text(item.message));
    else if (!item.message.empty())
      fmt::print(stderr, "{}: {}\n", name, shown_text(item.message));
    json each{{"schema", 1}, {"state", item.state}};
    put_path(each, "path", item.input);
    put_path(each, "output", item.output);
    if (!item.message.empty())
      each["message"] = shown_text(item.message);
    if (context.options.jsonl || (one_file && context.options.json))
      print_json(each);
    else if (context.options.json)
      shown.push_back(std::move(each));
    else if (item.state == "done")
      fmt::print("{}\n", shown_text(item.output));
  }
  if (context.options.json && !context.options.jsonl && !one_file)
    print_json({{"schema", 1}, {"items", shown}, {"next", nullptr}});
  if (!one_file)
    fmt::print(stderr, "enlarged: {} of {}, {} skipped, {} failed\n",
               count(list, "done"), list.size(), count(list, "skipped"),
               count(list, "failed"));
}

int end_code(const run_outcome& run, const items& list) {
  if (run.end == run_end::interrupted)
    return exit_code::interrupted;
  const auto fine = count(list, "done") + count(list, "skipped");
  if (fine == list.size())
    return exit_code::ok;
  return fine > 0 ? exit_code::partly : exit_code::failed;
}

int run_list(const command_context& context, const loaded_config& config,
             items list, bool one_file) {
  watch_interruptions();
  progress_line line;
  assembly_request request;
  request.access = library_access::memory;
  request.with_upscalers = true;
  request.before_log_line = [&line] {
    line.hide();
  };
  auto open = open_assembly(context, config, std::move(request));
  if (!open)
    return report_failure(open.failure());
  if (auto made = make_folders(list); !made)
    return report_failure(made.failure());
  auto& system = open.value()->system();
  if (auto ordered = order_all(system, list); !ordered)
    return report_failure(ordered.failure());
  // Half a picture is worth nothing: no grace.
  const auto run = run_until_idle(*open.value(), std::nullopt, line, 0);
  if (run.why.code != errc::none && run.end != run_end::interrupted)
    report_failure(run.why);
  read_ends(system, list);
  const int code = end_code(run, list);
  system.exit_code_if_hung(code);
  tell(context, list, one_file);
  return code;
}

int run_upscale(const command_context& context, upscale_options options) {
  // Nobody waits for a second try: what fails is told at once.
  std::vector<config_flag> flags{{"supervisor.attempts_max", "1", "upscale"}};
  if (!options.workers.empty())
    flags.push_back({"upscaler.workers", options.workers, "--workers"});
  if (!options.model.empty())
    flags.push_back({"upscaler.model", options.model, "--model"});
  const auto config = effective_config(context.options, std::move(flags));
  if (!config)
    return report_failure(config.failure());
  options.model = config->config.upscaler.model;
  const auto finder = make_media_finder(config->config);
  if (!finder)
    return report_failure(finder.failure());
  auto list = list_pictures(**finder, options);
  if (!list)
    return report_failure(list.failure());
  if (auto model = check_model(options.model); !model)
    return report_failure(model.failure());
  std::error_code ignored;
  const bool one_file = !fs::is_directory(options.input, ignored);
  if (list->empty())
    fmt::print(stderr, "notice: {} holds no pictures\n",
               shown_text(options.input));
  return run_list(context, *config, std::move(*list), one_file);
}

void add_size_options(CLI::App& command, upscale_options& options) {
  auto* factor =
    command
      .add_option("--factor", options.factor,
                  "How much larger, 2 unless given; any number will do")
      ->type_name("X")
      ->check(CLI::Range(upscale::factor_min, upscale::factor_max));
  auto* width = command
                  .add_option("--width", options.width,
                              "Make it that wide, keeping proportions")
                  ->type_name("PX")
                  ->check(CLI::PositiveNumber)
                  ->excludes(factor);
  command
    .add_option("--height", options.height,
                "Make it that high, keeping proportions")
    ->type_name("PX")
    ->check(CLI::PositiveNumber)
    ->excludes(factor)
    ->excludes(width);
}

} // namespace

void add_upscale_command(CLI::App& app, command_context& context) {
  auto options = std::make_shared<upscale_options>();
  auto* command =
    app.add_subcommand("upscale", "Makes pictures larger by a network");
  command->add_option("IN", options->input, "A picture, or a folder of them")
    ->required();
  command->add_option(
    "OUT", options->output,
    "File or folder to write; IN-x2.png or folder IN-x2 unless given");
  add_size_options(*command, *options);
  command
    ->add_option("--model", options->model,
                 "natural, bicubic-fast, …, or a .safetensors, .onnx or ncnn "
                 ".param file")
    ->type_name("NAME|FILE");
  command
    ->add_option("--denoise", options->denoise,
                 "0..1: how much noise and JPEG damage to take out")
    ->check(CLI::Range(0.0, 1.0));
  command->add_option("--format", options->format, "Whatever OUT is called")
    ->check(CLI::IsMember({"png", "jpeg", "webp"}));
  command->add_option("--quality", options->quality, "Of JPEG and WebP, 1..100")
    ->check(CLI::Range(1, 100))
    ->capture_default_str();
  command
    ->add_option("--workers", options->workers,
                 "UPSCALERs; 0 = the cores this process may use")
    ->type_name("N");
  command->add_flag("--force", options->force, "Replace what exists");
  command->footer("Example: troupe upscale cat.jpg cat-large.png --factor 3");
  command->callback([&context, options] {
    context.chosen = [&context, options] {
      return run_upscale(context, *options);
    };
  });
}

} // namespace troupe
