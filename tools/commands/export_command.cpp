#include "tools/commands/command.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/output/new_file.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <array>
#include <functional>
#include <memory>

namespace troupe {

namespace {

/// Entries held in memory at once.
constexpr std::int64_t page_entries = 500;

struct export_options {
  std::string format = "json";
  std::string file;
  bool force = false;
};

using take_text = std::function<result<void>(std::string_view)>;

// -- csv ----------------------------------------------------------------------

/// Where a column's value lies in an entry's JSON.
struct csv_column {
  const char* block;
  const char* key;
};

constexpr std::array<csv_column, 31> csv_columns{{
  {nullptr, "id"},
  {nullptr, "kind"},
  {nullptr, "state"},
  {nullptr, "path"},
  {nullptr, "path_b64"},
  {nullptr, "content_sha256"},
  {nullptr, "message"},
  {"audio", "duration_s"},
  {"audio", "sample_rate_hz"},
  {"audio", "channels"},
  {"audio", "codec"},
  {"tags", "title"},
  {"tags", "artist"},
  {"tags", "album"},
  {"tags", "genre"},
  {"tags", "year"},
  {"tags", "track"},
  {"rhythm", "tempo_bpm"},
  {"rhythm", "tempo_confidence"},
  {"rhythm", "onset_rate_hz"},
  {"tonal", "key"},
  {"tonal", "mode"},
  {"tonal", "camelot"},
  {"loudness", "integrated_lufs"},
  {"loudness", "range_lu"},
  {"loudness", "true_peak_dbtp"},
  {"loudness", "replaygain_track_db"},
  {"timbre", "centroid_hz"},
  {"timbre", "danceability"},
  {"structure", "leading_silence_s"},
  {"structure", "trailing_silence_s"},
}};

/// RFC 4180: quoted where needed, quotes doubled.
std::string csv_field(std::string_view text) {
  if (text.find_first_of("\",\r\n") == std::string_view::npos)
    return std::string{text};
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"')
      quoted += c;
    quoted += c;
  }
  return quoted + '"';
}

std::string csv_value(const json& entry, const csv_column& column) {
  const json* place = &entry;
  if (column.block != nullptr) {
    const auto block = entry.find(column.block);
    if (block == entry.end())
      return {};
    place = &*block;
  }
  const auto value = place->find(column.key);
  if (value == place->end())
    return {};
  return value->is_string() ? csv_field(value->get<std::string>())
                            : json_text(*value);
}

std::string csv_header() {
  std::string line;
  for (const auto& column : csv_columns)
    line += fmt::format("{}{}", line.empty() ? "" : ",", column.key);
  return line + "\r\n";
}

std::string csv_line(const json& entry) {
  std::string line;
  for (std::size_t i = 0; i < csv_columns.size(); ++i)
    line += (i > 0 ? "," : "") + csv_value(entry, csv_columns.at(i));
  return line + "\r\n";
}

// -- streaming ----------------------------------------------------------------

enum class export_form : std::uint8_t { document, lines, csv };

std::string piece_of(const entry_row& row, export_form form, bool first) {
  const auto entry = entry_json(row);
  if (form == export_form::csv)
    return csv_line(entry);
  if (form == export_form::lines)
    return json_text(entry) + "\n";
  return (first ? "" : ",\n") + json_text(entry);
}

result<void> write_all(troupe_system& system, export_form form,
                       const take_text& take) {
  if (form != export_form::lines)
    if (auto done =
          take(form == export_form::csv ? csv_header()
                                        : "{\"schema\":1,\"entries\":[");
        !done)
      return done;
  entry_query query;
  query.limit = page_entries;
  bool first = true;
  do {
    const auto page = system.entries(query);
    if (!page)
      return page.failure();
    for (const auto& row : page->rows) {
      if (auto done = take(piece_of(row, form, first)); !done)
        return done;
      first = false;
    }
    query.cursor = page->next;
  } while (!query.cursor.empty());
  return form == export_form::document ? take("]}\n") : result<void>{};
}

result<void> to_stdout(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
    return error{errc::io_failure, "export: stdout cannot be written"};
  return {};
}

int run_export(const command_context& context, const export_options& options) {
  auto open = open_for_reading(context);
  if (!open)
    return report_failure(open.failure());
  const auto form = options.format == "csv" ? export_form::csv
                    : context.options.jsonl ? export_form::lines
                                            : export_form::document;
  auto& system = open.value()->system();
  if (options.file.empty()) {
    const auto done = write_all(system, form, to_stdout);
    return done ? exit_code::ok : report_failure(done.failure());
  }
  auto file = begin_file(options.file, options.force);
  if (!file)
    return report_failure(file.failure());
  auto done = write_all(system, form, [&](std::string_view text) {
    return file.value()->write(text);
  });
  if (done)
    done = file.value()->finish();
  return done ? exit_code::ok : report_failure(done.failure());
}

} // namespace

void add_export_command(CLI::App& app, command_context& context) {
  auto options = std::make_shared<export_options>();
  auto* command =
    app.add_subcommand("export", "Writes all entries for other tools");
  command->add_option("--format", options->format, "json or csv")
    ->check(CLI::IsMember({"json", "csv"}))
    ->capture_default_str();
  command->add_option("-o,--output", options->file, "Instead of stdout")
    ->type_name("FILE");
  command->add_flag("--force", options->force, "Replace FILE when it exists");
  command->footer("Example: troupe export --format csv -o music.csv");
  command->callback([&context, options] {
    context.chosen = [&context, options] {
      return run_export(context, *options);
    };
  });
}

} // namespace troupe
