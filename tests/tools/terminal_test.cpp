#include "tools/output/admin_text.hpp"
#include "tools/output/status_text.hpp"
#include "tools/output/trace_file.hpp"
#include "tools/terminal/full_screen.hpp"
#include "tools/terminal/progress_line.hpp"
#include "tools/terminal/shown_text.hpp"
#include "tools/terminal/table.hpp"
#include "tools/terminal/units.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace troupe {

namespace {

TEST(shown_text, lets_no_file_name_move_the_cursor) {
  EXPECT_EQ(shown_text("a\x1b[2Jb\n"), "a\\x1b[2Jb\\x0a");
  EXPECT_EQ(shown_text("\xff"), "\\xff");
  EXPECT_EQ(shown_text("\xc2\x9b"), "\\xc2\\x9b");
  EXPECT_EQ(shown_text("café"), "café");
}

TEST(shown_text, is_cut_in_its_middle) {
  EXPECT_EQ(cut_middle("short", 10), "short");
  const auto cut = cut_middle("/a/very/long/folder/name/song.flac", 16);
  EXPECT_EQ(columns_of(cut), 16U);
  EXPECT_TRUE(cut.ends_with("song.flac"));
  EXPECT_TRUE(cut.starts_with("/a"));
}

TEST(units, read_as_people_write_them) {
  EXPECT_EQ(format_bytes(999), "999 B");
  EXPECT_EQ(format_bytes(1'234'567), "1.2 MB");
  EXPECT_EQ(format_bytes(999'999), "1.0 MB");
  EXPECT_EQ(format_duration(0.44), "0.4 s");
  EXPECT_EQ(format_duration(187.0), "3:07");
  EXPECT_EQ(format_duration(3'765.0), "1:02:45");
}

TEST(table, fits_the_terminal_by_its_elastic_column) {
  table rows{{{"ID"}, {"NAME", false, true}}};
  rows.add({"1", std::string(100, 'x')});
  terminal_traits traits;
  traits.is_terminal = true;
  traits.columns = 40;
  const auto text = rows.text(traits);
  EXPECT_LE(columns_of(text.substr(text.find('\n') + 1)), 41U);
}

progress_view view_of(std::int64_t done, std::int64_t total) {
  progress_view view;
  view.walk_over = true;
  view.done = done;
  view.total = total;
  return view;
}

TEST(progress, promises_no_end_before_three_percent) {
  progress_rates rates;
  rates.note(view_of(0, 100), 0);
  rates.note(view_of(2, 100), 1'000);
  EXPECT_FALSE(rates.eta_s(view_of(2, 100)));
  rates.note(view_of(4, 100), 2'000);
  // 4 of 100 in 2 s: 2 a second, 96 left.
  ASSERT_TRUE(rates.eta_s(view_of(4, 100)));
  EXPECT_NEAR(*rates.eta_s(view_of(4, 100)), 48.0, 1.0);
}

TEST(progress, fits_any_width) {
  auto view = view_of(50, 100);
  view.current = std::string(300, 'y');
  for (int columns = 1; columns < 200; ++columns)
    EXPECT_LT(columns_of(format_progress(view, {}, 0.5, columns)),
              static_cast<std::size_t>(std::max(columns, 2)));
}

// -- a whole screen -----------------------------------------------------------

TEST(page, is_cut_to_the_terminal) {
  EXPECT_EQ(page_bytes("ab\ncd\n", 80, 24),
            "\x1b[Hab\x1b[0m\x1b[K\r\ncd\x1b[0m\x1b[K\x1b[J");
  EXPECT_NE(page_bytes("abc\n", 2, 24).find("Hab\x1b"), std::string::npos);
  // Four lines on three rows: the last one tells of two.
  EXPECT_NE(
    page_bytes("a\nb\nc\nd\n", 80, 3).find("b\x1b[0m\x1b[K\r\n… 2 more"),
    std::string::npos);
  // A colour takes no column, and a wide character two.
  EXPECT_NE(page_bytes("\x1b[1mab\x1b[0mc", 3, 24).find("ab\x1b[0mc\x1b[0m"),
            std::string::npos);
  EXPECT_EQ(page_bytes("音楽", 3, 24).find("楽"), std::string::npos);
}

// -- moments ------------------------------------------------------------------

TEST(since, takes_ages_and_moments) {
  constexpr std::int64_t now_us = 2'000'000'000'000'000;
  // 2026-05-01 is day 20,574 since 1970-01-01.
  constexpr std::int64_t may_us = 20'574LL * 86'400 * 1'000'000;

  struct given {
    const char* word;
    std::int64_t us;
  };

  for (const auto& [word, us] : std::vector<given>{
         {"2h", now_us - 7'200'000'000},
         {"90", now_us - 90'000'000},
         {"2026-05-01", may_us},
         {"2026-05-01T08:30", may_us + 30'600'000'000},
         {"2026-05-01T08:30:15Z", may_us + 30'615'000'000},
         {"2026-05-01 08:30:15 UTC", may_us + 30'615'000'000}}) {
    const auto found = parse_since_us(word, now_us);
    ASSERT_TRUE(found) << word;
    EXPECT_EQ(*found, us) << word;
  }
  // What `audit` prints is taken back.
  EXPECT_EQ(parse_since_us(format_time(may_us), now_us).value(), may_us);
  for (const auto* word :
       {"", "soon", "2026-13-01", "2026-02-30", "2026-05-01T",
        "2026-05-01T25:00", "2026-05-01T08:30+02:00", "2026-05-01x"})
    EXPECT_EQ(parse_since_us(word, now_us).failure().code,
              errc::invalid_argument)
      << word;
}

// -- status -------------------------------------------------------------------

class status_page : public ::testing::Test {
protected:
  status_page() {
    status.coverage.push_back({media_kind::audio, 100, 40, 0, 0, 60, 0});
    queue_depth queue;
    queue.kind = job_kind::audio_analyze;
    queue.counts[static_cast<std::size_t>(job_state::ready)] = 58;
    queue.counts[static_cast<std::size_t>(job_state::running)] = 2;
    status.queues.push_back(queue);
    supervision_status live;
    live.paces.push_back({job_kind::audio_analyze, 2.0, 60.0, 800});
    live.pools.pools.push_back(
      {"analyzers", job_kind::audio_analyze, 2, 2, 0, {}, {{3, 1}, {5, 0}}});
    work_in_hand held;
    held.worker = "analyzer-0";
    held.path = "/music/song.flac";
    held.elapsed_ms = 1'500;
    held.usual_ms = 800;
    live.work.running.push_back(held);
    facts.library = "/library.db";
    facts.holder = "pid 7 (troupe node)";
    facts.now_us = 100'000'000;
    facts.started_us = 40'000'000;
    facts.live = live;
  }

  library_status status;
  status_facts facts;
};

TEST_F(status_page, tells_when_all_will_be_done) {
  // 60 left, two a second.
  const auto object = status_json(status, facts);
  EXPECT_EQ(object["coverage"][0]["eta_s"], 30.0);
  EXPECT_EQ(object["queues"][0]["eta_s"], 30.0);
  EXPECT_EQ(object["queues"][0]["jobs_per_s"], 2.0);
  EXPECT_EQ(object["queues"][0]["usual_s"], 0.8);
  EXPECT_EQ(object["node"]["up_s"], 60.0);
}

TEST_F(status_page, promises_nothing_of_what_is_paused_or_unknown) {
  auto paused = facts;
  paused.live->held.pauses.push_back(
    {{pause_scope::one_kind, job_kind::audio_analyze}, "uid:1", "disk", 1, 0});
  EXPECT_FALSE(status_json(status, paused)["coverage"][0].contains("eta_s"));
  EXPECT_EQ(status_json(status, paused)["pools"][0]["state"], "paused");
  facts.live->paces.clear();
  EXPECT_FALSE(status_json(status, facts)["coverage"][0].contains("eta_s"));
  facts.live.reset();
  EXPECT_FALSE(status_json(status, facts)["coverage"][0].contains("eta_s"));
}

TEST_F(status_page, shows_pools_and_what_they_do) {
  const auto object = status_json(status, facts);
  const auto& pool = object["pools"][0];
  EXPECT_EQ(pool["configured"], 2);
  EXPECT_EQ(pool["live"], 2);
  EXPECT_EQ(pool["state"], "works");
  EXPECT_EQ(pool["processed"], 9);
  EXPECT_EQ(pool["workers"][0]["failed"], 1);
  EXPECT_EQ(object["running"][0]["elapsed_s"], 1.5);
  EXPECT_EQ(object["running"][0]["usual_s"], 0.8);
  const auto text = status_text(status, facts, {});
  EXPECT_NE(text.find("2.0/s (60 x real time), 30 s to go"), std::string::npos)
    << text;
  EXPECT_NE(text.find("analyzer-0: 1.5 s of usually 0.8 s, /music/song.flac"),
            std::string::npos)
    << text;
}

TEST_F(status_page, fits_80_columns) {
  terminal_traits traits;
  traits.is_terminal = true;
  const auto text = status_text(status, facts, traits);
  for (std::size_t from = 0; from < text.size();) {
    const auto to = text.find('\n', from);
    EXPECT_LE(columns_of(text.substr(from, to - from)), 80U)
      << text.substr(from, to - from);
    from = to + 1;
  }
}

// -- trace --------------------------------------------------------------------

TEST(trace_file, has_a_row_for_the_job_and_for_each_actor) {
  job_details details;
  details.job.ulid = "01X";
  details.job.created_us = 1'000;
  attempt_row attempt;
  attempt.number = 1;
  attempt.claim = 1;
  attempt.worker = "analyzer-0";
  attempt.started_us = 1'500;
  attempt.ended_us = 2'500;
  details.attempts.push_back(attempt);
  trace_report report;
  report.messages.push_back({"troupe.supervisor#3", "troupe.analyzer#9", "work",
                             2, 1'400'000, 1'500'000, 1'700'000});
  const auto document = chrome_trace(details, report);
  std::map<std::string, int> rows;
  int arrows = 0;
  for (const auto& event : document["traceEvents"]) {
    if (event["ph"] == "M")
      rows[event["args"]["name"]] = event["tid"];
    arrows += event["ph"] == "s" || event["ph"] == "f" ? 1 : 0;
    if (event["name"] == "work" && event["ph"] == "X") {
      EXPECT_EQ(event["ts"], 500.0);
      EXPECT_EQ(event["dur"], 200.0);
      EXPECT_EQ(event["tid"], rows["troupe.analyzer#9"]);
      EXPECT_EQ(event["args"]["mailbox_depth"], 2);
      EXPECT_EQ(event["args"]["queued_us"], 100.0);
    }
  }
  EXPECT_EQ(rows.size(), 3U);
  EXPECT_EQ(arrows, 2);
  EXPECT_EQ(document["otherData"]["job"], "01X");
}

} // namespace

} // namespace troupe
