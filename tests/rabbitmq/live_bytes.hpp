#pragma once

#include <malloc.h>

#include <cstddef>

#ifdef __SANITIZE_ADDRESS__
// Debian's GCC has it without its header.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace troupe::testing {

/// Bytes that this program has allocated and not freed.
inline std::size_t live_bytes() {
#ifdef __SANITIZE_ADDRESS__
  return __sanitizer_get_current_allocated_bytes();
#else
  return mallinfo2().uordblks;
#endif
}

} // namespace troupe::testing
