#include "domain/library/crash_record.hpp"

#include <algorithm>
#include <optional>

namespace troupe {

namespace {

constexpr std::array<std::uint8_t, 8> magic{'T', 'R', 'P', 'C',
                                            'R', 'S', 'H', '1'};
constexpr std::size_t signal_at = 8;
constexpr std::size_t length_at = 12;
constexpr std::size_t hash_at = 16;
constexpr std::size_t decoder_at = 48;
constexpr std::size_t checksum_at = 120;

/// Writes the low `bytes` bytes of `value`, least significant first.
void put(std::uint8_t* out, std::size_t bytes, std::uint64_t value) noexcept {
  for (std::size_t i = 0; i < bytes; ++i)
    out[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint64_t take(const std::uint8_t* in, std::size_t bytes) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i)
    value |= std::uint64_t{in[i]} << (8 * i);
  return value;
}

/// FNV-1a, 64 bits: offset basis and prime of the Internet draft "The FNV
/// Non-Cryptographic Hash Algorithm", section 5.
std::uint64_t fnv1a(const std::uint8_t* bytes, std::size_t count) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (std::size_t i = 0; i < count; ++i)
    hash = (hash ^ bytes[i]) * 0x00000100000001B3U;
  return hash;
}

std::optional<crash_note> decode(const std::uint8_t* record) {
  if (!std::equal(magic.begin(), magic.end(), record)
      || take(record + checksum_at, 8) != fnv1a(record, checksum_at))
    return std::nullopt;
  const auto length = take(record + length_at, 4);
  if (length > crash_decoder_bytes_max)
    return std::nullopt;
  crash_note note;
  note.signal = static_cast<int>(take(record + signal_at, 4));
  std::copy_n(record + hash_at, note.hash.size(), note.hash.begin());
  note.decoder.assign(record + decoder_at, record + decoder_at + length);
  return note;
}

} // namespace

void encode_crash_record(const content_hash& hash, std::string_view decoder,
                         int signal, crash_record& record) noexcept {
  // Plain loops: the fault may have happened inside a library function.
  for (std::size_t i = 0; i < record.size(); ++i)
    record[i] = i < magic.size() ? magic[i] : std::uint8_t{0};
  const auto length = decoder.size() < crash_decoder_bytes_max
                        ? decoder.size()
                        : crash_decoder_bytes_max;
  put(record.data() + signal_at, 4, static_cast<std::uint32_t>(signal));
  put(record.data() + length_at, 4, length);
  for (std::size_t i = 0; i < hash.size(); ++i)
    record[hash_at + i] = hash[i];
  for (std::size_t i = 0; i < length; ++i)
    record[decoder_at + i] = static_cast<std::uint8_t>(decoder[i]);
  put(record.data() + checksum_at, 8, fnv1a(record.data(), checksum_at));
}

std::vector<crash_note>
decode_crash_records(std::span<const std::uint8_t> bytes) {
  std::vector<crash_note> notes;
  constexpr std::size_t record_bytes = std::tuple_size_v<crash_record>;
  for (std::size_t at = 0; at + record_bytes <= bytes.size();) {
    auto note = decode(bytes.data() + at);
    at += note ? record_bytes : 1;
    if (note)
      notes.push_back(std::move(*note));
  }
  return notes;
}

} // namespace troupe
