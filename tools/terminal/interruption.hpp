#pragma once

namespace troupe {

/// Makes the first SIGINT, SIGTERM or SIGHUP of this process a wish that
/// `interruption_asked` tells, and the second one its end, at once, with exit
/// code 130. SIGPIPE and SIGXFSZ are ignored from then on: a reader that went
/// away must not end a run half-way.
void watch_interruptions();

/// True once the user asked for the end.
[[nodiscard]] bool interruption_asked() noexcept;

/// The same for a process that has been asked already: the next one ends it.
void watch_second_interruption();

/// A closed pipe and a file at its size limit become errors of write(2).
void ignore_write_signals();

} // namespace troupe
