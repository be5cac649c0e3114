#include "tests/tidy/folder_rules.hpp"

#include "tests/tidy/text_rules.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace troupe::testing {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t pairs_max = 15;
constexpr std::size_t readme_lines_max = 40;

std::string content_of(const fs::path& file) {
  std::ifstream stream{file, std::ios::binary};
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::vector<source_file>
read_matching(const fs::path& root,
              const std::function<bool(const fs::path&)>& wanted) {
  std::vector<source_file> found;
  for (const auto& layer : layers()) {
    if (!fs::exists(root / layer))
      continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / layer))
      if (entry.is_regular_file() && wanted(entry.path()))
        found.push_back({fs::relative(entry.path(), root).generic_string(),
                         content_of(entry.path())});
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return found;
}

bool is_source(const fs::path& path) {
  return path.extension() == ".hpp" || path.extension() == ".cpp";
}

void check_readme(const fs::path& root, const std::string& folder,
                  complaints& found) {
  const bool mirrored = folder.starts_with("tests/");
  const auto readme = root / folder / "README.md";
  if (!fs::exists(readme)) {
    if (!mirrored)
      found.push_back(folder + ": has no README.md");
    return;
  }
  if (lines_of(content_of(readme)).size() > readme_lines_max)
    found.push_back(folder + "/README.md: more than 40 lines");
}

} // namespace

// -- reading ------------------------------------------------------------------

const std::vector<std::string>& layers() {
  static const std::vector<std::string> all = {
    "domain", "config", "io", "actors", "tools", "tests", "bench"};
  return all;
}

std::vector<source_file> read_sources(const fs::path& root) {
  return read_matching(root, is_source);
}

std::vector<source_file> read_readmes(const fs::path& root) {
  auto found = read_matching(
    root, [](const fs::path& path) { return path.filename() == "README.md"; });
  if (fs::exists(root / "README.md"))
    found.push_back({"README.md", content_of(root / "README.md")});
  return found;
}

// -- checking -----------------------------------------------------------------

complaints check_folders(const fs::path& root) {
  complaints found;
  std::map<std::string, std::set<std::string>> stems;
  for (const auto& layer : layers()) {
    if (!fs::exists(root / layer))
      continue;
    stems[layer];
    for (const auto& entry : fs::recursive_directory_iterator(root / layer)) {
      const auto path = fs::relative(entry.path(), root);
      if (is_vague_name(path.filename().string()))
        found.push_back(path.generic_string() + ": name what it holds");
      if (!entry.is_regular_file() || !is_source(path))
        continue;
      auto& pairs = stems[path.parent_path().generic_string()];
      if (path.extension() == ".cpp")
        pairs.insert(path.stem());
    }
  }
  for (const auto& [folder, pairs] : stems) {
    check_readme(root, folder, found);
    if (pairs.size() > pairs_max)
      found.push_back(folder + ": " + std::to_string(pairs.size())
                      + " file pairs; split the folder by noun (max 15)");
  }
  return found;
}

complaints check_named_paths(const fs::path& root, const source_file& readme) {
  static const std::regex path{
    "(^|[\\s`(])"
    "((domain|config|io|actors|tools|tests|bench)/[A-Za-z0-9_./*<>-]+)"};
  complaints found;
  std::size_t number = 0;
  for (const auto& line : lines_of(readme.text)) {
    ++number;
    for (std::sregex_iterator at{line.begin(), line.end(), path}, end;
         at != end; ++at) {
      auto name = at->str(2);
      while (name.ends_with('.') || name.ends_with('-'))
        name.pop_back();
      if (name.find_first_of("*<>") == std::string::npos
          && !fs::exists(root / name))
        found.push_back(complaint(readme, number, name + " does not exist"));
    }
  }
  return found;
}

complaints check_root(const fs::path& root) {
  std::set<std::string> allowed{layers().begin(), layers().end()};
  allowed.insert(
    {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "build"});
  complaints found;
  for (const auto& entry : fs::directory_iterator(root)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with('.') && !allowed.contains(name))
      found.push_back(name + ": does not belong at the root");
  }
  return found;
}

} // namespace troupe::testing
