#include "tests/actors/admin_fixture.hpp"

#include <caf/event_based_actor.hpp>

#include <deque>
#include <random>

namespace troupe::testing {
namespace {

/// ADMINISTRATOR, SUPERVISOR and LIBRARIAN with bad connections between them:
/// messages get lost, come twice, or come late.
class lossy_admin_test : public admin_fixture {
protected:
  /// From now on each message gets lost with this probability; as many more
  /// come twice, or half a minute late.
  void lose(double rate, std::uint64_t seed) {
    random.seed(seed);
    rate_ = rate;
    relay = [this](const caf::message&) {
      if (throw_dice() >= rate_)
        return relay_mode::pass;
      return throw_dice() < 0.5 ? relay_mode::lose_request
                                : relay_mode::lose_reply;
    };
  }

  void start_lossy() {
    start();
    start_admin(caf::actor_cast<supervisor_actor>(spawn_front()));
  }

  /// Asks until it is answered; the number of tries.
  template <class T, class... Ts>
  int insist(const Ts&... xs) {
    constexpr int tries_max = 60;
    for (int tried = 1; tried <= tries_max; ++tried) {
      auto pending = self->request(admin, caf::infinite, xs...);
      // Three tries of 40 s are the ADMINISTRATOR's own patience.
      advance(130s);
      bool done = false;
      pending.receive([&](const T&) { done = true; },
                      [&](const caf::error& why) {
                        EXPECT_EQ(from_caf(why).code, errc::timeout)
                          << from_caf(why).detail;
                      });
      if (done)
        return tried;
    }
    ADD_FAILURE() << "no answer";
    return tries_max + 1;
  }

  /// Steers a queue of work through pauses, sizes and an import, and expects
  /// that everybody agrees in the end.
  void steer(double rate, std::uint64_t seed) {
    start_lossy();
    lose(rate, seed);
    const pause_target audio{pause_scope::one_kind, job_kind::audio_analyze};
    insist<hold_outcome>(pause_atom_v, pause_request{anna, audio, "why", 0});
    insist<hold_outcome>(pause_atom_v, pause_request{"ben", audio, "why", 0});
    insist<scale_report>(scale_atom_v, scale_request{anna, "analyzers", 1});
    insist<hold_outcome>(resume_atom_v, resume_request{"ben", audio, {}});
    rate_ = 0.0;
    advance(130s);
    const auto status = order<node_status>(status_atom_v, std::string{anna});
    ASSERT_TRUE(status);
    // What the SUPERVISOR follows is what the library says.
    EXPECT_EQ(status->supervision.held, status->library.held);
    ASSERT_EQ(status->library.held.pauses.size(), 1U);
    EXPECT_EQ(status->library.held.pauses[0].owner, anna);
    EXPECT_EQ(status->supervision.pools.pools.at(0).slots, 1);
    record(2);
    EXPECT_TRUE(jobs.empty());
    EXPECT_EQ(
      order<hold_outcome>(resume_atom_v, resume_request{anna, audio, {}})
        ->affected,
      1);
    run();
    EXPECT_EQ(jobs.size(), 1U);
  }

private:
  double throw_dice() {
    return std::uniform_real_distribution<double>{0.0, 1.0}(random);
  }

  /// Stands before the SUPERVISOR and treats its messages badly.
  caf::actor spawn_front() {
    return system.spawn([this](caf::event_based_actor* me) -> caf::behavior {
      me->set_default_handler(
        [this](caf::scheduled_actor* relay_host,
               caf::message_view& view) -> caf::result<caf::message> {
          auto* front = static_cast<caf::event_based_actor*>(relay_host);
          const auto target = caf::actor_cast<caf::actor>(supervisor);
          auto content = view.move_content_to_message();
          if (throw_dice() < rate_) {
            auto promise = front->make_response_promise();
            if (throw_dice() < 0.5) {
              // Not delayed_anon_send: CAF 0.17 names the sender all the same.
              late.push_back(std::move(content));
              front->delayed_send(front, 30s, tidy_atom_v);
            }
            return caf::delegated<caf::message>{};
          }
          if (throw_dice() < rate_)
            caf::anon_send(target, content);
          return front->delegate(target, std::move(content));
        });
      return {[this](tidy_atom) {
        caf::anon_send(caf::actor_cast<caf::actor>(supervisor), late.front());
        late.pop_front();
      }};
    });
  }

  /// Messages that come half a minute late.
  std::deque<caf::message> late;
  std::mt19937_64 random;
  double rate_ = 0.0;
};

TEST_F(lossy_admin_test, agrees_in_the_end_at_a_third_lost) {
  steer(0.33, 11);
}

TEST_F(lossy_admin_test, agrees_in_the_end_at_two_thirds_lost) {
  steer(0.66, 12);
}

TEST_F(lossy_admin_test, finishes_every_job_once_while_people_steer) {
  constexpr int files = 12;
  // People are insisted with for minutes while the workers wait for us.
  limits.time_limit_ms = 86'400'000;
  start_lossy();
  record(files);
  lose(0.33, 13);
  const pause_target every{pause_scope::every_kind, {}};
  std::size_t answered = 0;
  const auto answer_all = [&] {
    while (answered < jobs.size())
      finish(answered++);
  };
  for (int turn = 0; turn < 3; ++turn) {
    insist<hold_outcome>(pause_atom_v, pause_request{anna, every, {}, 0});
    answer_all();
    insist<hold_outcome>(resume_atom_v, resume_request{anna, every, {}});
    answer_all();
  }
  // As in lossy_schedule_test: 12 files and as many claims of 3 rounds each
  // where a third is lost, three times that.
  for (int round = 0; round < 108 && results_accepted() < files; ++round) {
    advance(10s);
    answer_all();
  }
  EXPECT_EQ(results_accepted(), files);
  EXPECT_EQ(progress().failed, 0);
}

} // namespace
} // namespace troupe::testing
