// What a visitor says, damaged, against splitter and filter: no crash, and
// nothing passes that the filter does not know.

#include "domain/basp/frame_filter.hpp"
#include "tests/domain/basp/frames.hpp"
#include "tests/fuzz/file_mutation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <random>
#include <string>

namespace troupe::fuzz {
namespace {

using namespace basp;
using namespace basp::fakes;

constexpr std::int64_t frames_of_a_run = 100'000;
constexpr std::int64_t frames_of_a_campaign = 1'000'000;

std::int64_t frames_wanted() {
  const auto* campaign = std::getenv("TROUPE_CAMPAIGN");
  return campaign != nullptr && std::string{campaign} == "full"
           ? frames_of_a_campaign
           : frames_of_a_run;
}

std::string honest_frame(std::mt19937_64& random) {
  const auto all = verbs();
  switch (random() % 6) {
  case 0:
    return handshake();
  case 1:
    return monitor(random() % 2 == 0 ? porter_id : administrator_id);
  case 2:
    return frame(operation::heartbeat, {});
  default:
    return request(all[random() % all.size()], "cert:anna");
  }
}

/// Is it, by the plainest reading, one of the frames that may pass?
bool is_known(std::string_view frame) {
  const auto header = parse_header(frame);
  if (header.padding != 0 || header.payload_bytes > payload_bytes_max
      || header.operation == 0 || header.operation == 3 || header.operation > 6)
    return false;
  const bool to_somebody = header.is(operation::direct_message)
                           || header.is(operation::monitor_message);
  return !to_somebody || header.dest_actor == porter_id
         || header.dest_actor == administrator_id || header.flags == 1;
}

TEST(basp_fuzz_test, lets_no_damaged_frame_harm_or_pass_unknown) {
  const auto wanted = frames_wanted();
  std::int64_t frames = 0;
  std::int64_t passed = 0;
  std::int64_t visits = 0;
  while (frames < wanted) {
    std::mt19937_64 random{static_cast<std::uint64_t>(++visits)};
    std::string stream = handshake();
    const auto said = 1 + random() % 8;
    for (std::uint64_t i = 0; i < said; ++i)
      stream += honest_frame(random);
    if (random() % 8 != 0)
      stream = mutate(std::move(stream), random());
    constexpr std::array roles = {peer_role::viewer, peer_role::operating,
                                  peer_role::admin, peer_role::worker};
    frame_filter filter{rules_for(roles.at(random() % roles.size()))};
    frame_splitter splitter{payload_bytes_max};
    bool open = true;
    while (open && !stream.empty()) {
      const auto cut = std::min<std::size_t>(stream.size(), 1 + random() % 300);
      splitter.add(std::string_view{stream}.substr(0, cut));
      stream.erase(0, cut);
      while (open) {
        const auto header = splitter.peek();
        if (!header)
          break;
        open = static_cast<bool>(filter.check_header(*header));
        const auto next =
          open ? splitter.take() : std::optional<std::string_view>{};
        if (!next || !*next)
          break;
        ++frames;
        const auto fate = filter.check(**next);
        open = static_cast<bool>(fate);
        passed += open ? 1 : 0;
        ASSERT_TRUE(!open || is_known(**next)) << "visit " << visits;
      }
      frames += open ? 0 : 1;
      ASSERT_LE(splitter.held(), payload_bytes_max + header_bytes);
    }
  }
  std::cout << frames << " frames of " << visits << " visitors, " << passed
            << " passed\n";
  EXPECT_GT(passed, frames / 10);
  EXPECT_LT(passed, frames);
}

} // namespace
} // namespace troupe::fuzz
