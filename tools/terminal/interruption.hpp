#pragma once

namespace troupe {

/// Makes the first SIGINT, SIGTERM or SIGHUP of this process a wish that
/// `interruption_asked` tells, and the second one its end, at once, with exit
/// code 130. SIGPIPE and SIGXFSZ are ignored from then on: a reader that went
/// away must not end a run half-way.
void watch_interruptions();

/// True once the user asked for the end.
[[nodiscard]] bool interruption_asked() noexcept;

/// Blocks SIGINT, SIGTERM and SIGHUP in this thread and all it starts, so that
/// `await_end_signal` gets them. @pre no other thread runs
void block_end_signals();

/// Waits at most four seconds for a blocked signal; its number, or 0.
[[nodiscard]] int await_end_signal();

} // namespace troupe
