#include "config/config_loader.hpp"

#include "config/config_check.hpp"
#include "config/json_text.hpp"
#include "config/toml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace troupe {

namespace {

constexpr std::string_view service_prefix = "broker.service.";

error bad(std::string detail) {
  return {errc::bad_configuration, "config: " + std::move(detail)};
}

/// "[analyzer] workers"
std::string place_of(std::string_view section, std::string_view key) {
  return key.empty() ? fmt::format("[{}]", section)
                     : fmt::format("[{}] {}", section, key);
}

std::string upper(std::string_view text) {
  std::string out{text};
  for (char& character : out)
    if (character >= 'a' && character <= 'z')
      character = static_cast<char>(character - 'a' + 'A');
  return out;
}

template <class Owner>
const config_key<Owner>* find_key(std::span<const config_key<Owner>> keys,
                                  std::string_view section,
                                  std::string_view key) {
  const auto found = std::find_if(keys.begin(), keys.end(), [&](auto& each) {
    return each.section == section && each.key == key;
  });
  return found == keys.end() ? nullptr : &*found;
}

/// The part after "broker.service."; empty for other sections.
std::string_view service_name(std::string_view section) {
  return section.starts_with(service_prefix)
           ? section.substr(service_prefix.size())
           : std::string_view{};
}

// -- suggestions --------------------------------------------------------------

bool known_section(std::string_view section) {
  const auto keys = node_keys();
  return !service_name(section).empty() || section == "broker.service"
         || std::any_of(keys.begin(), keys.end(),
                        [&](auto& key) { return key.section == section; });
}

error unknown_section(const std::string& origin, std::string_view section) {
  std::vector<std::string> sections;
  for (const auto& key : node_keys())
    sections.emplace_back(key.section);
  const auto nearest = nearest_word(section, sections);
  return bad(fmt::format("{}: there is no section [{}]{}", origin, section,
                         nearest.empty()
                           ? "; see troupe config show"
                           : fmt::format("; did you mean [{}]?", nearest)));
}

error unknown_key(const std::string& origin, std::string_view section,
                  std::string_view key) {
  if (section.empty())
    return bad(fmt::format("{}: {}: a key stands outside of any section; see "
                           "troupe config show",
                           origin, key));
  std::vector<std::string> keys;
  for (const auto& each : node_keys())
    if (each.section == section)
      keys.emplace_back(each.key);
  if (!service_name(section).empty())
    for (const auto& each : service_keys())
      keys.emplace_back(each.key);
  const auto nearest = nearest_word(key, keys);
  return bad(fmt::format(
    "{}: {}: there is no such key{}", origin, place_of(section, key),
    nearest.empty()
      ? fmt::format("; this section takes {}", fmt::join(keys, ", "))
      : fmt::format("; did you mean \"{}\"?", nearest)));
}

// -- loading ------------------------------------------------------------------

/// Where a value came from, and whether `${NAME}` in it is for us.
struct value_origin {
  std::string text = "default";
  bool expands = true;
};

/// Joins one source after the other, the weakest first; stops at the first
/// error.
class config_joiner {
public:
  explicit config_joiner(const config_sources& sources) : sources_(sources) {}

  result<loaded_config> join() {
    if (auto read = take_file(); !read)
      return read.failure();
    if (auto read = take_environment(); !read)
      return read.failure();
    if (auto read = take_flags(); !read)
      return read.failure();
    std::sort(services().begin(), services().end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return finish();
  }

private:
  std::vector<broker_service>& services() {
    return out_.config.broker.services;
  }

  // -- file -------------------------------------------------------------------

  result<void> take_file() {
    if (!sources_.file)
      return {};
    const auto& [path, text] = *sources_.file;
    const auto entries =
      path.ends_with(".json") ? read_json(text, path) : read_toml(text, path);
    if (!entries)
      return entries.failure();
    std::set<std::pair<std::string, std::string>> seen;
    for (const auto& entry : entries.value()) {
      const value_origin origin{fmt::format("{}:{}", path, entry.line), true};
      if (!entry.key.empty() && !seen.insert({entry.section, entry.key}).second)
        return bad(fmt::format("{}: {}: the key is given twice; remove one",
                               origin.text,
                               place_of(entry.section, entry.key)));
      if (auto taken = take_entry(entry, origin); !taken)
        return taken;
    }
    return {};
  }

  result<void> take_entry(const config_entry& entry,
                          const value_origin& origin) {
    if (!known_section(entry.section) && !entry.section.empty())
      return unknown_section(origin.text, entry.section);
    if (entry.key.empty()) {
      if (!service_name(entry.section).empty())
        service(service_name(entry.section));
      return {};
    }
    return assign(entry.section, entry.key, entry.value, origin);
  }

  // -- environment and flags --------------------------------------------------

  result<void> take_environment() {
    if (!sources_.environment)
      return {};
    for (const auto& key : node_keys()) {
      const auto name =
        fmt::format("TROUPE_{}_{}", upper(key.section), upper(key.key));
      const auto text = sources_.environment(name);
      if (!text)
        continue;
      auto taken =
        assign(std::string{key.section}, std::string{key.key},
               parse_value(key, *text), {"environment " + name, false});
      if (!taken)
        return taken;
    }
    return {};
  }

  result<void> take_flags() {
    std::map<std::string, std::vector<std::string>> lists;
    for (const auto& [name, value, flag] : sources_.flags) {
      const auto dot = name.rfind('.');
      const auto section = name.substr(0, dot == std::string::npos ? 0 : dot);
      const auto key = dot == std::string::npos ? name : name.substr(dot + 1);
      const value_origin origin{"flag " + flag, false};
      const auto* rule = find_key(node_keys(), section, key);
      if (rule == nullptr)
        return known_section(section) ? unknown_key(origin.text, section, key)
                                      : unknown_section(origin.text, section);
      auto parsed = parse_value(*rule, value);
      if (rule->shape == config_shape::text_list) {
        lists[name].push_back(value);
        parsed = lists[name];
      }
      if (auto taken = assign(section, key, parsed, origin); !taken)
        return taken;
    }
    return {};
  }

  // -- one value --------------------------------------------------------------

  /// The service called `name`, made when it is new.
  broker_service& service(std::string_view name) {
    for (auto& each : services())
      if (each.name == name)
        return each;
    return services().emplace_back(
      broker_service{std::string{name}, "", "", "", 100});
  }

  result<void> assign(const std::string& section, const std::string& key,
                      const config_value& value, const value_origin& origin) {
    const auto name = service_name(section);
    if (!name.empty())
      return write(find_key(service_keys(), "", key), service(name), section,
                   key, value, origin);
    return write(find_key(node_keys(), section, key), out_.config, section, key,
                 value, origin);
  }

  /// Shapes are checked now; texts once they are expanded.
  template <class Owner>
  result<void> write(const config_key<Owner>* rule, Owner& owner,
                     const std::string& section, const std::string& key,
                     const config_value& value, const value_origin& origin) {
    if (rule == nullptr)
      return unknown_key(origin.text, section, key);
    const bool has_shape = value.index() == rule->read(owner).index();
    if (!has_shape || rule->shape == config_shape::integer)
      if (const auto checked = check_value(*rule, value); !checked)
        return wrong(origin.text, section, key, value, checked.failure());
    rule->write(owner, value);
    origins_[{section, key}] = origin;
    return {};
  }

  static error wrong(const std::string& origin, const std::string& section,
                     const std::string& key, const config_value& value,
                     const error& why) {
    return bad(fmt::format("{}: {} = {}: {}", origin, place_of(section, key),
                           shown(value), why.detail));
  }

  // -- the whole --------------------------------------------------------------

  result<loaded_config> finish() {
    for (const auto& rule : node_keys())
      if (auto done = settle(rule, out_.config, std::string{rule.section});
          !done)
        return done.failure();
    for (auto& each : services()) {
      const auto section = std::string{service_prefix} + each.name;
      let_default_yield(each, section);
      for (const auto& rule : service_keys())
        if (auto done = settle(rule, each, section); !done)
          return done.failure();
      if (auto checked = check_service(each, section); !checked)
        return checked.failure();
    }
    return std::move(out_);
  }

  /// Who chooses the other way of replies need not take back the built-in one.
  void let_default_yield(broker_service& each, const std::string& section) {
    if (each.response.empty() || each.reply.empty())
      return;
    const value_origin built_in;
    if (origins_[{section, "response"}].text == built_in.text)
      each.response.clear();
    else if (origins_[{section, "reply"}].text == built_in.text)
      each.reply.clear();
  }

  /// Expands, checks and records one key.
  template <class Owner>
  result<void> settle(const config_key<Owner>& rule, Owner& owner,
                      const std::string& section) {
    const std::string key{rule.key};
    auto origin = origins_[{section, key}];
    auto value = rule.read(owner);
    if (origin.expands) {
      if (auto expanded = expand(value, origin.text); !expanded)
        return wrong(origin.text, section, key, value, expanded.failure());
      rule.write(owner, value);
    }
    if (const auto checked = check_value(rule, value); !checked)
      return wrong(origin.text, section, key, value, checked.failure());
    out_.keys.push_back({section, key, shown(value), origin.text});
    return {};
  }

  /// Fills variables in and names them in `origin`.
  result<void> expand(config_value& value, std::string& origin) const {
    std::vector<std::string*> texts;
    if (auto* text = std::get_if<std::string>(&value))
      texts.push_back(text);
    if (auto* list = std::get_if<std::vector<std::string>>(&value))
      for (auto& element : *list)
        texts.push_back(&element);
    for (auto* text : texts) {
      auto expanded = expand_variables(*text, sources_.environment);
      if (!expanded)
        return expanded.failure();
      *text = expanded->text;
      for (const auto& name : expanded->taken)
        origin += ", with " + name;
    }
    return {};
  }

  result<void> check_service(const broker_service& each,
                             const std::string& section) {
    const auto blame = [&](const char* key) -> const std::string& {
      return origins_[{section, key}].text;
    };
    if (each.request.empty())
      return bad(fmt::format("{}: {}: must name the queue that takes requests",
                             blame("request"), place_of(section, "request")));
    if (each.response.empty() == each.reply.empty())
      return bad(fmt::format(
        "{}: {}: needs either response = \"QUEUE\" or reply = \"exclusive\" "
        "or \"direct\"",
        blame(each.reply.empty() ? "response" : "reply"),
        place_of(section, "")));
    return {};
  }

  /// The value as shown: a URL without its password.
  static std::string shown(const config_value& value) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr)
      return format_config_value(value);
    const auto start = text->find("://");
    const auto at = text->rfind('@');
    if (start == std::string::npos || at == std::string::npos || at < start)
      return format_config_value(value);
    const auto colon = text->find(':', start + 3);
    if (colon == std::string::npos || colon > at)
      return format_config_value(value);
    return format_config_value(text->substr(0, colon) + ":***"
                               + text->substr(at));
  }

  const config_sources& sources_;
  loaded_config out_;
  std::map<std::pair<std::string, std::string>, value_origin> origins_;
};

} // namespace

result<loaded_config> load_config(const config_sources& sources) {
  return config_joiner{sources}.join();
}

} // namespace troupe
