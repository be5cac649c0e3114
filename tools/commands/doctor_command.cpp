#include "tools/broker_adapters.hpp"
#include "tools/commands/command.hpp"
#include "tools/gate_adapters.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/terminal/shown_text.hpp"
#include "tools/terminal/terminal.hpp"
#include "tools/terminal/units.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

namespace troupe {

namespace {

namespace fs = std::filesystem;

/// Less free space than this next to the library is worth a warning.
constexpr std::uintmax_t free_bytes_min = 500'000'000;

/// Fewer folders than this may be watched: a warning.
constexpr std::int64_t watches_min = 8'192;

/// A server that has not answered by then stands still.
constexpr auto broker_answers_within = std::chrono::seconds{5};

enum class verdict : std::uint8_t { ok, warn, fail };

/// The next step when the broker does not let us in.
std::string advice_for(std::string_view state) {
  if (state == "auth_failed")
    return "mend user and password in broker.url";
  if (state == "vhost_missing")
    return "mend the vhost in broker.url, or: rabbitmqctl add_vhost";
  if (state == "tls_failed")
    return "name the server's authority by ?cacertfile= in broker.url";
  if (state == "blocked")
    return "free memory or disk at the server: rabbitmqctl status";
  return "is it started, and is broker.url its address?";
}

struct finding {
  verdict what = verdict::ok;
  std::string subject;
  std::string text;
  std::string next;
};

std::string_view word_of(verdict what) {
  if (what == verdict::ok)
    return "ok";
  return what == verdict::warn ? "warn" : "fail";
}

finding check_config(const command_context& context) {
  const auto config = effective_config(context.options);
  if (!config)
    return {verdict::fail, "config", config.failure().detail,
            "mend it; see what is allowed: troupe config show"};
  return {verdict::ok,
          "config",
          fmt::format("{} keys are valid", config->keys.size()),
          {}};
}

finding check_library(const command_context& context,
                      const std::string& library) {
  std::error_code ignored;
  if (!fs::exists(library, ignored))
    return {verdict::warn, "library", library + " does not exist yet",
            "make it by: troupe index PATH"};
  const auto open = open_for_reading(context);
  if (!open)
    return {verdict::fail, "library", open.failure().detail,
            "restore a backup, or name another by --library"};
  const auto status = open.value()->system().status();
  if (!status)
    return {verdict::fail, "library", status.failure().detail,
            "restore a backup, or name another by --library"};
  return {verdict::ok,
          "library",
          fmt::format("{}: schema {}, {}", library, status->schema,
                      format_bytes(status->file_bytes)),
          {}};
}

finding check_lock(const machine_findings& machine) {
  if (machine.lock_trouble.code != errc::none)
    return {verdict::fail, "lock", machine.lock_trouble.detail,
            "put the library on a local disk by --library"};
  if (!machine.holder.empty())
    return {verdict::ok, "lock", "held by " + machine.holder, {}};
  return {verdict::ok, "lock", "nobody writes", {}};
}

/// The folder that exists and that the library is, or would be made, in.
fs::path nearest_folder(const std::string& library) {
  std::error_code ignored;
  auto folder = fs::absolute(library, ignored).parent_path();
  while (!fs::exists(folder, ignored) && folder.has_relative_path())
    folder = folder.parent_path();
  return folder;
}

finding check_folder(const fs::path& folder) {
  if (access(folder.c_str(), W_OK) != 0)
    return {verdict::warn, "folder",
            folder.string() + " cannot be written: reading commands only",
            "change its permissions, or name another library by --library"};
  return {verdict::ok, "folder", folder.string() + " can be written", {}};
}

finding check_space(const fs::path& folder) {
  std::error_code why;
  const auto space = fs::space(folder, why);
  if (why)
    return {verdict::warn, "space", why.message(), "check the disk"};
  const auto text =
    format_bytes(static_cast<std::int64_t>(space.available)) + " free";
  if (space.available < free_bytes_min)
    return {verdict::warn, "space", text, "free some space on that disk"};
  return {verdict::ok, "space", text, {}};
}

finding check_watches() {
  std::ifstream limit{"/proc/sys/fs/inotify/max_user_watches"};
  std::int64_t watches = 0;
  if (!(limit >> watches))
    return {verdict::warn, "watch", "inotify's limit is unknown",
            "troupe node --watch may not work here"};
  const auto text = fmt::format("{} folders may be watched", watches);
  if (watches < watches_min)
    return {verdict::warn, "watch", text,
            "raise it: sysctl fs.inotify.max_user_watches=524288"};
  return {verdict::ok, "watch", text, {}};
}

/// How the server takes this configuration's log-in, asked on the spot.
finding check_broker(const command_context& context) {
  const auto config = effective_config(context.options);
  if (!config || config->config.broker.url.empty())
    return {verdict::ok, "broker", "none is configured", {}};
  const auto broker = open_command_broker(config->config);
  if (!broker)
    return {verdict::fail, "broker", broker.failure().detail,
            "mend [broker]; see: troupe config show"};
  const auto status = broker->line->settle(broker_answers_within);
  if (!status)
    return {verdict::fail, "broker", status.failure().detail, "try again"};
  if (status->state == "up")
    return {verdict::ok, "broker", status->server + " lets us in", {}};
  return {
    verdict::fail, "broker",
    fmt::format("{}: {} {}", status->server, status->state, status->detail),
    advice_for(status->state)};
}

/// What to do when a node elsewhere does not let us in.
std::string advice_for(errc code) {
  switch (code) {
  case errc::unreachable:
    return "is it started with --listen, and is the way to its port open?";
  case errc::not_authorised:
    return "ask for a certificate there: troupe certs issue NAME --role ROLE";
  case errc::not_found:
  case errc::invalid_argument:
    return "name node and certificate by --node HOST:PORT --cert FILE";
  case errc::permission_denied:
    return "let nobody else read the certificate: chmod 600 FILE";
  default:
    return "see the node's log, and there: troupe admin audit";
  }
}

finding check_certificate(const command_context& context) {
  const auto file = remote_certificate(context.options);
  const auto facts = read_certificate_file(file);
  if (!facts)
    return {verdict::fail, "cert", facts.failure().detail,
            advice_for(facts.failure().code)};
  return {
    verdict::ok,
    "cert",
    fmt::format("{}: {}, {}", file, facts->name, basp::to_string(facts->role)),
    {}};
}

/// The whole way to a node elsewhere, gone on the spot: connection, handshake,
/// greeting, first question.
finding check_node(const command_context& context, const std::string& node) {
  const auto begun = std::chrono::steady_clock::now();
  const auto open = open_for_writing(context, "doctor");
  if (!open)
    return {verdict::fail, "node", open.failure().detail,
            advice_for(open.failure().code)};
  const std::chrono::duration<double, std::milli> taken =
    std::chrono::steady_clock::now() - begun;
  return {verdict::ok,
          "node",
          fmt::format("{} lets us in, within {:.0f} ms", node, taken.count()),
          {}};
}

std::vector<finding> look(const command_context& context) {
  if (const auto node = remote_node(context.options); !node.empty())
    return {check_config(context), check_certificate(context),
            check_node(context, node)};
  const auto library = library_path(context.options);
  const auto machine = look_at_machine(library);
  const auto folder = nearest_folder(library);
  return {
    check_config(context),
    check_library(context, library),
    check_lock(machine),
    check_folder(folder),
    check_space(folder),
    {verdict::ok, "decoder", machine.decoder_version, {}},
    {verdict::ok,
     "cores",
     fmt::format("{} may be used", machine.usable_cores),
     {}},
    check_watches(),
    check_broker(context),
  };
}

void print_findings(const std::vector<finding>& findings) {
  const auto traits = look_at_terminal(STDOUT_FILENO);
  for (const auto& one : findings) {
    const auto colour = one.what == verdict::ok ? tone::good : tone::bad;
    fmt::print(
      "{} {:<8} {}\n",
      toned(fmt::format("{:<4}", word_of(one.what)), colour, traits.colour),
      one.subject, shown_text(one.text));
    if (!one.next.empty())
      fmt::print("     next: {}\n", one.next);
  }
}

int run_doctor(const command_context& context) {
  const auto findings = look(context);
  bool failed = false;
  json items = json::array();
  for (const auto& one : findings) {
    failed = failed || one.what == verdict::fail;
    items.push_back({{"verdict", word_of(one.what)},
                     {"subject", one.subject},
                     {"text", one.text},
                     {"next", one.next}});
  }
  if (context.options.json || context.options.jsonl)
    print_json({{"schema", 1}, {"items", items}, {"next", nullptr}});
  else
    print_findings(findings);
  return failed ? exit_code::failed : exit_code::ok;
}

} // namespace

void add_doctor_command(CLI::App& app, command_context& context) {
  auto* command = app.add_subcommand(
    "doctor", "Checks machine, library and node, and says how to mend them");
  command->footer("Example: troupe doctor");
  command->callback([&context] {
    context.chosen = [&context] {
      return run_doctor(context);
    };
  });
}

} // namespace troupe
