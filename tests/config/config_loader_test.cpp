#include "config/config_loader.hpp"
#include "config/config_schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>

namespace troupe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using variables = std::map<std::string, std::string>;

environment_lookup environment_of(variables set) {
  return [set = std::move(set)](
           const std::string& name) -> std::optional<std::string> {
    const auto found = set.find(name);
    if (found == set.end())
      return std::nullopt;
    return found->second;
  };
}

result<loaded_config> load(const std::string& path, const std::string& text,
                           variables set = {},
                           std::vector<config_flag> flags = {}) {
  return load_config({std::move(flags), environment_of(std::move(set)),
                      config_file{path, text}});
}

result<loaded_config> load_toml(const std::string& text, variables set = {}) {
  return load("node.toml", text, std::move(set));
}

std::string failure_of(const result<loaded_config>& loaded) {
  if (loaded)
    return "it loaded";
  EXPECT_EQ(loaded.failure().code, errc::bad_configuration);
  return loaded.failure().detail;
}

const effective_key& key_of(const loaded_config& loaded,
                            std::string_view section, std::string_view key) {
  for (const auto& each : loaded.keys)
    if (each.section == section && each.key == key)
      return each;
  static const effective_key none;
  ADD_FAILURE() << section << '.' << key << " is not there";
  return none;
}

// -- defaults -----------------------------------------------------------------

// CONTRACT, section Configuration; the three limits as library_config.hpp says.
TEST(config_loader, gives_the_defaults_of_the_contract) {
  const auto loaded = load_config({});
  ASSERT_TRUE(loaded) << loaded.failure().detail;
  const std::map<std::string, std::string> expected{
    {"analyzer.workers", "0"},
    {"analyzer.timeout_s", "30"},
    {"preprocessor.cores", "1"},
    {"preprocessor.in_flight", "2"},
    {"indexer.exact_max", "200000"},
    {"indexer.save_after", "10000"},
    {"embedder.workers", "2"},
    {"gate.handshake_s", "5"},
    {"gate.handshakes_max", "256"},
    {"gate.per_host_max", "32"},
    {"gate.visitors_max", "256"},
    {"embedder.batch_max", "10"},
    {"embedder.batch_delay_ms", "20"},
    {"upscaler.workers", "0"},
    {"upscaler.model", "\"natural\""},
    {"upscaler.scratch_mib_max", "64"},
    {"supervisor.reconcile_s", "300"},
    {"supervisor.grace_s", "20"},
    {"supervisor.attempts_max", "5"},
    {"supervisor.retention_done_days", "7"},
    {"supervisor.retention_failed_days", "90"},
    {"library.include", "[]"},
    {"library.exclude", R"([".*"])"},
    {"library.text", R"([".txt", ".md"])"},
    {"library.file_bytes_max", "17179869184"},
    {"library.pixels_max", "200000000"},
    {"library.duration_s_max", "86400"},
    {"node.answer_s", "10"},
    {"node.listen", "\"\""},
    {"node.watch", "[]"},
    {"node.name", "\"\""},
    {"broker.url", "\"\""},
    {"broker.prefetch", "0"},
    {"broker.queue_type", "\"quorum\""},
    {"broker.heartbeat_s", "10"},
    {"broker.confirm_window", "1000"},
    {"broker.roots", "[]"},
    {"broker.service.ai.request", "\"recipe_analysis_request\""},
    {"broker.service.ai.response", "\"\""},
    {"broker.service.ai.reply", "\"exclusive\""},
    {"broker.service.ai.timeout_s", "100"},
    {"broker.service.crawling.request", "\"crawling_request_queue\""},
    {"broker.service.crawling.response", "\"crawling_response_queue\""},
    {"broker.service.crawling.reply", "\"\""},
    {"broker.service.crawling.timeout_s", "100"},
    {"log.level", "\"info\""},
    {"log.format", "\"auto\""},
  };
  std::map<std::string, std::string> shown;
  for (const auto& each : loaded->keys) {
    shown[each.section + '.' + each.key] = each.value;
    EXPECT_EQ(each.origin, "default") << each.key;
  }
  EXPECT_EQ(shown, expected);
}

// -- precedence ---------------------------------------------------------------

TEST(config_loader, takes_flags_before_variables_before_the_file) {
  const auto loaded =
    load("node.toml",
         "[analyzer]\nworkers = 1\ntimeout_s = 2\n[log]\nlevel = \"error\"",
         {{"TROUPE_ANALYZER_WORKERS", "3"}, {"TROUPE_ANALYZER_TIMEOUT_S", "4"}},
         {{"analyzer.workers", "5", "--workers"}});
  ASSERT_TRUE(loaded) << loaded.failure().detail;
  EXPECT_EQ(loaded->config.analyzer.workers, 5);
  EXPECT_EQ(loaded->config.analyzer.timeout_s, 4);
  EXPECT_EQ(loaded->config.log.level, "error");
  EXPECT_EQ(key_of(*loaded, "analyzer", "workers").origin, "flag --workers");
  EXPECT_EQ(key_of(*loaded, "analyzer", "timeout_s").origin,
            "environment TROUPE_ANALYZER_TIMEOUT_S");
  EXPECT_EQ(key_of(*loaded, "log", "level").origin, "node.toml:5");
}

TEST(config_loader, splits_lists_of_variables_and_joins_repeated_flags) {
  const auto loaded =
    load("node.toml", "[library]\ninclude = [\"*.wav\"]",
         {{"TROUPE_LIBRARY_INCLUDE", "*.flac,*.mp3"},
          {"TROUPE_LIBRARY_EXCLUDE", ""}},
         {{"node.watch", "/a,b", "--watch"}, {"node.watch", "/c", "--watch"}});
  ASSERT_TRUE(loaded) << loaded.failure().detail;
  EXPECT_THAT(loaded->config.library.include, ElementsAre("*.flac", "*.mp3"));
  EXPECT_THAT(loaded->config.library.exclude, ElementsAre());
  EXPECT_THAT(loaded->config.node.watch, ElementsAre("/a,b", "/c"));
}

// -- variables in texts -------------------------------------------------------

TEST(config_loader, fills_variables_in_and_names_them) {
  const auto loaded =
    load_toml("[node]\nname = \"${HOST:-x}-${ROOM:-attic}\"",
              {{"HOST", "barn"}, {"RABBITMQ_URL", "amqp://u:secret@h/v"}});
  ASSERT_TRUE(loaded) << loaded.failure().detail;
  EXPECT_EQ(loaded->config.node.name, "barn-attic");
  EXPECT_EQ(key_of(*loaded, "node", "name").origin, "node.toml:2, with HOST");
  EXPECT_EQ(loaded->config.broker.url, "amqp://u:secret@h/v");
  EXPECT_EQ(key_of(*loaded, "broker", "url").value, "\"amqp://u:***@h/v\"");
  EXPECT_EQ(key_of(*loaded, "broker", "url").origin,
            "default, with RABBITMQ_URL");
}

TEST(config_loader, leaves_dollars_in_variables_and_flags_alone) {
  const auto loaded = load("node.toml", "", {{"TROUPE_NODE_NAME", "${HOME}"}});
  ASSERT_TRUE(loaded) << loaded.failure().detail;
  EXPECT_EQ(loaded->config.node.name, "${HOME}");
}

TEST(config_loader, names_a_variable_that_is_not_set) {
  EXPECT_EQ(failure_of(load_toml("\n[node]\nname = \"${NOBODY}\"")),
            "config: node.toml:3: [node] name = \"${NOBODY}\": the environment "
            "variable NOBODY is not set; set it, or write ${NOBODY:-default}");
}

// -- what is refused ----------------------------------------------------------

struct refusal_case {
  const char* text;
  const char* says;
};

TEST(config_loader, names_file_line_key_and_range) {
  const auto cases = std::to_array<refusal_case>({
    {"[analyzer]\n\nworkers = 5000",
     "node.toml:3: [analyzer] workers = 5000: must be a whole number from 0 to "
     "1024"},
    {"[analyzer]\nworkers = -1", "from 0 to 1024"},
    {"[analyzer]\nworkers = \"4\"", "workers = \"4\": must be a whole number"},
    {"[analyzer]\ntimeout_s = 0", "from 1 to 86400"},
    {"[analyzer]\ntimeout_s = 1.5", "a number with a fraction"},
    {"[analyzer]\ntimeout_s = nan", "a number with a fraction"},
    {"[analyzer]\ntimeout_s = inf", "a number with a fraction"},
    {"[analyzer]\nworkers = true", "a truth value"},
    {"[analyzer]\nworkers = 99999999999999999999", "not TOML"},
    {"[log]\nlevel = \"loud\"",
     R"(must be "debug" or "info" or "warning" or "error")"},
    {"[log]\nlevel = 3", "level = 3: must be"},
    {"[library]\ntext = [\"txt\"]", "extensions in lower case"},
    {"[library]\ntext = [\".TXT\"]", "extensions in lower case"},
    {"[library]\ninclude = \"*.wav\"", "a list of texts"},
    {"[library]\ninclude = [1]", "a list of texts"},
    {"[library]\nfile_bytes_max = -1", "a whole number from 0"},
    {"[node]\nlisten = \"here\"", "HOST:PORT"},
    {"[node]\nlisten = \"h:70000\"", "HOST:PORT"},
    {"[broker]\nurl = \"http://x\"", "amqp://"},
    {"[analyzer]\nworker = 1", "node.toml:2: [analyzer] worker: there is no "
                               "such key; did you mean \"workers\"?"},
    {"[analyzer]\ncolour = 1", "this section takes workers, timeout_s"},
    {"\n[analyser]", "node.toml:2: there is no section [analyser]; did you "
                     "mean [analyzer]?"},
    {"[kitchen]\nsink = 1", "no section [kitchen]"},
    {"workers = 1", "node.toml:1: workers: a key stands outside"},
    {"[analyzer.deep]\nworkers = 1", "no section [analyzer.deep]"},
    {"[broker.service.x]\nrequest = \"q\"", "needs either response"},
    {"[broker.service.x]\nreply = \"direct\"", "must name the queue"},
    {"[broker.service.ai]\nresponse = \"q\"\nreply = \"direct\"",
     "needs either response"},
    {"[broker.service.x]\nrequests = \"q\"", "did you mean \"request\"?"},
    {"[broker.service.x]\nreply = \"me\"",
     R"(must be "exclusive" or "direct" or "")"},
    {"[analyzer]\nworkers = 1\nworkers = 2", "node.toml:3"},
    {"[analyzer\n", "not TOML"},
    {"[node]\nname = \"${\"", "has no \"}\""},
    {"[node]\nname = \"${A B}\"", "is no name of a variable"},
  });
  for (const auto& [text, says] : cases)
    EXPECT_THAT(failure_of(load_toml(text)), HasSubstr(says)) << text;
}

TEST(config_loader, names_the_variable_or_flag_that_is_wrong) {
  EXPECT_EQ(failure_of(load_toml("", {{"TROUPE_EMBEDDER_WORKERS", "many"}})),
            "config: environment TROUPE_EMBEDDER_WORKERS: [embedder] workers = "
            "\"many\": must be a whole number from 1 to 1024");
  EXPECT_THAT(
    failure_of(load("x", "", {}, {{"analyzer.workers", "-1", "--workers"}})),
    HasSubstr("config: flag --workers: [analyzer] workers = -1"));
  EXPECT_THAT(failure_of(load("x", "", {}, {{"analyzer.x", "1", "--x"}})),
              HasSubstr("no such key"));
}

TEST(config_loader, never_shows_a_password_in_an_error) {
  const auto why =
    failure_of(load_toml("[broker]\nurl = \"amq://user:hunter2@host\""));
  EXPECT_THAT(why, HasSubstr("amq://user:***@host"));
  EXPECT_EQ(why.find("hunter2"), why.npos);
}

// -- services -----------------------------------------------------------------

TEST(config_loader, lets_the_other_way_of_replies_replace_the_built_in_one) {
  const auto loaded =
    load_toml("[broker.service.ai]\nresponse = \"q\"\n"
              "[broker.service.crawling]\nreply = \"direct\"\n");
  ASSERT_TRUE(loaded) << failure_of(loaded);
  const auto& services = loaded->config.broker.services;
  EXPECT_EQ(services[0].response, "q");
  EXPECT_EQ(services[0].reply, "");
  EXPECT_EQ(services[1].response, "");
  EXPECT_EQ(services[1].reply, "direct");
}

TEST(config_loader, takes_services_of_any_name_and_changes_known_ones) {
  const auto loaded = load_toml("[broker.service.zoo]\nrequest = \"${Q:-z}\"\n"
                                "reply = \"direct\"\n"
                                "[broker.service.ai]\ntimeout_s = 7\n");
  ASSERT_TRUE(loaded) << loaded.failure().detail;
  const auto& services = loaded->config.broker.services;
  ASSERT_EQ(services.size(), 3U);
  EXPECT_EQ(services[0].name, "ai");
  EXPECT_EQ(services[0].timeout_s, 7);
  EXPECT_EQ(services[0].request, "recipe_analysis_request");
  EXPECT_EQ(services[2].name, "zoo");
  EXPECT_EQ(services[2].request, "z");
  EXPECT_EQ(key_of(*loaded, "broker.service.zoo", "reply").origin,
            "node.toml:3");
}

// -- JSON ---------------------------------------------------------------------

TEST(config_loader, reads_json_with_its_two_older_names) {
  const auto loaded = load("node.json", R"({
    "analyzer": {"parallel_workers": 8,
                 "processing_timeout": 45.0},
    "library": {"text": [".txt", ".rst"], "include": []},
    "broker": {"service": {"x": {"request": "q", "response": "r"}}}
  })");
  ASSERT_TRUE(loaded) << loaded.failure().detail;
  EXPECT_EQ(loaded->config.analyzer.workers, 8);
  EXPECT_EQ(loaded->config.analyzer.timeout_s, 45);
  EXPECT_THAT(loaded->config.library.text, ElementsAre(".txt", ".rst"));
  EXPECT_EQ(loaded->config.broker.services.back().response, "r");
  EXPECT_EQ(key_of(*loaded, "analyzer", "workers").origin, "node.json:2");
  EXPECT_EQ(key_of(*loaded, "analyzer", "timeout_s").origin, "node.json:3");
}

TEST(config_loader, names_the_line_in_json_too) {
  const auto cases = std::to_array<refusal_case>({
    {"{\n\"analyzer\": {\n\"workers\":\n5000}}",
     "node.json:3: [analyzer] workers = 5000"},
    {"{\n\"analyzer\": {\"worker\": 1}}", R"(did you mean "workers"?)"},
    {R"({"analyser": {}})", "did you mean [analyzer]?"},
    {"{\"analyzer\": {\"workers\": 1,\n\"workers\": 2}}",
     "node.json:2: [analyzer] workers: the key is given twice"},
    {R"({"analyzer": {"workers": 1, "parallel_workers": 2}})", "given twice"},
    {R"({"analyzer": {"workers": null}})", "null"},
    {R"({"analyzer": {"workers": 18446744073709551615}})", "beyond 64 bits"},
    {R"({"library": {"text": [{"a": [1]}]}})", "a list of other things"},
    {R"({"library": {"text": [[".txt"]]}})", "a list of other things"},
    {R"({"analyzer": 5})", "a key stands outside"},
    {"{\n\"analyzer\": \n]", "node.json:3: not JSON"},
    {"", "not JSON"},
    {"[]", "the whole must be an object"},
    {"7", "the whole must be an object"},
  });
  for (const auto& [text, says] : cases)
    EXPECT_THAT(failure_of(load("node.json", text)), HasSubstr(says)) << text;
}

// -- the example --------------------------------------------------------------

std::string example_text() {
  std::ifstream in{TROUPE_SOURCE_DIR "/config/node.example.toml"};
  return {std::istreambuf_iterator<char>{in}, {}};
}

TEST(config_example, changes_nothing_as_it_is) {
  const auto loaded = load_toml(example_text());
  ASSERT_TRUE(loaded) << loaded.failure().detail;
  for (const auto& each : loaded->keys)
    EXPECT_EQ(each.origin, "default") << each.section << '.' << each.key;
}

TEST(config_example, shows_every_key_with_its_default) {
  const auto text = std::regex_replace(
    example_text(), std::regex{"(^|\\n)# ([a-z_]+ = )"}, "$1$2");
  const auto loaded = load_toml(text);
  ASSERT_TRUE(loaded) << loaded.failure().detail;
  const auto defaults = load_config({});
  ASSERT_EQ(loaded->keys.size(), defaults->keys.size());
  for (std::size_t i = 0; i < loaded->keys.size(); ++i) {
    const auto& each = loaded->keys[i];
    EXPECT_EQ(each.value, defaults->keys[i].value) << each.key;
    // A service shows either `response` or `reply`; the limit of time is
    // shown once.
    const bool shown = !each.section.starts_with("broker.service");
    EXPECT_TRUE(!shown || each.origin != "default")
      << each.section << '.' << each.key;
  }
}

} // namespace
} // namespace troupe
