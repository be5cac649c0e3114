#pragma once

#include "domain/ports/library_reader.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace troupe {

/// JSON as it is printed: keys in the order of CONTRACT.
using json = nlohmann::ordered_json;

/// Sets `key` to the path, lossily where it is not UTF-8, and then
/// `KEY_b64` to its exact bytes in base64 (RFC 4648).
void put_path(json& object, const std::string& key, std::string_view path);

/// CONTRACT's JSON of an entry, "schema" included: the result's blocks merged
/// with what the library knows about the file.
[[nodiscard]] json entry_json(const entry_row& entry);

/// Prints a document on stdout, one line, never failing on odd bytes.
void print_json(const json& document);

/// The text of a document in one line, odd bytes replaced.
[[nodiscard]] std::string json_text(const json& document);

} // namespace troupe
