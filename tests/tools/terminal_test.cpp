#include "tools/output/admin_text.hpp"
#include "tools/terminal/progress_line.hpp"
#include "tools/terminal/shown_text.hpp"
#include "tools/terminal/table.hpp"
#include "tools/terminal/units.hpp"

#include <gtest/gtest.h>

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

} // namespace

} // namespace troupe
