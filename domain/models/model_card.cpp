#include "domain/models/model_card.hpp"

#include "domain/models/onnx_facts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::models {

namespace {

/// Digits of a fingerprint within a space's name: 80 bits.
constexpr std::size_t fingerprint_digits = 20;

const tensor_port* port_named(const std::vector<tensor_port>& ports,
                              const std::string& name) {
  if (name.empty())
    return ports.empty() ? nullptr : &ports.front();
  const auto found = std::ranges::find(ports, name, &tensor_port::name);
  return found == ports.end() ? nullptr : &*found;
}

std::string names_of(const std::vector<tensor_port>& ports) {
  std::string names;
  for (const auto& port : ports)
    names += fmt::format("{}{}", names.empty() ? "" : ", ", port.name);
  return names;
}

void look_at_input(const model_sheet& sheet, model_card& card) {
  if (card.facts.inputs.size() > 1 && sheet.input.empty())
    card.obstacles.push_back(
      fmt::format("it has several inputs ({}); name one in the sheet: "
                  "\"input\"",
                  names_of(card.facts.inputs)));
  const auto* input = port_named(card.facts.inputs, sheet.input);
  if (input == nullptr) {
    card.obstacles.push_back(fmt::format("it has no input {}; it has: {}",
                                         sheet.input,
                                         names_of(card.facts.inputs)));
    return;
  }
  if (input->element != "float32" || input->sides.size() != 4)
    card.obstacles.push_back(
      fmt::format("its input {} takes {} of {} sides; pictures are float32 of "
                  "4 sides",
                  input->name, input->element, input->sides.size()));
}

void look_at_output(const model_sheet& sheet, model_card& card) {
  const auto* output = port_named(card.facts.outputs, sheet.output);
  if (output == nullptr) {
    card.obstacles.push_back(fmt::format("it has no output {}; it has: {}",
                                         sheet.output,
                                         names_of(card.facts.outputs)));
    return;
  }
  const std::size_t sides = sheet.pool == pooling::none ? 2 : 3;
  if (output->sides.size() != sides)
    card.obstacles.push_back(fmt::format(
      "its output {} has {} sides, which pool \"{}\" cannot make "
      "one vector of; it wants {}",
      output->name, output->sides.size(), to_string(sheet.pool), sides));
  else
    card.dim = std::max<std::int64_t>(0, output->sides.back().size);
  const auto how = image::find_recipe(sheet.recipe);
  card.space = fmt::format(
    "onnx-1:{}/{}/{}/{}", card.fingerprint.substr(0, fingerprint_digits),
    image::recipe_id(*how, sheet.mode), output->name, to_string(sheet.pool));
}

} // namespace

result<model_card> make_model_card(const model_files& files,
                                   const content_hasher& hasher) {
  auto facts = read_onnx_facts(files.model);
  if (!facts)
    return facts.failure();
  auto digest = hasher.begin();
  if (!digest)
    return digest.failure();
  if (auto added = (*digest)->add(
        {reinterpret_cast<const std::uint8_t*>(files.model.data()),
         files.model.size()});
      !added)
    return added.failure();
  const auto hash = (*digest)->finish();
  if (!hash)
    return hash.failure();
  model_card card;
  card.name = files.name;
  card.bytes = static_cast<std::int64_t>(files.model.size());
  card.fingerprint = to_hex(*hash);
  card.facts = std::move(facts.value());
  if (!files.sheet) {
    card.obstacles.push_back(
      fmt::format("it has no sheet; write {}.json beside it, such as "
                  "{{\"preset\":\"clip\"}}",
                  files.name));
    return card;
  }
  auto sheet = read_model_sheet(*files.sheet);
  if (!sheet) {
    card.obstacles.push_back(sheet.failure().detail);
    return card;
  }
  if (!sheet->sha256.empty() && sheet->sha256 != card.fingerprint)
    card.obstacles.push_back(
      fmt::format("its SHA-256 is {}, the sheet wants {}; fetch the file again",
                  card.fingerprint, sheet->sha256));
  look_at_input(*sheet, card);
  look_at_output(*sheet, card);
  if (!card.obstacles.empty())
    card.space.clear();
  card.sheet = std::move(sheet.value());
  return card;
}

} // namespace troupe::models
