#include "tools/output/trace_file.hpp"

#include "domain/text/utf8.hpp"

#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>

namespace troupe {

namespace {

constexpr int process = 1;
/// The row of the job itself.
constexpr int job_row_number = 0;

class trace_writer {
public:
  explicit trace_writer(const job_details& details)
    : details_(&details), origin_us_(details.job.created_us) {
    name_row(job_row_number, "the job");
  }

  void add_attempts() {
    auto waits_from_us = details_->job.created_us;
    for (const auto& x : details_->attempts) {
      if (x.started_us > waits_from_us)
        add_slice(job_row_number, "waits", since(waits_from_us),
                  static_cast<double>(x.started_us - waits_from_us),
                  json::object());
      add_slice(job_row_number,
                fmt::format("attempt {}: {}", x.number, to_string(x.outcome)),
                since(x.started_us),
                static_cast<double>(x.ended_us - x.started_us),
                {{"worker", x.worker},
                 {"claim", x.claim},
                 {"class", to_string(x.why)},
                 {"stage", to_utf8(x.stage)},
                 {"message", to_utf8(x.message)}});
      waits_from_us = x.ended_us;
    }
  }

  void add(const traced_message& x) {
    const auto queued_us = static_cast<double>(x.begun_ns - x.sent_ns) / 1e3;
    const auto run_us = static_cast<double>(x.ended_ns - x.begun_ns) / 1e3;
    const auto to = row_of(x.receiver);
    add_slice(to, x.what, since_ns(x.begun_ns), run_us,
              {{"sender", x.sender.empty() ? "nobody" : x.sender},
               {"receiver", x.receiver},
               {"mailbox_depth", x.depth},
               {"queued_us", queued_us},
               {"run_us", run_us}});
    if (x.sender.empty())
      return;
    // An arrow begins where it was sent and ends at the slice it leads to.
    const auto number = ++arrows_;
    events_.push_back(arrow("s", number, row_of(x.sender), x.sent_ns));
    auto end = arrow("f", number, to, x.begun_ns);
    end["bp"] = "e";
    events_.push_back(std::move(end));
  }

  json document(bool lost) && {
    const auto& job = details_->job;
    json other{{"schema", 1},
               {"job", job.ulid},
               {"kind", to_string(job.kind)},
               {"state", to_string(job.state)},
               {"messages_lost", lost}};
    put_path(other, "path", job.path);
    return {{"traceEvents", std::move(events_)},
            {"displayTimeUnit", "ms"},
            {"otherData", std::move(other)}};
  }

private:
  [[nodiscard]] double since(std::int64_t at_us) const {
    return static_cast<double>(at_us - origin_us_);
  }

  [[nodiscard]] double since_ns(std::int64_t at_ns) const {
    return static_cast<double>(at_ns - origin_us_ * 1'000) / 1e3;
  }

  int row_of(const std::string& actor) {
    const auto [found, fresh] =
      rows_.emplace(actor, static_cast<int>(rows_.size()) + 1);
    if (fresh)
      name_row(found->second, actor);
    return found->second;
  }

  void name_row(int row, const std::string& name) {
    events_.push_back({{"ph", "M"},
                       {"name", "thread_name"},
                       {"pid", process},
                       {"tid", row},
                       {"args", {{"name", name}}}});
  }

  void add_slice(int row, const std::string& name, double at_us,
                 double lasts_us, json facts) {
    events_.push_back({{"ph", "X"},
                       {"name", name},
                       {"cat", row == job_row_number ? "job" : "message"},
                       {"ts", at_us},
                       {"dur", lasts_us},
                       {"pid", process},
                       {"tid", row},
                       {"args", std::move(facts)}});
  }

  [[nodiscard]] json arrow(const char* phase, int number, int row,
                           std::int64_t at_ns) const {
    return {{"ph", phase},          {"name", "message"}, {"cat", "message"},
            {"id", number},         {"pid", process},    {"tid", row},
            {"ts", since_ns(at_ns)}};
  }

  const job_details* details_;
  std::int64_t origin_us_;
  json events_ = json::array();
  std::map<std::string, int> rows_;
  int arrows_ = 0;
};

} // namespace

json chrome_trace(const job_details& details, const trace_report& report) {
  trace_writer writer{details};
  writer.add_attempts();
  for (const auto& message : report.messages)
    writer.add(message);
  return std::move(writer).document(report.lost);
}

} // namespace troupe
