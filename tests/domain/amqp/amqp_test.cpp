// The small decisions about RabbitMQ, each by a table.

#include "domain/amqp/backoff.hpp"
#include "domain/amqp/call_table.hpp"
#include "domain/amqp/job_reply.hpp"
#include "domain/amqp/job_request.hpp"
#include "domain/amqp/publish_window.hpp"
#include "domain/amqp/server_address.hpp"
#include "domain/network/json_value.hpp"
#include "domain/text/base64.hpp"

#include <gtest/gtest.h>

namespace troupe::amqp {

namespace {

// -- backoff ------------------------------------------------------------------

TEST(backoff, doubles_up_to_its_bound_with_half_of_it_as_jitter) {
  backoff wait;
  const std::int64_t expected[] = {50'000,    100'000,   200'000,
                                   400'000,   800'000,   1'600'000,
                                   3'200'000, 5'000'000, 5'000'000};
  for (const auto step : expected)
    EXPECT_EQ(wait.fail(7, false, 1.0), 7 + step);
  EXPECT_EQ(wait.fail(0, false, 0.0), 2'500'000);
}

TEST(backoff, is_short_again_only_after_a_healthy_while) {
  backoff wait;
  for (int i = 0; i < 5; ++i)
    wait.fail(0, false, 1.0);
  wait.succeed(1'000'000);
  EXPECT_EQ(wait.fail(2'000'000, false, 1.0), 2'000'000 + 1'600'000);
  wait.succeed(3'000'000);
  EXPECT_EQ(wait.fail(33'000'000, false, 1.0), 33'000'000 + 50'000);
}

TEST(backoff, waits_longer_for_what_a_person_must_mend) {
  backoff wait;
  EXPECT_EQ(wait.fail(0, false, 1.0), 50'000);
  EXPECT_EQ(wait.fail(0, true, 1.0), 5'000'000);
  EXPECT_EQ(wait.fail(0, true, 1.0), 10'000'000);
  for (int i = 0; i < 5; ++i)
    wait.fail(0, true, 1.0);
  EXPECT_EQ(wait.fail(0, true, 1.0), 60'000'000);
}

// -- confirms -----------------------------------------------------------------

publication published(std::uint64_t token, std::int64_t deadline_us = 0) {
  auto content = std::make_shared<message>();
  content->properties.message_id = "m" + std::to_string(token);
  publication x;
  x.token = token;
  x.content = content;
  x.deadline_us = deadline_us;
  return x;
}

std::vector<std::uint64_t>
tokens_of(const std::vector<publish_window::verdict>& verdicts) {
  std::vector<std::uint64_t> tokens;
  for (const auto& each : verdicts)
    tokens.push_back(each.of.token);
  return tokens;
}

TEST(publish_window, settles_single_and_multiple_confirms_out_of_order) {
  publish_window window{10};
  for (std::uint64_t token = 11; token <= 16; ++token)
    window.add(published(token), 5);
  using tokens = std::vector<std::uint64_t>;
  EXPECT_EQ(tokens_of(window.settle({2, false, true})), (tokens{12}));
  EXPECT_EQ(tokens_of(window.settle({4, true, true})), (tokens{11, 13, 14}));
  EXPECT_EQ(tokens_of(window.settle({4, true, true})), tokens{});
  EXPECT_EQ(tokens_of(window.settle({99, false, true})), tokens{});
  EXPECT_EQ(tokens_of(window.settle({99, true, true})), (tokens{15, 16}));
  EXPECT_EQ(window.size(), 0U);
}

TEST(publish_window, knows_what_was_returned_or_refused_or_is_late) {
  publish_window window{10};
  window.add(published(1), 0);
  window.add(published(2, 50), 0);
  window.add(published(3), 0);
  EXPECT_TRUE(window.mark_returned("m1"));
  EXPECT_FALSE(window.mark_returned("m9"));
  EXPECT_EQ(window.next_deadline_us(), 50);
  EXPECT_TRUE(window.expire(49).empty());
  ASSERT_EQ(window.expire(50).size(), 1U);
  EXPECT_EQ(window.next_deadline_us(), 0);
  const auto settled = window.settle({3, true, false});
  ASSERT_EQ(settled.size(), 2U);
  EXPECT_TRUE(settled[0].returned);
  EXPECT_FALSE(settled[1].accepted);
}

TEST(publish_window, returns_the_older_of_two_with_one_id_first) {
  publish_window window{10};
  window.add(published(1), 0);
  window.add(published(1), 0);
  EXPECT_TRUE(window.mark_returned("m1"));
  const auto first = window.settle({1, false, true});
  ASSERT_EQ(first.size(), 1U);
  EXPECT_TRUE(first[0].returned);
  const auto second = window.settle({2, false, true});
  ASSERT_EQ(second.size(), 1U);
  EXPECT_FALSE(second[0].returned);
  EXPECT_FALSE(window.mark_returned("m1"));
}

TEST(publish_window, gives_back_in_order_and_numbers_anew) {
  publish_window window{2};
  window.add(published(1), 0);
  window.add(published(2), 0);
  EXPECT_TRUE(window.full());
  const auto left = window.take_back();
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[0].token, 1U);
  window.add(published(3), 0);
  EXPECT_EQ(tokens_of(window.settle({1, false, true})),
            (std::vector<std::uint64_t>{3}));
}

TEST(publish_window, begins_small_after_a_loss_and_doubles_each_round) {
  publish_window window{6};
  for (std::uint64_t token = 1; token <= 6; ++token)
    window.add(published(token), 0);
  EXPECT_TRUE(window.full());
  static_cast<void>(window.take_back());
  std::uint64_t sent = 0;
  for (const std::size_t room : {1U, 2U, 4U, 6U, 6U}) {
    while (!window.full())
      window.add(published(++sent), 0);
    EXPECT_EQ(window.size(), room);
    static_cast<void>(window.settle({sent, true, true}));
  }
  // Nothing was lost with this connection: the next is as good.
  static_cast<void>(window.take_back());
  for (int i = 0; i < 5; ++i)
    window.add(published(++sent), 0);
  EXPECT_FALSE(window.full());
}

TEST(publish_window, gives_back_nothing_that_was_forgotten) {
  publish_window window{10};
  for (std::uint64_t token = 1; token <= 3; ++token) {
    auto x = published(token);
    x.sequence = 10 + token;
    window.add(x, 0);
  }
  window.forget(12, "m2");
  window.forget(99, "m3");
  window.forget(11, "m9");
  const auto left = window.take_back();
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[0].token, 1U);
  EXPECT_EQ(left[1].token, 3U);
}

// -- calls --------------------------------------------------------------------

TEST(call_table, lets_each_call_leave_once) {
  call_table calls;
  calls.add({1, "a", "q", nullptr, 100});
  calls.add({2, "b", "q", nullptr, 200});
  calls.add({3, "c", "q", nullptr, 300});
  calls.confirm(1);
  EXPECT_EQ(calls.recall_confirmed().size(), 1U);
  EXPECT_TRUE(calls.recall_confirmed().empty());
  open_call out;
  EXPECT_TRUE(calls.answer("b", out));
  EXPECT_EQ(out.token, 2U);
  EXPECT_FALSE(calls.answer("b", out));
  EXPECT_EQ(calls.expire(100).size(), 1U);
  EXPECT_FALSE(calls.answer("a", out));
  EXPECT_TRUE(calls.take(3, out));
  EXPECT_FALSE(calls.take(3, out));
  EXPECT_EQ(calls.size(), 0U);
  EXPECT_EQ(calls.late_replies(), 2U);
  EXPECT_EQ(calls.next_deadline_us(), 0);
}

// -- addresses ----------------------------------------------------------------

TEST(server_address, reads_each_part) {
  const auto x = parse_server_address(
    "amqps://us%40er:p%3Ass@[::1]:99/a%2Fb?cacertfile=%2Fca.pem&certfile=c");
  ASSERT_TRUE(x) << x.failure().detail;
  EXPECT_TRUE(x->tls);
  EXPECT_EQ(x->user, "us@er");
  EXPECT_EQ(x->password, "p:ss");
  EXPECT_EQ(x->host, "::1");
  EXPECT_EQ(x->port, 99);
  EXPECT_EQ(x->vhost, "a/b");
  EXPECT_EQ(x->ca_file, "/ca.pem");
  EXPECT_EQ(x->certificate_file, "c");
  EXPECT_EQ(describe(*x), "amqps://us@er@::1:99/a/b");
}

TEST(server_address, fills_in_what_is_left_out) {
  const auto plain = parse_server_address("amqp://host");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->port, 5672);
  EXPECT_EQ(plain->user, "guest");
  EXPECT_EQ(plain->vhost, "/");
  const auto secret = parse_server_address("amqps://u@host/");
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->port, 5671);
  EXPECT_EQ(secret->password, "");
  EXPECT_EQ(secret->vhost, "/");
  EXPECT_EQ(parse_server_address("amqp://h/%2F")->vhost, "/");
}

TEST(server_address, refuses_without_giving_the_password_away) {
  for (const auto* bad :
       {"http://host", "amqp://u:secret@host:0", "amqp://u:secret@host:9999999",
        "amqp://u:secret%4@host", "amqp://u:secret@host/%zz",
        "amqp://u:secret@host/v?verify=none", "amqp://u:secret@[::1]x"}) {
    const auto x = parse_server_address(bad);
    ASSERT_FALSE(x) << bad;
    EXPECT_EQ(x.failure().code, errc::bad_configuration);
    EXPECT_EQ(x.failure().detail.find("secret"), std::string::npos);
  }
}

// -- base64 -------------------------------------------------------------------

TEST(base64, goes_there_and_back) {
  // RFC 4648, section 10.
  const std::pair<const char*, const char*> vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
  EXPECT_EQ(from_base64("Zm9v\r\nYmFy\n"), "foobar");
  for (const auto* bad : {"Z", "Zg=", "Zg===", "Zh==", "Z=g=", "Zm9v!"})
    EXPECT_FALSE(from_base64(bad)) << bad;
}

// -- requests -----------------------------------------------------------------

message request_with(std::string body) {
  message x;
  x.properties.type = "audio.analyze";
  x.properties.message_id = "id1";
  x.properties.correlation_id = "c1";
  x.properties.reply_to = "answers";
  x.properties.content_type = "application/json";
  x.body = std::move(body);
  return x;
}

TEST(job_request, reads_paths_inline_media_and_bodies) {
  const auto by_path = read_job_request(
    request_with(R"({"input":{"path":"/m/a.wav"},"params":{}})"),
    "jobs.audio.analyze");
  ASSERT_TRUE(by_path) << by_path.failure().detail;
  EXPECT_EQ(by_path->path, "/m/a.wav");
  EXPECT_EQ(by_path->id, "id1");
  EXPECT_EQ(by_path->reply_to, "answers");
  const auto with_media =
    read_job_request(request_with(R"({"input":{"inline_base64":"Zm9v"}})"),
                     "jobs.audio.analyze");
  ASSERT_TRUE(with_media);
  EXPECT_EQ(with_media->bytes, "foo");
  auto raw = request_with("RIFF");
  raw.properties.content_type = "audio/wav";
  raw.properties.headers = {{"x-deadline", std::int64_t{5}}};
  raw.properties.type.clear();
  const auto by_body = read_job_request(raw, "jobs.audio.analyze");
  ASSERT_TRUE(by_body);
  EXPECT_EQ(by_body->bytes, "RIFF");
  EXPECT_EQ(by_body->deadline_ms, 5);
}

TEST(job_request, reads_what_celery_sends) {
  auto x = request_with(R"([[],{"path":"/m/a.wav"},{"callbacks":null}])");
  x.properties.type.clear();
  x.properties.message_id.clear();
  x.properties.headers = {{"task", std::string{"audio.analyze"}},
                          {"id", std::string{"task-1"}}};
  const auto read = read_job_request(x, "jobs.audio.analyze");
  ASSERT_TRUE(read) << read.failure().detail;
  EXPECT_TRUE(read->celery);
  EXPECT_EQ(read->id, "task-1");
  EXPECT_EQ(read->path, "/m/a.wav");
}

TEST(job_request, refuses_what_it_cannot_do) {
  const std::pair<const char*, errc> bad[] = {
    {"{", errc::invalid_argument},
    {"{}", errc::invalid_argument},
    {R"({"input":{}})", errc::invalid_argument},
    {R"({"input":{"path":"a.wav"}})", errc::invalid_argument},
    {R"({"input":{"inline_base64":"!"}})", errc::invalid_argument},
  };
  for (const auto& [body, code] : bad) {
    const auto read =
      read_job_request(request_with(body), "jobs.audio.analyze");
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.failure().code, code) << body;
  }
  const auto good = R"({"input":{"path":"/a"}})";
  EXPECT_EQ(
    read_job_request(request_with(good), "jobs.image.embed").failure().code,
    errc::unsupported);
  auto other = request_with(good);
  other.properties.type = "make.coffee";
  EXPECT_EQ(read_job_request(other, "jobs.audio.analyze").failure().code,
            errc::unsupported);
  auto params = request_with(good);
  params.properties.headers = {{"x-params", std::string{"{"}}};
  EXPECT_FALSE(read_job_request(params, "jobs.audio.analyze"));
  auto id = request_with(good);
  id.properties.message_id = std::string(129, 'x');
  EXPECT_EQ(read_job_request(id, "jobs.audio.analyze").failure().code,
            errc::too_large);
}

// -- replies ------------------------------------------------------------------

TEST(job_reply, is_json_whatever_is_in_it) {
  const reply_address to{"id \"1\"\xFF", "audio.analyze", "c", "q", false};
  job_reply reply;
  reply.result = R"({"a":1})";
  auto text = reply_text(reply, to);
  auto read = network::json_value::read(text);
  ASSERT_TRUE(read) << text;
  EXPECT_EQ(read->find("status")->text(), "ok");
  EXPECT_TRUE(read->find("dedup")->is_true());
  text = reply_text(failure_reply({errc::not_found, "no \"file\"\n"}), {});
  read = network::json_value::read(text);
  ASSERT_TRUE(read) << text;
  EXPECT_EQ(read->find("error")->find("code")->text(), "not_found");
  EXPECT_EQ(read->find("error")->find("message")->text(), "no \"file\"\n");
  EXPECT_FALSE(read->find("dedup")->is_true());
  auto celery = to;
  celery.celery = true;
  read = network::json_value::read(reply_text(reply, celery));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->find("status")->text(), "SUCCESS");
}

TEST(job_event, is_a_cloud_event) {
  job_event event;
  event.node = "n1";
  event.id = "e1";
  event.job = "J";
  event.kind = "audio.analyze";
  event.at_us = 1'714'564'800'123'456;
  EXPECT_EQ(event_key(event), "audio.analyze.ok");
  const auto sent = event_message(event);
  EXPECT_EQ(sent->properties.content_type, "application/cloudevents+json");
  const auto read = network::json_value::read(sent->body);
  ASSERT_TRUE(read) << sent->body;
  EXPECT_EQ(read->find("specversion")->text(), "1.0");
  EXPECT_EQ(read->find("type")->text(), "job.completed");
  EXPECT_EQ(read->find("source")->text(), "/node/n1");
  // date -u -d @1714564800
  EXPECT_EQ(read->find("time")->text(), "2024-05-01T12:00:00.123Z");
}

} // namespace

} // namespace troupe::amqp
