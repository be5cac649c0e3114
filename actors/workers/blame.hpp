#pragma once

#include "domain/jobs/job.hpp"
#include "domain/ports/crash_notes.hpp"

#include <string_view>

namespace troupe {

/// While it lives, a fault in this thread is the doing of the job's content.
class blame {
public:
  /// @param notes borrowed; null: nobody is blamed
  blame(crash_notes* notes, const claimed_job& job, std::string_view decoder)
    : notes_(notes) {
    if (notes_ != nullptr)
      notes_->enter(job.hash, decoder);
  }

  ~blame() {
    if (notes_ != nullptr)
      notes_->leave();
  }

  blame(const blame&) = delete;
  blame& operator=(const blame&) = delete;

private:
  crash_notes* notes_;
};

} // namespace troupe
