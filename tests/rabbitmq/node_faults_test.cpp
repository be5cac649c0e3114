// What can happen between a node and those who ask it over RabbitMQ: messages
// that come twice, that nobody can do, whose sender is gone; a node that ends
// in the middle. Each request is done once and answered, or a dead letter.

#include "tests/rabbitmq/job_asker.hpp"
#include "tests/rabbitmq/node_jobs.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <csignal>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace troupe::testing {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

TEST_F(node_jobs, that_come_twice_run_once_and_get_the_same_reply) {
  constexpr int requests = 60;
  const auto node = start_node();
  ASSERT_TRUE(consumes()) << node->seen().err;
  job_asker asker{url_};
  ASSERT_TRUE(asker.ready());
  std::mt19937 random{20'261'121};
  std::size_t sent = 0;
  for (int i = 0; i < requests; ++i) {
    const auto request = job_asker::text_request(fmt::format("id-{}", i),
                                                 fmt::format("song {}", i));
    // Three of ten come again at once, while the first is at work.
    for (unsigned again = random() % 10 < 3 ? 2 : 1; again > 0; --again, ++sent)
      asker.send(request);
  }
  ASSERT_TRUE(asker.until([&] { return asker.replies_count_ == sent; }));
  // And some long after it is done.
  for (int i = 0; i < 10; ++i, ++sent)
    asker.send(job_asker::text_request(fmt::format("id-{}", i),
                                       fmt::format("song {}", i)));
  ASSERT_TRUE(asker.until([&] { return asker.replies_count_ == sent; }));
  EXPECT_EQ(asker.replies_.size(), std::size_t{requests});
  for (const auto& [id, replies] : asker.replies_)
    for (const auto& reply : replies) {
      EXPECT_EQ(reply["status"], "ok") << reply;
      EXPECT_EQ(reply, replies.front());
    }
  EXPECT_EQ(processed(), requests);
  // The same id with another body is no request at all.
  asker.send(job_asker::text_request("id-0", "another song"));
  ASSERT_TRUE(asker.until([&] { return asker.replies_count_ == sent + 1; }));
  EXPECT_EQ(asker.replies_["for id-0"].back()["error"]["code"], "bad_request");
}

/// What no node can do, by the reason that it gives.
std::vector<std::pair<amqp::message, std::string>> poison() {
  const auto text = [](const char* body) {
    return job_asker::request("", "text.embed", body);
  };
  return {
    {text("not JSON"), "bad_request"},
    {text(""), "bad_request"},
    {text("[]"), "bad_request"},
    {text(R"({"input":{}})"), "bad_request"},
    {text(R"({"input":{"path":"relative.txt"}})"), "bad_request"},
    {text(R"({"input":{"inline_base64":"*"}})"), "bad_request"},
    {text(R"({"input":{"path":"/etc/hostname"}})"), "bad_request"},
    {job_asker::request(std::string(129, 'x'), "text.embed", "{}"),
     "too_large"},
  };
}

TEST_F(node_jobs, that_are_poison_are_answered_and_kept_as_dead_letters) {
  const auto node = start_node();
  ASSERT_TRUE(consumes()) << node->seen().err;
  job_asker asker{url_};
  ASSERT_TRUE(asker.ready());
  std::size_t sent = 0;
  for (auto& [message, code] : poison()) {
    message.properties.correlation_id = fmt::format("{}", sent++);
    asker.send(message);
  }
  // In the wrong queue.
  auto stray = job_asker::request("", "", R"({"input":{"path":"/x"}})");
  stray.properties.headers = {{"task", std::string{"no.such.task"}},
                              {"id", std::string{"c1"}}};
  stray.properties.correlation_id = fmt::format("{}", sent++);
  asker.send(stray);
  ASSERT_TRUE(asker.until([&] { return asker.replies_count_ == sent; }));
  for (std::size_t i = 0; i < poison().size(); ++i) {
    const auto& reply = asker.replies_[fmt::format("{}", i)].front();
    EXPECT_EQ(reply["status"], "error");
    EXPECT_EQ(reply["error"]["code"], poison()[i].second) << i << reply;
    EXPECT_FALSE(reply["error"]["message"].get<std::string>().empty());
  }
  EXPECT_EQ(asker.replies_[fmt::format("{}", sent - 1)].front()["status"],
            "FAILURE");
  EXPECT_EQ(dead_letters(), sent);
  EXPECT_EQ(status()["broker"]["state"], "up");
}

/// Without waiting for it, and without taking its status away.
bool has_ended(const child_process& process) {
  siginfo_t found{};
  return waitid(P_PID, static_cast<id_t>(process.pid()), &found,
                WEXITED | WNOHANG | WNOWAIT)
           == 0
         && found.si_pid != 0;
}

TEST_F(node_jobs, that_crash_the_node_end_as_dead_letters) {
  place_["ASAN_OPTIONS"] = "handle_segv=0:handle_abort=0:detect_leaks=0:"
                           "allow_user_segv_handler=1";
  const auto file = write_wav("crash.wav");
  job_asker asker{url_};
  auto node = start_node_with_doubles();
  ASSERT_TRUE(consumes()) << node->seen().err;
  ASSERT_TRUE(asker.ready());
  asker.send(job_asker::request(
    "deadly", "audio.analyze",
    json{{"input", {{"path", std::filesystem::canonical(file).string()}}}}
      .dump()));
  int deaths = 0;
  // More than it may cost, and bounded.
  for (int i = 0; i < 5 && asker.replies_count_ == 0; ++i) {
    ASSERT_TRUE(asker.until(
      [&] { return asker.replies_count_ > 0 || has_ended(*node); }));
    if (asker.replies_count_ > 0)
      break;
    EXPECT_EQ(node->end(1s).code, 128 + SIGSEGV);
    ++deaths;
    node = start_node_with_doubles();
  }
  ASSERT_TRUE(asker.until([&] { return asker.replies_count_ == 1; }));
  EXPECT_EQ(deaths, 2);
  EXPECT_EQ(asker.replies_["for deadly"].front()["status"], "error");
  EXPECT_EQ(dead_letters(), 1U);
}

TEST_F(node_jobs, whose_sender_is_gone_are_done_all_the_same) {
  const auto node = start_node();
  ASSERT_TRUE(consumes()) << node->seen().err;
  job_asker asker{url_};
  ASSERT_TRUE(asker.ready());
  auto orphan = job_asker::text_request("orphan", "a song for nobody");
  orphan.properties.reply_to = "no.such.queue";
  asker.send(orphan);
  // Its result is kept, for whoever asks next.
  asker.send(job_asker::text_request("orphan", "a song for nobody"));
  ASSERT_TRUE(asker.until([&] { return asker.replies_count_ == 1; }));
  EXPECT_EQ(asker.replies_["for orphan"].front()["status"], "ok");
  EXPECT_TRUE(node->wait_for("nobody waits for it", 60s));
  EXPECT_EQ(processed(), 1);
  // Neither is in the queue any more.
  EXPECT_TRUE(until([&] { return status()["broker"]["jobs_in_hand"] == 0; }));
}

TEST_F(node_jobs, nobody_waits_for_any_more_are_not_run) {
  const auto node = start_node();
  ASSERT_TRUE(consumes()) << node->seen().err;
  job_asker asker{url_};
  ASSERT_TRUE(asker.ready());
  auto late = job_asker::text_request("late", "a song too late");
  late.properties.headers = {{"x-deadline", std::int64_t{1}}};
  asker.send(late);
  ASSERT_TRUE(asker.until([&] { return asker.replies_count_ == 1; }));
  EXPECT_EQ(asker.replies_["for late"].front()["status"], "expired");
  EXPECT_EQ(processed(), 0);
}

TEST_F(node_jobs, in_hand_when_the_node_ends_are_done_by_the_next) {
  constexpr int requests = 24;
  job_asker asker{url_};
  auto node = start_node_with_doubles();
  ASSERT_TRUE(consumes()) << node->seen().err;
  ASSERT_TRUE(asker.ready());
  // 20 ms a block: it ends while some are at work and some wait.
  for (int i = 0; i < requests; ++i) {
    const auto file = write_wav(fmt::format("slow{}.wav", i));
    asker.send(job_asker::request(
      fmt::format("id-{}", i), "audio.analyze",
      json{{"input", {{"path", std::filesystem::canonical(file).string()}}}}
        .dump()));
  }
  std::size_t answered = 0;
  for (const int signal : {SIGTERM, SIGKILL}) {
    ASSERT_TRUE(asker.until([&] { return asker.replies_count_ > answered; }));
    node->signal(signal);
    EXPECT_EQ(node->end(60s).code, signal == SIGTERM ? 0 : 128 + SIGKILL);
    asker.until([] { return false; }, 200ms);
    answered = asker.replies_count_;
    EXPECT_LT(answered, std::size_t{requests});
    node = start_node_with_doubles();
  }
  ASSERT_TRUE(asker.until(
    [&] { return asker.replies_.size() == std::size_t{requests}; }));
  for (const auto& [id, replies] : asker.replies_)
    for (const auto& reply : replies) {
      EXPECT_EQ(reply["status"], "ok") << reply;
      EXPECT_EQ(reply, replies.front());
    }
  EXPECT_EQ(status()["library"]["results_accepted"], requests);
  EXPECT_EQ(dead_letters(), 0U);
}

TEST_F(node_jobs, of_a_celery_producer_are_answered_as_celery_expects) {
  if (run({"/usr/bin/python3", "-c", "import celery"}).code != 0)
    GTEST_SKIP() << "python3-celery is not installed";
  const auto node = start_node();
  ASSERT_TRUE(consumes()) << node->seen().err;
  const auto file = std::filesystem::canonical(write_wav("song.wav")).string();
  const auto end =
    run({"/usr/bin/python3", TROUPE_ROOT "/tools/examples/submit_celery.py",
         "audio.analyze", file},
        place_);
  EXPECT_EQ(end.code, 0) << end.err;
  const auto reply = json::parse(end.out, nullptr, false);
  ASSERT_TRUE(reply.contains("audio")) << end.out << end.err;
  EXPECT_EQ(reply["audio"]["duration_s"], 0.5);
  const auto failed =
    run({"/usr/bin/python3", TROUPE_ROOT "/tools/examples/submit_celery.py",
         "audio.analyze", "/etc/hostname"},
        place_);
  EXPECT_EQ(failed.code, 1);
  EXPECT_NE(failed.err.find("roots"), std::string::npos) << failed.err;
}

} // namespace

} // namespace troupe::testing
