#pragma once

#include "tools/assemble.hpp"

namespace troupe {

/// The whole program: parses, runs one command, returns its exit code. Catches
/// every exception.
int run_troupe(int argc, char** argv, const assembly_overrides& overrides);

} // namespace troupe
