#pragma once

#include "config/node_config.hpp"
#include "config/variable_expansion.hpp"
#include "domain/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// A flag of the command line that stands for a key.
struct config_flag {
  /// Section and key: "analyzer.workers".
  std::string key;
  /// The flag's text. For a list it is one element, and repeating the flag
  /// adds another.
  std::string value;
  /// What the user typed, for messages: "--workers".
  std::string flag;
};

/// A configuration file, read already.
struct config_file {
  /// JSON when it ends in ".json", TOML otherwise.
  std::string path;
  std::string text;
};

/// Where configuration comes from, strongest first: flags, the variables
/// TROUPE_<SECTION>_<KEY> (a list is split at commas; an empty one counts as
/// set), the file, the defaults.
struct config_sources {
  std::vector<config_flag> flags;
  /// Null means an empty environment.
  environment_lookup environment;
  std::optional<config_file> file;
};

/// One key as it is in effect.
struct effective_key {
  /// "analyzer", "broker.service.ai".
  std::string section;
  std::string key;
  /// Valid both as TOML and as JSON; a password in a URL shows as "***".
  std::string value;
  /// "flag --workers", "environment TROUPE_ANALYZER_WORKERS",
  /// "node.toml:12", "default"; ", with NAME" follows when the variable NAME
  /// was filled in.
  std::string origin;
};

/// A checked configuration and where it comes from.
struct loaded_config {
  node_config config;
  /// Every key, sections in the order of CONTRACT's table.
  std::vector<effective_key> keys;
};

/// Joins the sources and checks the whole. `${NAME}` and `${NAME:-default}`
/// are filled in where the file or a default says so; a shell has done it for
/// flags and variables.
/// @returns `errc::bad_configuration`: the first wrong thing, naming file and
/// line (or flag, or variable), key, what is allowed, and for an unknown key
/// the nearest known one.
[[nodiscard]] result<loaded_config> load_config(const config_sources& sources);

} // namespace troupe
