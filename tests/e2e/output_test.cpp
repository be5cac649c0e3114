#include "tests/e2e/troupe_scene.hpp"

#include <algorithm>
#include <sstream>

namespace troupe::testing {

namespace {

using nlohmann::json;

class output : public troupe_scene {};

TEST_F(output, jsonl_is_one_entry_a_line_with_schema_and_path) {
  write_wav("one.wav");
  write_wav("two.wav");
  ASSERT_EQ(run(troupe({"index", media_.string()})).code, 0);
  for (const auto* command : {"list", "export"}) {
    std::istringstream lines{run(troupe({command, "--jsonl"})).out};
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
      const auto entry = json::parse(line);
      EXPECT_EQ(entry["schema"], 1);
      EXPECT_TRUE(entry.contains("path"));
    }
    EXPECT_EQ(count, 2) << command;
  }
}

TEST_F(output, csv_has_a_header_and_as_many_fields_in_each_line) {
  write_wav("one.wav");
  ASSERT_EQ(run(troupe({"index", media_.string()})).code, 0);
  std::istringstream lines{run(troupe({"export", "--format", "csv"})).out};
  std::string header;
  std::string line;
  ASSERT_TRUE(std::getline(lines, header));
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_TRUE(header.starts_with("id,kind,state,path,"));
  // RFC 4180 ends lines by CR LF; no field of this file needs quotes.
  EXPECT_TRUE(header.ends_with('\r'));
  EXPECT_EQ(std::count(line.begin(), line.end(), ','),
            std::count(header.begin(), header.end(), ','));
}

TEST_F(output, status_has_the_blocks_of_the_contract) {
  write_wav("one.wav");
  ASSERT_EQ(run(troupe({"index", media_.string()})).code, 0);
  const auto status = json::parse(run(troupe({"admin", "status", "--json"}),
                                      {{"TROUPE_ANALYZER_WORKERS", "3"}})
                                    .out);
  for (const auto* block : {"node", "coverage", "queues", "pools", "broker",
                            "remote_workers", "imports"})
    EXPECT_TRUE(status.contains(block)) << block;
  EXPECT_EQ(status["pools"][0]["configured"], 3);
  EXPECT_EQ(status["pools"][0]["live"], 0);
  EXPECT_EQ(status["broker"]["state"], "off");
  EXPECT_EQ(status["queues"][0]["done"], 1);
  EXPECT_EQ(status["queues"][0]["oldest_ready_s"], 0.0);
  EXPECT_EQ(status["coverage"][0]["share"], 1.0);
  EXPECT_EQ(status["coverage"][0]["eta_s"], 0.0);
}

TEST_F(output, quarantine_list_is_empty_on_a_sound_library) {
  write_wav("one.wav");
  ASSERT_EQ(run(troupe({"index", media_.string()})).code, 0);
  const auto end = run(troupe({"admin", "quarantine", "list", "--json"}));
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_TRUE(json::parse(end.out)["items"].empty());
}

} // namespace

} // namespace troupe::testing
