#include "tools/output/exit_code.hpp"

#include "tools/terminal/shown_text.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace troupe {

namespace {

/// A detail may hold several lines; each is made safe on its own.
std::string shown_lines(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    shown += shown_text(line);
    text.remove_prefix(line.size());
    if (text.starts_with('\n')) {
      shown += '\n';
      text.remove_prefix(1);
    }
  }
  return shown;
}

/// What helps in general when the detail names nothing.
std::string_view usual_advice(errc code) {
  switch (code) {
  case errc::no_space:
    return "free some space on that disk, then run the same command again";
  case errc::permission_denied:
    return "see who may write what: troupe doctor; reading commands still work";
  case errc::io_failure:
    return "check the disk (dmesg), then: troupe doctor";
  case errc::corrupt:
    return "keep a copy of the library, then: troupe doctor";
  case errc::internal:
    return "this is a bug of ours; please report the line above";
  case errc::timeout:
    return "it may have happened all the same; look, then try again";
  case errc::not_authorised:
    return "ask for a certificate of another role: troupe certs issue";
  case errc::bad_configuration:
    return "see what is allowed and in effect: troupe config show";
  case errc::newer_version:
    return "upgrade troupe, or name another library by --library";
  default:
    return {};
  }
}

} // namespace

int exit_code_of(errc code) noexcept {
  switch (code) {
  case errc::none:
    return exit_code::ok;
  case errc::invalid_argument:
    return exit_code::usage;
  case errc::not_found:
    return exit_code::not_found;
  case errc::refused:
    return exit_code::refused;
  case errc::locked:
  case errc::overloaded:
  case errc::timeout:
    return exit_code::try_again;
  case errc::unreachable:
    return exit_code::unreachable;
  case errc::newer_version:
  case errc::bad_configuration:
    return exit_code::configuration;
  case errc::not_authorised:
    return exit_code::not_authorised;
  case errc::cancelled:
    return exit_code::interrupted;
  default:
    return exit_code::failed;
  }
}

int report_failure(const error& why, std::string_view next) {
  fmt::print(stderr, "troupe: {}\n", shown_lines(why.detail));
  if (next.empty())
    next = usual_advice(why.code);
  if (!next.empty())
    fmt::print(stderr, "next: {}\n", next);
  return exit_code_of(why.code);
}

} // namespace troupe
