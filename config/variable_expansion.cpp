#include "config/variable_expansion.hpp"

#include <fmt/format.h>

namespace troupe {

namespace {

bool is_name(std::string_view text) noexcept {
  constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
  return !text.empty()
         && text.find_first_not_of(letters) == std::string_view::npos
         && (text.front() < '0' || text.front() > '9');
}

error refusal(std::string why) {
  return {errc::bad_configuration, std::move(why)};
}

} // namespace

result<expanded_text> expand_variables(std::string_view text,
                                       const environment_lookup& environment) {
  expanded_text out;
  for (auto start = text.find("${"); start != std::string_view::npos;
       start = text.find("${")) {
    out.text += text.substr(0, start);
    text.remove_prefix(start + 2);
    const auto end = text.find('}');
    if (end == std::string_view::npos)
      return refusal(R"("${" has no "}")");
    const auto inside = text.substr(0, end);
    const auto dash = inside.find(":-");
    const std::string name{inside.substr(0, dash)};
    if (!is_name(name))
      return refusal(fmt::format("\"{}\" is no name of a variable", name));
    const auto value = environment ? environment(name) : std::nullopt;
    if (value && (!value->empty() || dash == std::string_view::npos)) {
      out.text += *value;
      out.taken.push_back(name);
    } else if (dash != std::string_view::npos) {
      out.text += inside.substr(dash + 2);
    } else {
      return refusal(fmt::format("the environment variable {} is not set; set "
                                 "it, or write ${{{}:-default}}",
                                 name, name));
    }
    text.remove_prefix(end + 1);
  }
  out.text += text;
  return out;
}

} // namespace troupe
