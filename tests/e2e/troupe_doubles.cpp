// The program `troupe` with decoders that misbehave by the file's name: what
// no real file can be trusted to do to us for ever.
//
//   *crash*  SIGSEGV          *spin*   never returns, busy
//   *abort*  SIGABRT          *stall*  never returns, idle
//   *slow*   20 ms per block          *grow*   gets longer while it is read
//   *vanish* is removed while it is read

#include "tests/fakes/sleeping_decoder.hpp"
#include "tools/run_troupe.hpp"

int main(int argc, char** argv) {
  troupe::assembly_overrides overrides;
  overrides.decorate_decoders = troupe::testing::misbehave_by_name;
  return troupe::run_troupe(argc, argv, overrides);
}
