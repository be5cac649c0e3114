#include "config/config_value.hpp"

#include "domain/text/json_quote.hpp"

namespace troupe {

std::string format_config_value(const config_value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&value))
    return json_quoted(*text);
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    std::string out = "[";
    for (const auto& element : *list)
      out += (out.size() > 1 ? ", " : "") + json_quoted(element);
    return out + "]";
  }
  return std::get<unusable_value>(value).kind;
}

} // namespace troupe
