#include "domain/image/preprocess.hpp"
#include "tools/adapters.hpp"
#include "tools/commands/command.hpp"
#include "tools/image_adapters.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/output/numpy_file.hpp"
#include "tools/terminal/shown_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace troupe {

namespace {

struct preprocess_options {
  std::string picture;
  std::string recipe;
  std::string output;
  std::string stage = "tensor";
  std::string mode = "exact";
  bool force = false;
};

std::vector<std::string> recipe_names() {
  std::vector<std::string> names;
  for (const auto& one : image::recipes())
    names.emplace_back(one.name);
  return names;
}

image::pixel_rules rules_of(const preprocess_options& options,
                            const library_config& config) {
  image::pixel_rules rules;
  rules.mode = options.mode == "fast" ? image::decode_mode::fast
                                      : image::decode_mode::exact;
  if (config.pixels_max > 0)
    rules.limits.pixels_max = static_cast<std::uint64_t>(config.pixels_max);
  return rules;
}

result<void> write(const preprocess_options& options, const image::recipe& how,
                   const image::prepared_picture& made) {
  const auto [width, height] = made.size;
  if (options.stage == "pixels")
    return write_numpy(options.output, options.force, {height, width, 3},
                       std::span{made.rgb});
  const auto tensor = tensor_of(how, made.rgb);
  const bool planes = how.layout == image::tensor_layout::planes;
  const std::vector<std::uint32_t> shape =
    planes ? std::vector{3U, height, width} : std::vector{height, width, 3U};
  return write_numpy(options.output, options.force, shape, std::span{tensor});
}

void tell(const command_context& context, const preprocess_options& options,
          const image::recipe& how, const image::prepared_picture& made) {
  for (const auto& note : made.facts.notes)
    fmt::print(stderr, "{}: {}\n", shown_text(options.picture),
               shown_text(note));
  if (!context.options.json && !context.options.jsonl)
    return;
  const auto mode = options.mode == "fast" ? image::decode_mode::fast
                                           : image::decode_mode::exact;
  print_json({{"schema", 1},
              {"path", options.picture},
              {"output", options.output},
              {"stage", options.stage},
              {"recipe", image::recipe_id(how, mode)},
              {"notes", made.facts.notes}});
}

int run_preprocess(const command_context& context,
                   const preprocess_options& options) {
  const auto config = effective_config(context.options);
  if (!config)
    return report_failure(config.failure());
  const auto& limits = config->config.library;
  const auto files = make_media_finder(config->config);
  if (!files)
    return report_failure(files.failure());
  const auto bytes = files.value()->read(options.picture);
  if (!bytes)
    return report_failure(bytes.failure());
  const auto how = image::find_recipe(options.recipe);
  if (!how)
    return report_failure(
      {errc::invalid_argument,
       fmt::format("preprocess: there is no recipe {}", options.recipe)});
  const auto adapters = open_image_adapters();
  const auto made =
    prepare(adapters.ports(), *bytes, *how, rules_of(options, limits));
  if (!made) {
    auto why = made.failure();
    why.detail = fmt::format("{}: {}", options.picture, why.detail);
    return report_failure(why);
  }
  if (auto done = write(options, *how, *made); !done)
    return report_failure(done.failure());
  tell(context, options, *how, *made);
  return exit_code::ok;
}

} // namespace

void add_preprocess_command(CLI::App& app, command_context& context) {
  auto options = std::make_shared<preprocess_options>();
  auto* command =
    app.add_subcommand("preprocess", "Makes of a picture what a model expects");
  command->add_option("IMAGE", options->picture, "JPEG, PNG or WebP")
    ->required();
  command->add_option("--recipe", options->recipe, "For which models")
    ->required()
    ->check(CLI::IsMember(recipe_names()));
  command->add_option("-o,--output", options->output, "NumPy file to write")
    ->type_name("FILE")
    ->required();
  command
    ->add_option("--stage", options->stage,
                 "tensor: float32 in the recipe's layout; pixels: uint8 "
                 "[H][W][3]")
    ->check(CLI::IsMember({"pixels", "tensor"}))
    ->capture_default_str();
  command
    ->add_option("--mode", options->mode,
                 "fast lets the decoder shrink a JPEG: less exact")
    ->check(CLI::IsMember({"exact", "fast"}))
    ->capture_default_str();
  command->add_flag("--force", options->force, "Replace FILE when it exists");
  command->footer(
    "Example: troupe preprocess cat.jpg --recipe clip -o cat.npy");
  command->callback([&context, options] {
    context.chosen = [&context, options] {
      return run_preprocess(context, *options);
    };
  });
}

} // namespace troupe
