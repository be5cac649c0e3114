#pragma once

#include <chrono>

namespace troupe {

/// What a signal asks a serving process for.
enum class node_wish : unsigned char { none, end, reload };

/// Blocks SIGINT, SIGTERM and SIGHUP in this thread and all it starts, so that
/// `await_node_signal` gets them. @pre no other thread runs
void block_node_signals();

/// Ends the present or the next wait at once, without a wish. Any thread.
void wake_node() noexcept;

/// Waits at most this long for a signal. After the wish to end, the next
/// SIGINT or SIGTERM ends the process at once, with exit code 130.
[[nodiscard]] node_wish await_node_signal(std::chrono::milliseconds longest);

} // namespace troupe
