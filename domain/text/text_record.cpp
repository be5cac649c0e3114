#include "domain/text/text_record.hpp"

#include "domain/text/json_quote.hpp"
#include "domain/text/text_embedding.hpp"
#include "domain/text/text_features.hpp"
#include "domain/text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::text {

namespace {

/// About a line of a terminal.
constexpr std::size_t excerpt_bytes_max = 160;

/// At most `most` bytes of `bytes`, cut between two characters.
std::string_view cut(std::string_view bytes, std::size_t most) {
  if (bytes.size() <= most)
    return bytes;
  while (most > 0 && (static_cast<unsigned char>(bytes[most]) & 0xc0U) == 0x80)
    --most;
  return bytes.substr(0, most);
}

/// The beginning on one line: every run of space is one space.
std::string excerpt_of(std::string_view body) {
  std::string line;
  for (const char byte : body.substr(0, 8 * excerpt_bytes_max)) {
    const bool blank = static_cast<unsigned char>(byte) <= ' ' || byte == 0x7f;
    if (!blank)
      line += byte;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  const bool whole = line.size() <= excerpt_bytes_max;
  auto shown = std::string{cut(line, excerpt_bytes_max)};
  while (!shown.empty() && shown.back() == ' ')
    shown.pop_back();
  return whole ? shown : shown + "…";
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto length = utf8_sequence_bytes(bytes);
    if (length == 0)
      return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string document_of(const text_record& record) {
  auto json =
    fmt::format(R"({{"text":{{"bytes":{},"words":{},"excerpt":{})",
                record.bytes, record.words, json_quoted(record.excerpt));
  for (const auto& note : record.notes)
    json +=
      fmt::format("{}{}", &note == record.notes.data() ? R"(,"notes":[)" : ",",
                  json_quoted(note));
  json += record.notes.empty() ? "}" : "]}";
  if (!record.features.empty())
    json += fmt::format(R"(,"embedding":{{"space":{},"dim":{}}})",
                        json_quoted(text_space), text_numbers);
  return json + "}";
}

} // namespace

text_record describe(std::string_view bytes) {
  text_record record;
  record.bytes = static_cast<std::int64_t>(bytes.size());
  for_each_word(bytes, [&record](std::string_view) { ++record.words; });
  record.features = features_of(bytes);
  record.body = to_utf8(cut(bytes, body_bytes_max));
  record.excerpt = excerpt_of(record.body);
  if (!is_utf8(bytes))
    record.notes.emplace_back(
      "not all of it is UTF-8: the other bytes are left out");
  if (bytes.size() > body_bytes_max)
    record.notes.emplace_back("a search sees only its first MiB");
  return record;
}

job_output output_of(const text_record& record) {
  job_output output;
  output.document = document_of(record);
  output.body = record.body;
  if (record.features.empty())
    return output;
  output.fingerprint_method = text_features_method;
  output.fingerprint = record.features;
  return output;
}

} // namespace troupe::text
