#include "domain/network/instruction_set.hpp"

namespace troupe::network {

namespace {

instruction_set detect() noexcept {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f"))
    return instruction_set::avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return instruction_set::avx2;
#endif
  return instruction_set::scalar;
}

} // namespace

std::string_view to_string(instruction_set set) noexcept {
  switch (set) {
  case instruction_set::scalar:
    return "scalar";
  case instruction_set::avx2:
    return "avx2";
  case instruction_set::avx512:
    return "avx512";
  }
  return "scalar";
}

instruction_set fastest_instruction_set() noexcept {
  static const auto fastest = detect();
  return fastest;
}

std::vector<instruction_set> available_instruction_sets() {
  std::vector<instruction_set> found;
  for (const auto set : {instruction_set::scalar, instruction_set::avx2,
                         instruction_set::avx512})
    if (set <= fastest_instruction_set())
      found.push_back(set);
  return found;
}

} // namespace troupe::network
