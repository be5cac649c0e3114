#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

/// "734 B", "1.2 MB", "16 GB": decimal units, as disks are sold.
[[nodiscard]] std::string format_bytes(std::int64_t bytes);

/// "0.4 s", "42 s", "3:07", "1:02:45". Negative counts as zero.
[[nodiscard]] std::string format_duration(double seconds);

/// "1 file", "12 files".
[[nodiscard]] std::string format_count(std::int64_t count,
                                       std::string_view singular,
                                       std::string_view plural);

/// "3 s ago", "5 min ago", "2 days ago".
[[nodiscard]] std::string format_age(std::int64_t then_us, std::int64_t now_us);

/// "2024-05-01 12:00:00 UTC".
[[nodiscard]] std::string format_time(std::int64_t at_us);

} // namespace troupe
