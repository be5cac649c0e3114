#include "domain/models/model_sheet.hpp"

#include "domain/network/json_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace troupe::models {

namespace {

using network::json_value;

constexpr std::array<std::string_view, 6> keys{"preset", "mode", "input",
                                               "output", "pool", "sha256"};

error wrong(std::string_view key, std::string_view value,
            std::string_view wanted) {
  return {
    errc::invalid_argument,
    fmt::format("model sheet: {} is \"{}\"; it may be {}", key, value, wanted)};
}

std::string recipe_names() {
  std::string names;
  for (const auto& one : image::recipes())
    names += fmt::format("{}{}", names.empty() ? "" : ", ", one.name);
  return names;
}

result<void> check_keys(const json_value& sheet) {
  for (std::size_t i = 0; i < sheet.keys().size(); ++i) {
    const auto& key = sheet.keys()[i];
    if (std::ranges::find(keys, key) == keys.end())
      return wrong("a key", key, fmt::format("{}", fmt::join(keys, ", ")));
    if (sheet.items()[i].type() != json_value::kind::text)
      return wrong(key, "not a text", "a text");
  }
  return {};
}

std::string text_of(const json_value& sheet, std::string_view key) {
  const auto* found = sheet.find(key);
  return found == nullptr ? std::string{} : found->text();
}

bool is_sha256(std::string_view text) {
  return text.size() == 64
         && text.find_first_not_of("0123456789abcdef")
              == std::string_view::npos;
}

} // namespace

std::string_view to_string(pooling how) noexcept {
  if (how == pooling::first)
    return "cls";
  return how == pooling::mean ? "mean" : "none";
}

result<model_sheet> read_model_sheet(std::string_view json) {
  const auto read = json_value::read(json);
  if (!read)
    return read.failure();
  if (read->type() != json_value::kind::map)
    return error{errc::corrupt, "model sheet: it is no JSON object"};
  if (auto sound = check_keys(*read); !sound)
    return sound.failure();
  model_sheet sheet;
  sheet.recipe = text_of(*read, "preset");
  if (!image::find_recipe(sheet.recipe))
    return wrong("preset", sheet.recipe, recipe_names());
  const auto mode = text_of(*read, "mode");
  if (mode == "fast")
    sheet.mode = image::decode_mode::fast;
  else if (!mode.empty() && mode != "exact")
    return wrong("mode", mode, "exact, fast");
  sheet.input = text_of(*read, "input");
  sheet.output = text_of(*read, "output");
  const auto pool = text_of(*read, "pool");
  if (pool == "cls")
    sheet.pool = pooling::first;
  else if (pool == "mean")
    sheet.pool = pooling::mean;
  else if (!pool.empty() && pool != "none")
    return wrong("pool", pool, "none, cls, mean");
  sheet.sha256 = text_of(*read, "sha256");
  if (!sheet.sha256.empty() && !is_sha256(sheet.sha256))
    return wrong("sha256", sheet.sha256, "64 hexadecimal digits in lower case");
  return sheet;
}

} // namespace troupe::models
