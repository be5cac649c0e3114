// What CAF writes for each request is what the GATE's filter knows.

#include "actors/actor_settings.hpp"
#include "actors/messages/administrator.hpp"
#include "actors/messages/porter.hpp"
#include "tests/domain/basp/frames.hpp"

#include <caf/actor_system.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/detail/type_list.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace troupe {

namespace {

using namespace basp;
using namespace basp::fakes;

constexpr auto us = "cert:anna";

class gate_frames : public ::testing::Test {
protected:
  /// A request as CAF's proxies send it.
  template <class... Ts>
  std::string request_frame(door where, Ts... xs) {
    std::vector<char> bytes;
    caf::binary_serializer write{system_, bytes};
    std::vector<caf::strong_actor_ptr> nobody;
    auto content = caf::make_message(std::move(xs)...);
    EXPECT_FALSE(write(nobody, content));
    return frame(
      operation::direct_message, {bytes.begin(), bytes.end()}, client_id,
      where == door::porter ? porter_id : administrator_id, request_id);
  }

  /// The request as it is written passes, for an admin.
  template <class... Ts>
  void expect_known(door where, Ts... xs) {
    auto rules = rules_for(peer_role::admin);
    frame_filter filter{rules};
    ASSERT_TRUE(filter.check(handshake()));
    const auto fate = filter.check(request_frame(where, std::move(xs)...));
    ASSERT_TRUE(fate) << fate.failure().detail;
    ASSERT_NE(filter.last_verb(), nullptr);
    seen_.push_back(filter.last_verb());
  }

  template <class Request>
  static Request in_our_name() {
    Request x;
    x.asker = us;
    return x;
  }

  std::vector<const verb*> seen_;
  actor_settings settings_{1, remoting::off};
  caf::actor_system system_{settings_};
};

TEST_F(gate_frames, of_every_request_are_known) {
  const auto porter = door::porter;
  const auto desk = door::administrator;
  const std::string name = us;
  expect_known(porter, hello_atom_v, client_hello{});
  expect_known(porter, desk_atom_v);
  expect_known(porter, leave_atom_v);
  expect_known(porter, progress_atom_v);
  expect_known(porter, status_atom_v);
  expect_known(porter, idle_atom_v);
  expect_known(porter, find_atom_v, find_request{});
  expect_known(porter, text_atom_v, text_entry{}, std::string{"token"});
  expect_known(porter, order_atom_v, job_order{}, std::string{});
  forget_request forgotten;
  forgotten.note.actor = us;
  expect_known(porter, forget_atom_v, forgotten);
  expect_known(desk, status_atom_v, name);
  expect_known(desk, workers_atom_v, name);
  expect_known(desk, check_atom_v, name);
  expect_known(desk, shutdown_atom_v, name);
  expect_known(desk, convicts_atom_v, in_our_name<quarantine_query>());
  expect_known(desk, why_atom_v, in_our_name<why_request>());
  expect_known(desk, audit_atom_v, in_our_name<audit_request>());
  expect_known(desk, trace_atom_v, in_our_name<trace_request>());
  expect_known(desk, pause_atom_v, in_our_name<pause_request>());
  expect_known(desk, resume_atom_v, in_our_name<resume_request>());
  expect_known(desk, retry_atom_v, in_our_name<job_change_request>());
  expect_known(desk, cancel_atom_v, in_our_name<job_change_request>());
  expect_known(desk, drain_atom_v, in_our_name<drain_request>());
  expect_known(desk, scale_atom_v, in_our_name<scale_request>());
  expect_known(desk, import_atom_v, in_our_name<import_begin_request>());
  expect_known(desk, extend_atom_v, in_our_name<import_change_request>());
  expect_known(desk, finish_atom_v, in_our_name<import_change_request>());
  expect_known(desk, release_atom_v, in_our_name<release_request>());
  expect_known(desk, cover_atom_v, in_our_name<reconcile_request>());
  expect_known(desk, backup_atom_v, in_our_name<backup_request>());
  expect_known(desk, prune_atom_v, in_our_name<prune_request>());
  // Each verb once, and none without a request above.
  std::sort(seen_.begin(), seen_.end());
  EXPECT_EQ(std::unique(seen_.begin(), seen_.end()), seen_.end());
  EXPECT_EQ(seen_.size(), verbs().size());
}

TEST_F(gate_frames, know_each_signature_of_the_doors_or_leave_it_out) {
  // Left out: `retag` and `near`, which only make sense on the node's own host
  // (whoever asks what is near reads the library's file as well), and the
  // PORTER's news to itself.
  constexpr std::size_t left_out = 3;
  constexpr auto signatures =
    caf::detail::tl_size<porter_actor::signatures>::value
    + caf::detail::tl_size<administrator_actor::signatures>::value;
  EXPECT_EQ(verbs().size() + left_out, signatures);
  retag_request retag;
  retag.note.actor = us;
  frame_filter filter{rules_for(peer_role::admin)};
  ASSERT_TRUE(filter.check(handshake()));
  EXPECT_FALSE(filter.check(request_frame(door::porter, retag_atom_v, retag)));
  EXPECT_FALSE(
    filter.check(request_frame(door::porter, near_atom_v, near_query{})));
  EXPECT_FALSE(filter.check(request_frame(door::porter, news_atom_v)));
}

TEST_F(gate_frames, of_an_exit_message_are_refused_as_caf_writes_it) {
  frame_filter filter{rules_for(peer_role::admin)};
  ASSERT_TRUE(filter.check(handshake()));
  EXPECT_FALSE(filter.check(request_frame(
    door::porter, caf::exit_msg{nullptr, caf::exit_reason::kill})));
}

} // namespace

} // namespace troupe
