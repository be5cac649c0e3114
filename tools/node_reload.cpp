#include "tools/node_reload.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace troupe {

namespace {

/// Keys that nothing was built from: they are looked at when they matter.
constexpr std::array<std::string_view, 2> looked_at_when_needed = {
  "log.level", "supervisor.grace_s"};

} // namespace

reload_report compare_configs(const loaded_config& before,
                              const loaded_config& now) {
  reload_report report;
  for (const auto& key : now.keys) {
    const auto known = std::find_if(
      before.keys.begin(), before.keys.end(), [&](const effective_key& each) {
        return each.section == key.section && each.key == key.key;
      });
    if (known != before.keys.end() && known->value == key.value)
      continue;
    const auto name = key.section + "." + key.key;
    const bool takes = std::find(looked_at_when_needed.begin(),
                                 looked_at_when_needed.end(), name)
                       != looked_at_when_needed.end();
    (takes ? report.taken : report.for_restart)
      .push_back(fmt::format("{} = {}", name, key.value));
  }
  return report;
}

std::string describe_reload(const reload_report& report) {
  if (report.taken.empty() && report.for_restart.empty())
    return "reload: nothing changed";
  std::string text = "reload:";
  if (!report.taken.empty())
    text += fmt::format(" {};", fmt::join(report.taken, ", "));
  if (!report.for_restart.empty())
    text += fmt::format(" only after a new start: {};",
                        fmt::join(report.for_restart, ", "));
  text.pop_back();
  return text;
}

} // namespace troupe
