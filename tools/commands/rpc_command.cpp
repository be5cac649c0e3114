#include "tools/broker_adapters.hpp"
#include "tools/commands/command.hpp"
#include "tools/output/admin_text.hpp"
#include "tools/output/entry_json.hpp"
#include "tools/output/exit_code.hpp"
#include "tools/terminal/shown_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <random>

namespace troupe {

namespace {

/// A confirm that is not there by then is not coming.
constexpr std::int64_t confirm_within_ms = 10'000;

struct rpc_options {
  std::string target;
  std::string body;
  std::string timeout;
  bool no_wait = false;
  bool ping = false;
};

/// 128 random bits; two commands must not share an id.
std::string random_id() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", device(), device(), device(),
                     device());
}

/// What stands between a person and the reply.
error explained(const error& why, broker_line& line) {
  if (why.code != errc::timeout)
    return why;
  const auto status = line.settle(std::chrono::milliseconds{0});
  if (!status || status->state == "up")
    return why;
  return {status->state == "auth_failed" ? errc::permission_denied
                                         : errc::unreachable,
          fmt::format("rpc: {}: {} {}", status->server, status->state,
                      status->detail)};
}

int run_publish(broker_line& line, const command_context& context,
                const std::string& queue, const rpc_options& wanted) {
  const auto id = random_id();
  auto content = std::make_shared<amqp::message>();
  content->properties.content_type = "application/json";
  content->properties.correlation_id = id;
  content->properties.message_id = id;
  content->properties.delivery_mode = 2;
  content->body = wanted.body;
  outgoing_message message;
  message.routing_key = queue;
  message.content = content;
  message.within_ms = confirm_within_ms;
  const auto begun = std::chrono::steady_clock::now();
  const auto receipt = line.publish(std::move(message));
  const std::chrono::duration<double, std::milli> took =
    std::chrono::steady_clock::now() - begun;
  if (!receipt)
    return report_failure(explained(receipt.failure(), line));
  if (receipt->outcome != amqp::publish_outcome::confirmed) {
    error why{errc::unreachable,
              fmt::format("rpc: no queue {} at the broker", queue)};
    if (receipt->outcome == amqp::publish_outcome::timed_out)
      why = explained({errc::timeout, "rpc: no confirm within 10 s"}, line);
    else if (receipt->outcome == amqp::publish_outcome::refused)
      why.detail = fmt::format("rpc: the broker refused it; queue {} may be "
                               "full",
                               queue);
    report_failure(why, "see what is wrong: troupe doctor");
    return exit_code::unreachable;
  }
  if (context.options.json || context.options.jsonl)
    print_json({{"schema", 1},
                {"correlation_id", id},
                {"queue", queue},
                {"confirmed_ms", took.count()}});
  else if (wanted.ping)
    fmt::print("{} confirmed in {:.2f} ms\n", shown_text(queue), took.count());
  else
    fmt::print("{}\n", id);
  return exit_code::ok;
}

int run_call(broker_line& line, const command_context& context,
             rpc_question question) {
  const auto answer = line.call(std::move(question));
  if (!answer) {
    const auto why = explained(answer.failure(), line);
    report_failure(why, "see what is wrong: troupe doctor");
    // A timeout may pass; a queue that does not exist is unreachable.
    if (why.code == errc::not_found)
      return exit_code::unreachable;
    return exit_code_of(why.code);
  }
  if (context.options.json || context.options.jsonl) {
    json object{{"schema", 1},
                {"correlation_id", answer->correlation_id},
                {"content_type", answer->content_type}};
    auto reply = json::parse(answer->body, nullptr, false);
    object["reply"] =
      reply.is_discarded() ? json(shown_text(answer->body)) : std::move(reply);
    print_json(object);
  } else {
    fmt::print("{}\n", answer->body);
  }
  return exit_code::ok;
}

int run_rpc(const command_context& context, const rpc_options& wanted) {
  const auto config = effective_config(context.options);
  if (!config)
    return report_failure(config.failure());
  auto question = question_for(config->config, wanted.target);
  question.body = wanted.body;
  if (!wanted.timeout.empty()) {
    const auto span = parse_span_ms(wanted.timeout);
    if (!span)
      return report_failure(span.failure());
    question.timeout_ms = *span;
  }
  const auto broker = open_command_broker(config->config);
  if (!broker)
    return report_failure(broker.failure());
  if (wanted.no_wait || wanted.ping)
    return run_publish(*broker->line, context,
                       request_queue_of(config->config, wanted.target), wanted);
  return run_call(*broker->line, context, std::move(question));
}

} // namespace

void add_rpc_command(CLI::App& app, command_context& context) {
  auto wanted = std::make_shared<rpc_options>();
  auto* command =
    app.add_subcommand("rpc", "Asks another service over RabbitMQ");
  command
    ->add_option("service", wanted->target,
                 "A [broker.service.NAME], or a queue")
    ->required()
    ->type_name("SERVICE|QUEUE");
  command->add_option("json", wanted->body, "The request")->type_name("JSON");
  command
    ->add_option("--timeout", wanted->timeout,
                 "Give up after this; the service's own by default")
    ->type_name("SPAN");
  command->add_flag("--no-wait", wanted->no_wait,
                    "Print the correlation id once the broker has the request");
  command->add_flag("--ping", wanted->ping,
                    "Measure how long the broker takes to confirm it");
  command->footer("Example: troupe rpc crawling '{\"url\": \"…\"}' "
                  "--timeout 30s");
  command->callback([&context, wanted] {
    context.chosen = [&context, wanted] {
      return run_rpc(context, *wanted);
    };
  });
}

} // namespace troupe
