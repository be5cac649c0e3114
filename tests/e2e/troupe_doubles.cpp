// The program `troupe` with decoders that misbehave by the file's name: what
// no real file can be trusted to do to us for ever.
//
//   *crash*  SIGSEGV          *spin*   never returns, busy
//   *abort*  SIGABRT          *stall*  never returns, idle
//   *slow*   20 ms per block          *grow*   gets longer while it is read
//   *vanish* is removed while it is read
//
// And with a library that is broken on demand: the operation of the store that
// TROUPE_BREAK names (see `failing_library_store`) throws, which no real one
// may do, and which ends the LIBRARIAN.

#include "tests/fakes/failing_library_store.hpp"
#include "tests/fakes/sleeping_decoder.hpp"
#include "tools/run_troupe.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace {

std::unique_ptr<troupe::library_store>
break_on_demand(std::unique_ptr<troupe::library_store> real) {
  const auto* broken = std::getenv("TROUPE_BREAK");
  return std::make_unique<troupe::testing::failing_library_store>(
    std::move(real),
    [name = std::string{broken == nullptr ? "" : broken}](
      std::string_view called) -> std::optional<troupe::error> {
      if (called == name)
        throw std::runtime_error("broken on demand");
      return std::nullopt;
    });
}

} // namespace

int main(int argc, char** argv) {
  troupe::assembly_overrides overrides;
  overrides.decorate_decoders = troupe::testing::misbehave_by_name;
  overrides.decorate_store = break_on_demand;
  return troupe::run_troupe(argc, argv, overrides);
}
