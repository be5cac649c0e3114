#include "tools/output/entry_json.hpp"

#include "domain/text/base64.hpp"
#include "domain/text/utf8.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace troupe {

namespace {

/// Entries given as text have no file.
void put_origin(json& object, const entry_row& entry) {
  if (!entry.path.empty())
    put_path(object, "path", entry.path);
  if (!entry.key.empty())
    object["key"] = to_utf8(entry.key);
  if (!entry.title.empty())
    object["title"] = to_utf8(entry.title);
}

} // namespace

void put_path(json& object, const std::string& key, std::string_view path) {
  auto shown = to_utf8(path);
  const bool exact = shown == path;
  object[key] = std::move(shown);
  if (!exact)
    object[key + "_b64"] = to_base64(path);
}

json entry_json(const entry_row& entry) {
  json object;
  object["schema"] = 1;
  object["id"] = entry.ulid;
  object["kind"] = to_string(entry.kind);
  put_origin(object, entry);
  object["content_sha256"] = to_hex(entry.hash);
  object["state"] = to_string(entry.state);
  if (!entry.message.empty())
    object["message"] = to_utf8(entry.message);
  const auto blocks = json::parse(entry.document, nullptr, false);
  if (blocks.is_object())
    for (const auto& block : blocks.items())
      object[block.key()] = block.value();
  if (entry.dim > 0)
    object["embedding"] = {{"space", entry.space}, {"dim", entry.dim}};
  return object;
}

std::string json_text(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

void print_json(const json& document) {
  fmt::print("{}\n", json_text(document));
}

} // namespace troupe
