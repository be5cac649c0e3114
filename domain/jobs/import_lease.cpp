#include "domain/jobs/import_lease.hpp"

#include "domain/jobs/pause_ledger.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe {

namespace {

constexpr std::int64_t us_per_ms = 1'000;

result<void> expect_ttl(std::int64_t ttl_ms) {
  if (ttl_ms >= 1 && ttl_ms <= import_ttl_ms_max)
    return {};
  return error{errc::invalid_argument,
               fmt::format("import: the time to live is {} ms; it must be in "
                           "[1 ms, 24 h]",
                           ttl_ms)};
}

error unknown_token(std::string_view token) {
  return {
    errc::not_found,
    fmt::format("import {}: no such import; see `troupe admin status`", token)};
}

} // namespace

bool holds_intake(const import_lease& lease, std::int64_t now_us) noexcept {
  return !lease.token.empty() && lease.ended_us == 0 && now_us < lease.until_us;
}

result<import_lease> begin_import(const import_lease& present,
                                  const import_request& request) {
  if (auto fits = expect_ttl(request.ttl_ms); !fits)
    return fits.failure();
  if (request.token.empty())
    return error{errc::invalid_argument, "import: the token is empty"};
  if (present.token == request.token)
    return present;
  if (holds_intake(present, request.now_us))
    return error{
      errc::refused,
      fmt::format(
        "import: {} imports since {}; its hold ends in {} unless it "
        "is extended; end it by: troupe admin import end {}",
        present.owner, describe_span(request.now_us - present.begun_us),
        describe_span(present.until_us - request.now_us), present.token)};
  return import_lease{std::string{request.token}, std::string{request.owner},
                      request.now_us,
                      request.now_us + request.ttl_ms * us_per_ms, 0};
}

result<import_lease> extend_import(const import_lease& present,
                                   const import_request& request) {
  if (auto fits = expect_ttl(request.ttl_ms); !fits)
    return fits.failure();
  if (present.token.empty() || present.token != request.token)
    return unknown_token(request.token);
  if (!holds_intake(present, request.now_us))
    return error{
      errc::refused,
      fmt::format("import {}: its hold is over since {}; begin another by: "
                  "troupe admin import begin",
                  request.token,
                  describe_span(request.now_us
                                - (present.ended_us != 0 ? present.ended_us
                                                         : present.until_us)))};
  auto longer = present;
  longer.until_us =
    std::max(present.until_us, request.now_us + request.ttl_ms * us_per_ms);
  return longer;
}

result<import_lease> end_import(const import_lease& present,
                                const import_request& request) {
  if (present.token.empty() || present.token != request.token)
    return unknown_token(request.token);
  auto ended = present;
  if (holds_intake(present, request.now_us))
    ended.ended_us = request.now_us;
  return ended;
}

} // namespace troupe
