#include "domain/jobs/job.hpp"

#include "domain/ports/library_reader.hpp"

#include <array>
#include <cstddef>

namespace troupe {

namespace {

// Index = enumerator value; the order is that of the declarations.
constexpr std::array<std::string_view, 5> kind_names{
  "index", "audio.analyze", "image.embed", "text.embed", "image.upscale"};
constexpr std::array<std::string_view, 8> state_names{
  "scheduled", "ready",  "running",   "retry",
  "done",      "failed", "cancelled", "quarantined"};
constexpr std::array<std::string_view, 7> class_names{
  "none",    "transient", "permanent", "crash",
  "timeout", "resource",  "cancelled"};
constexpr std::array<std::string_view, 5> outcome_names{
  "succeeded", "failed", "interrupted", "returned", "cancelled"};
constexpr std::array<std::string_view, 5> entry_state_names{
  "pending", "done", "failed", "quarantined", "missing"};

template <std::size_t N, class Enum>
std::string_view name_of(const std::array<std::string_view, N>& names,
                         Enum value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : "unknown";
}

template <class Enum, std::size_t N>
std::optional<Enum> value_of(const std::array<std::string_view, N>& names,
                             std::string_view word) noexcept {
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == word)
      return static_cast<Enum>(i);
  return std::nullopt;
}

} // namespace

std::string_view to_string(job_kind kind) noexcept {
  return name_of(kind_names, kind);
}

std::string_view to_string(job_state state) noexcept {
  return name_of(state_names, state);
}

std::string_view to_string(error_class why) noexcept {
  return name_of(class_names, why);
}

std::string_view to_string(attempt_outcome outcome) noexcept {
  return name_of(outcome_names, outcome);
}

std::string_view to_string(entry_state state) noexcept {
  return name_of(entry_state_names, state);
}

std::optional<job_kind> parse_job_kind(std::string_view word) noexcept {
  return value_of<job_kind>(kind_names, word);
}

std::optional<job_state> parse_job_state(std::string_view word) noexcept {
  return value_of<job_state>(state_names, word);
}

std::optional<error_class> parse_error_class(std::string_view word) noexcept {
  return value_of<error_class>(class_names, word);
}

std::optional<entry_state> parse_entry_state(std::string_view word) noexcept {
  return value_of<entry_state>(entry_state_names, word);
}

} // namespace troupe
