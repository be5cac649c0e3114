#include "tools/output/new_file.hpp"

#include "io/files/posix_file_source.hpp"

namespace troupe {

result<std::unique_ptr<new_file>> begin_file(std::string path, bool force) {
  return io::open_posix_file_source()->begin(path, force);
}

} // namespace troupe
