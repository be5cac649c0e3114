#include "io/spdlog_log_sink.hpp"

#include "domain/text/log_line.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <mutex>
#include <string>
#include <utility>

namespace troupe::io {

namespace {

spdlog::level::level_enum to_spdlog(log_level level) noexcept {
  switch (level) {
  case log_level::debug:
    return spdlog::level::debug;
  case log_level::info:
    return spdlog::level::info;
  case log_level::warning:
    return spdlog::level::warn;
  case log_level::error:
    return spdlog::level::err;
  }
  return spdlog::level::err;
}

/// Writes lines to a descriptor, unbuffered. spdlog holds its mutex around
/// every call.
class descriptor_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
  explicit descriptor_sink(int number) : number_(number) {}

protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    std::string line{message.payload.data(), message.payload.size()};
    line += '\n';
    for (std::size_t done = 0; done < line.size();) {
      const auto bytes =
        ::write(number_, line.data() + done, line.size() - done);
      if (bytes < 0 && errno == EINTR)
        continue;
      // A log that cannot be written must not stop the work.
      if (bytes <= 0)
        return;
      done += static_cast<std::size_t>(bytes);
    }
  }

  void flush_() override {}

private:
  int number_;
};

/// Thread-safe; blocks while a slow reader keeps the pipe full. Nothing is
/// buffered, so a crash loses nothing that `write` returned from.
class spdlog_log_sink final : public log_sink {
public:
  spdlog_log_sink(const log_sink_options& options, bool json,
                  std::shared_ptr<const wall_clock> clock)
    : logger_("troupe", std::make_shared<descriptor_sink>(options.descriptor)),
      json_(json), clock_(std::move(clock)) {
    logger_.set_level(to_spdlog(options.level));
    logger_.flush_on(spdlog::level::err);
  }

  void write(log_level level, std::string_view component,
             std::string_view text) noexcept override {
    try {
      if (!logger_.should_log(to_spdlog(level)))
        return;
      const auto now_us = clock_->now_us();
      const auto line = json_ ? format_log_json(now_us, level, component, text)
                              : format_log_text(now_us, level, component, text);
      logger_.log(to_spdlog(level), spdlog::string_view_t{line});
    } catch (const std::exception&) {
      // No memory for a log line: the work matters more.
      return;
    }
  }

private:
  spdlog::logger logger_;
  bool json_;
  std::shared_ptr<const wall_clock> clock_;
};

} // namespace

result<std::unique_ptr<log_sink>>
open_spdlog_log_sink(const log_sink_options& options,
                     std::shared_ptr<const wall_clock> clock) {
  if (!clock)
    return error{errc::invalid_argument, "log: no clock was given"};
  const bool json = options.format == log_format::json
                    || (options.format == log_format::automatic
                        && ::isatty(options.descriptor) == 0);
  return std::unique_ptr<log_sink>{
    std::make_unique<spdlog_log_sink>(options, json, std::move(clock))};
}

} // namespace troupe::io
