#include "tools/model_adapters.hpp"

#include "io/files/posix_file_source.hpp"
#include "io/openssl_content_hash.hpp"

#ifdef TROUPE_ONNXRUNTIME
#include "io/models/onnxruntime_model_runner.hpp"
#endif

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

namespace troupe {

namespace {

namespace fs = std::filesystem;

/// Larger than any model that a processor runs in reasonable time.
constexpr std::uint64_t model_bytes_max = std::uint64_t{8} << 30U;
constexpr std::uint64_t sheet_bytes_max = std::uint64_t{1} << 20U;

std::string variable(const char* name) {
  const auto* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string{value};
}

/// Nothing when there is none.
result<std::optional<std::string>> read_sheet(const file_source& files,
                                              const fs::path& model) {
  auto path = model;
  const auto bytes =
    files.read(path.replace_extension(".json").string(), sheet_bytes_max);
  if (!bytes && bytes.failure().code == errc::not_found)
    return std::optional<std::string>{};
  if (!bytes)
    return bytes.failure();
  return std::optional<std::string>{std::string{bytes->begin(), bytes->end()}};
}

} // namespace

std::unique_ptr<const model_runner> open_model_runner() {
#ifdef TROUPE_ONNXRUNTIME
  return io::open_onnxruntime_model_runner();
#else
  return nullptr;
#endif
}

std::string models_folder() {
  if (const auto named = variable("TROUPE_MODELS"); !named.empty())
    return named;
  if (const auto data = variable("XDG_DATA_HOME"); data.starts_with('/'))
    return data + "/troupe/models";
  return variable("HOME") + "/.local/share/troupe/models";
}

std::vector<std::string> model_files_in(const std::string& folder) {
  std::vector<std::string> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{folder, ignored})
    if (entry.path().extension() == ".onnx")
      found.push_back(entry.path().string());
  std::sort(found.begin(), found.end());
  return found;
}

result<models::model_card> read_model(const std::string& file) {
  const auto files = io::open_posix_file_source();
  const auto bytes = files->read(file, model_bytes_max);
  if (!bytes)
    return bytes.failure();
  const auto sheet = read_sheet(*files, file);
  if (!sheet)
    return sheet.failure();
  const auto hasher = io::open_openssl_content_hash();
  if (!hasher)
    return hasher.failure();
  const auto name = fs::path{file}.stem().string();
  models::model_files made;
  made.name = name;
  made.model = std::as_bytes(std::span{*bytes});
  if (*sheet)
    made.sheet = **sheet;
  auto card = models::make_model_card(made, **hasher);
  if (!card)
    return error{card.failure().code,
                 fmt::format("{}: {}", file, card.failure().detail)};
  return card;
}

} // namespace troupe
