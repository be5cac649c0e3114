#pragma once

#include "config/analyzer_config.hpp"
#include "config/broker_config.hpp"
#include "config/embedder_config.hpp"
#include "config/gate_config.hpp"
#include "config/indexer_config.hpp"
#include "config/library_config.hpp"
#include "config/log_config.hpp"
#include "config/node_settings.hpp"
#include "config/preprocessor_config.hpp"
#include "config/supervisor_config.hpp"
#include "config/upscaler_config.hpp"

namespace troupe {

/// Everything that can be configured, one member per section. As built it
/// holds the defaults, with `${NAME:-default}` unexpanded; `load_config` gives
/// one that is checked and expanded.
struct node_config {
  analyzer_config analyzer;
  preprocessor_config preprocessor;
  embedder_config embedder;
  upscaler_config upscaler;
  indexer_config indexer;
  supervisor_config supervisor;
  library_config library;
  node_settings node;
  gate_config gate;
  broker_config broker;
  log_config log;
};

} // namespace troupe
