#include "io/system_wall_clock.hpp"
#include "tools/commands/command.hpp"
#include "tools/gate_adapters.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/terminal/shown_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <memory>

namespace troupe {

namespace {

constexpr std::int64_t day_s = 86'400;
// Clocks differ between hosts.
constexpr std::int64_t clock_slack_s = 3'600;

struct certs_options {
  std::string name;
  std::string role;
  std::string file;
  std::int64_t days = 365;
  bool force = false;
};

std::int64_t now_s() {
  return io::open_system_wall_clock()->now_us() / 1'000'000;
}

std::string day_of(std::int64_t when_s) {
  return fmt::format("{:%F}", fmt::gmtime(static_cast<std::time_t>(when_s)));
}

json facts_json(const certificate_facts& facts, const std::string& file) {
  json found{{"schema", 1},
             {"name", facts.name},
             {"role", basp::to_string(facts.role)},
             {"not_before_s", facts.not_before_s},
             {"not_after_s", facts.not_after_s},
             {"serial", facts.serial},
             {"sha256", facts.fingerprint}};
  put_path(found, "path", file);
  return found;
}

void print_facts(const command_context& context, const certificate_facts& facts,
                 const std::string& file) {
  if (context.options.json || context.options.jsonl)
    return print_json(facts_json(facts, file));
  fmt::print("{}: {}, {}, valid until {}\nsha256 {}\n", shown_text(file),
             shown_text(facts.name), basp::to_string(facts.role),
             day_of(facts.not_after_s), facts.fingerprint);
}

int run_issue(const command_context& context, const certs_options& options) {
  const auto role = basp::parse_peer_role(options.role);
  auto authority = open_authority(now_s());
  if (!authority)
    return report_failure(authority.failure());
  const auto pem =
    authority.value()->issue({options.name, *role, now_s() - clock_slack_s,
                              now_s() + options.days * day_s});
  if (!pem)
    return report_failure(pem.failure());
  if (const auto written = write_private(options.file, *pem, options.force);
      !written)
    return report_failure(written.failure());
  const auto facts = read_certificate_file(options.file);
  if (!facts)
    return report_failure(facts.failure());
  print_facts(context, *facts, options.file);
  return exit_code::ok;
}

int run_show(const command_context& context, const certs_options& options) {
  const auto facts = read_certificate_file(options.file);
  if (!facts)
    return report_failure(facts.failure());
  print_facts(context, *facts, options.file);
  if (now_s() > facts->not_after_s)
    return report_failure(
      {errc::not_authorised,
       fmt::format("certs: {}: it is expired", options.file)},
      "make a new one: troupe certs issue");
  return exit_code::ok;
}

int run_renew(const command_context& context) {
  const auto facts = renew_node_certificate(now_s());
  if (!facts)
    return report_failure(facts.failure());
  print_facts(context, *facts, gate_folder() + "/node.pem");
  return exit_code::ok;
}

void add_issue(CLI::App& certs, command_context& context,
               const std::shared_ptr<certs_options>& options) {
  auto* issue =
    certs.add_subcommand("issue", "Makes a certificate for a person or a host");
  issue->add_option("NAME", options->name, "Whose it is")->required();
  issue->add_option("--role", options->role, "What it lets its holder do")
    ->check(CLI::IsMember({"viewer", "operator", "admin", "worker"}))
    ->required();
  issue->add_option("-o,--output", options->file, "Write it here")
    ->type_name("FILE")
    ->required();
  issue->add_option("--days", options->days, "How long it is valid")
    ->check(CLI::Range(std::int64_t{1}, std::int64_t{3'650}));
  issue->add_flag("--force", options->force, "Replace the file");
  issue->footer("Example: troupe certs issue anna --role viewer -o anna.pem");
  issue->callback([&context, options] {
    context.chosen = [&context, options] {
      return run_issue(context, *options);
    };
  });
}

} // namespace

void add_certs_command(CLI::App& app, command_context& context) {
  auto options = std::make_shared<certs_options>();
  auto* certs =
    app.add_subcommand("certs", "Makes and shows certificates for other hosts");
  certs->require_subcommand(1);
  certs->footer("Example: troupe certs issue anna --role viewer -o anna.pem");
  add_issue(*certs, context, options);
  auto* show = certs->add_subcommand("show", "Says what a certificate is");
  show->add_option("FILE", options->file, "A certificate")->required();
  show->footer("Example: troupe certs show anna.pem");
  show->callback([&context, options] {
    context.chosen = [&context, options] {
      return run_show(context, *options);
    };
  });
  auto* renew = certs->add_subcommand(
    "renew", "Makes the node's certificate anew; a node takes it at once");
  renew->footer("Example: troupe certs renew");
  renew->callback([&context] {
    context.chosen = [&context] {
      return run_renew(context);
    };
  });
}

} // namespace troupe
