#pragma once

#include <cstdint>
#include <string>

namespace troupe::sample {

/// Gives every page of an Ogg stream the same serial number and mends the
/// pages' checksums. libsndfile draws the number from the clock, and files of
/// the same content would differ by it. Bytes that are no page are left alone.
/// Source: RFC 3533, section 6.
void fix_ogg_serial(std::string& stream, std::uint32_t serial);

} // namespace troupe::sample
