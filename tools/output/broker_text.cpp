#include "tools/output/broker_text.hpp"

#include "tools/terminal/shown_text.hpp"

#include <fmt/format.h>

namespace troupe {

json broker_json(const broker_status& x) {
  json object{{"state", x.state}};
  if (x.server.empty())
    return object;
  object["server"] = shown_text(x.server);
  object["detail"] = shown_text(x.detail);
  object["consuming"] = x.consuming;
  object["connects"] = x.connects;
  object["unconfirmed"] = x.unconfirmed;
  object["republished"] = x.republished;
  object["open_calls"] = x.open_calls;
  object["late_replies"] = x.late_replies;
  object["jobs_in_hand"] = x.jobs_in_hand;
  object["troubles"] = json::object();
  for (const auto& [name, why] : x.troubles)
    object["troubles"][shown_text(name)] = shown_text(why);
  return object;
}

std::string broker_text(const broker_status& x) {
  auto text = fmt::format("broker {}: {}{}{}\n", shown_text(x.server), x.state,
                          x.detail.empty() ? "" : " ", shown_text(x.detail));
  for (const auto& [name, why] : x.troubles)
    text += fmt::format("  {}: {}\n", shown_text(name), shown_text(why));
  return text;
}

} // namespace troupe
