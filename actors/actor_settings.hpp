#pragma once

#include "actors/messages/types.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/io/middleman.hpp>

#include <cstddef>
#include <memory>

namespace troupe {

class message_trace;

/// Whether actors of other processes can be talked to.
enum class remoting : bool { off, on };

/// CAF's settings: pool threads that route only, and share instead of poll.
class actor_settings : public caf::actor_system_config {
public:
  /// @param pool_threads at least 1
  actor_settings(std::size_t pool_threads, remoting reach) {
    add_message_types<caf::id_block::troupe>();
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", pool_threads);
    set("scheduler.max-throughput", std::size_t{64});
    if (reach == remoting::off)
      return;
    load<caf::io::middleman>();
    // Messages are small: taken apart where they arrive, in order.
    set("middleman.workers", std::size_t{0});
    // Its own helper needs no thread; nothing here resolves host names.
    set("middleman.attach-utility-actors", true);
  }

  /// Records the messages of `traced` actors; null: nothing is recorded.
  std::shared_ptr<message_trace> trace;
};

} // namespace troupe
