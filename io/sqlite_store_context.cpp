#include "io/sqlite_store_context.hpp"

namespace troupe::io::sqlite {

namespace {

constexpr command insert_audit{
  "write an audit row",
  "INSERT INTO audit(at_us, actor, action, target, detail, affected)"
  " VALUES(?1, ?2, ?3, ?4, ?5, ?6)"};

} // namespace

std::string_view cut_text(std::string_view text,
                          std::size_t bytes_max) noexcept {
  if (text.size() <= bytes_max)
    return text;
  // Bytes 10xxxxxx continue a character.
  while (bytes_max > 0
         && (static_cast<unsigned char>(text[bytes_max]) & 0xc0U) == 0x80U)
    --bytes_max;
  return text.substr(0, bytes_max);
}

void write_audit(database& db, std::int64_t now_us, std::string_view actor,
                 std::string_view action, std::string_view target,
                 std::string_view detail, std::int64_t affected) {
  db.use(insert_audit)
    .bind(now_us)
    .bind_text(actor)
    .bind_text(action)
    .bind_text(target)
    .bind_text(detail)
    .bind(affected)
    .run();
}

} // namespace troupe::io::sqlite
