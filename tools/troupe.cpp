// The program `troupe`; everything is in run_troupe, which tests start with
// other decoders.

#include "tools/run_troupe.hpp"

int main(int argc, char** argv) {
  return troupe::run_troupe(argc, argv, {});
}
