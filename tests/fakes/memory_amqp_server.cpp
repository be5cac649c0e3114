#include "tests/fakes/memory_amqp_server.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace troupe::fakes {

namespace {

template <class... Ts>
struct overloaded : Ts... {
  using Ts::operator()...;
};

} // namespace

/// One end of a connection in memory.
class memory_amqp_transport final : public amqp_transport {
public:
  explicit memory_amqp_transport(memory_amqp_server& server)
    : server_(&server) {}

  ~memory_amqp_transport() override {
    disconnect();
  }

  memory_amqp_transport(const memory_amqp_transport&) = delete;
  memory_amqp_transport& operator=(const memory_amqp_transport&) = delete;

  result<void> connect() override {
    disconnect();
    id_ = server_->accept();
    return {};
  }

  void disconnect() noexcept override {
    if (id_ != 0)
      server_->end(std::exchange(id_, 0));
  }

  [[nodiscard]] bool connected() const noexcept override {
    return id_ != 0;
  }

  [[nodiscard]] int descriptor() const noexcept override {
    return -1;
  }

  [[nodiscard]] bool wants_write() const noexcept override {
    return false;
  }

  void limit_frames(std::uint32_t) override {}

  result<void> send(std::uint16_t channel,
                    const amqp::client_order& order) override {
    if (id_ != 0)
      server_->take(id_, channel, order);
    return {};
  }

  [[nodiscard]] std::size_t buffered() const noexcept override {
    return 0;
  }

  void flush() override {}

  [[nodiscard]] bool has_more() const noexcept override {
    return false;
  }

  result<pump_report> pump(std::vector<amqp::server_frame>& received) override {
    auto& connection = server_->connections_.at(id_);
    if (connection.silent && --connection.rounds_left == 0) {
      ++server_->ended_;
      disconnect();
      return error{errc::unreachable, "lost"};
    }
    const auto count = connection.output.size();
    for (auto& frame : std::exchange(connection.output, {}))
      received.push_back(std::move(frame));
    return pump_report{count, 0};
  }

private:
  memory_amqp_server* server_;
  std::uint64_t id_ = 0;
};

std::unique_ptr<amqp_transport> memory_amqp_server::transport() {
  return std::make_unique<memory_amqp_transport>(*this);
}

std::size_t memory_amqp_server::messages() const {
  std::size_t count = 0;
  for (const auto& [name, each] : queues_)
    count += each.ready.size();
  for (const auto& [id, connection] : connections_)
    for (const auto& [number, channel] : connection.channels)
      count += channel.open.size();
  return count;
}

void memory_amqp_server::block(bool blocked) {
  for (auto& [id, each] : connections_)
    if (blocked)
      each.output.push_back({0, amqp::connection_blocked{"memory"}});
    else
      each.output.push_back({0, amqp::connection_unblocked{}});
}

std::uint64_t memory_amqp_server::accept() {
  connections_.emplace(++last_id_, served_connection{});
  return last_id_;
}

bool memory_amqp_server::loses(double chance) {
  return std::uniform_real_distribution<double>{0.0, 1.0}(random_) < chance;
}

void memory_amqp_server::take(std::uint64_t id, std::uint16_t number,
                              const amqp::client_order& order) {
  auto& from = connections_.at(id);
  const auto answer = [&](amqp::server_event event) {
    if (!from.silent)
      from.output.push_back({number, std::move(event)});
  };
  std::visit(
    overloaded{
      [&](const amqp::greet&) { answer(amqp::start_offered{"PLAIN"}); },
      [&](const amqp::log_in&) {
        answer(amqp::tune_offered{100, 131'072, 60});
      },
      [&](const amqp::open_connection&) { answer(amqp::connection_opened{}); },
      [&](const amqp::open_channel&) {
        from.channels[number] = {};
        answer(amqp::channel_opened{});
      },
      [&](const amqp::order_close&) { answer(amqp::close_confirmed{}); },
      [&](const amqp::select_confirms&) {
        from.channels[number].confirms = true;
        answer(amqp::confirms_selected{});
      },
      [&](const amqp::declare_queue& x) {
        queues_.try_emplace(x.queue);
        answer(amqp::queue_declared{x.queue, 0, 0});
      },
      [&](const amqp::declare_exchange&) { answer(amqp::exchange_declared{}); },
      [&](const amqp::bind_queue&) { answer(amqp::queue_bound{}); },
      [&](const amqp::set_prefetch& x) {
        from.channels[number].prefetch = x.count;
        answer(amqp::prefetch_set{});
      },
      [&](const amqp::start_consume& x) {
        answer(amqp::consume_started{x.consumer});
        // Direct reply-to is a queue like any other here.
        queues_[x.queue].consumers.push_back(
          {id, number, x.consumer, x.no_ack});
        deliver(x.queue);
      },
      [&](const amqp::publish_message& x) { publish(from, number, x); },
      [&](const amqp::acknowledge& x) {
        auto& open = from.channels[number].open;
        std::set<std::string> freed;
        for (auto at = x.multiple ? open.begin() : open.find(x.tag);
             at != open.end() && at->first <= x.tag; at = open.erase(at))
          freed.insert(at->second.queue);
        for (const auto& name : freed)
          deliver(name);
      },
      [](const auto&) {},
    },
    order);
}

void memory_amqp_server::publish(served_connection& from, std::uint16_t number,
                                 const amqp::publish_message& x) {
  // The server reads what a connection sent before it fell silent.
  auto& channel = from.channels[number];
  // What follows on a channel that was closed is not read.
  if (!channel.confirms)
    return;
  if (x.content->body.size() > body_bytes_max_) {
    from.output.push_back(
      {number, amqp::close_ordered{406, "PRECONDITION_FAILED"}});
    channel = {};
    return;
  }
  const auto tag = ++channel.published;
  ++published_;
  const auto found = queues_.find(x.routing_key);
  if (found != queues_.end()) {
    found->second.ready.push_back(x.content);
    deliver(x.routing_key);
  } else if (x.mandatory && !from.silent) {
    from.output.push_back(
      {number, amqp::message_returned{312, "NO_ROUTE", "", x.routing_key}});
    from.output.push_back(
      {number, amqp::content_header{0, x.content->properties}});
  }
  if (from.silent || loses(losses_.confirm_withheld))
    return;
  if (loses(losses_.silence))
    from.silent = true;
  else
    from.output.push_back({number, amqp::publish_settled{tag, false, true}});
}

/// The next consumer in turn that may have one more; null: none.
memory_amqp_server::consumer* memory_amqp_server::ready_consumer(queue& from) {
  for (std::size_t i = 0; i < from.consumers.size(); ++i) {
    auto& each = from.consumers[from.next_consumer++ % from.consumers.size()];
    const auto& channel =
      connections_.at(each.connection).channels[each.channel];
    if (each.no_ack || channel.prefetch == 0
        || channel.open.size() < channel.prefetch)
      return &each;
  }
  return nullptr;
}

void memory_amqp_server::deliver(const std::string& name) {
  auto& from = queues_[name];
  while (!from.ready.empty()) {
    const auto* const to = ready_consumer(from);
    if (to == nullptr)
      return;
    auto& connection = connections_.at(to->connection);
    auto& channel = connection.channels[to->channel];
    const auto content = from.ready.front();
    from.ready.pop_front();
    const auto tag = ++channel.delivered;
    if (!to->no_ack)
      channel.open[tag] = {name, content};
    if (loses(losses_.silence))
      connection.silent = true;
    if (connection.silent)
      continue;
    connection.output.push_back(
      {to->channel, amqp::message_delivered{to->tag, tag, false, "", name}});
    connection.output.push_back(
      {to->channel,
       amqp::content_header{content->body.size(), content->properties}});
    if (!content->body.empty())
      connection.output.push_back(
        {to->channel, amqp::content_body{content->body}});
  }
}

void memory_amqp_server::end(std::uint64_t id) {
  auto gone = connections_.extract(id);
  if (!gone)
    return;
  for (auto& [name, each] : queues_)
    std::erase_if(each.consumers,
                  [id](const consumer& x) { return x.connection == id; });
  std::set<std::string> queues;
  for (auto& [number, channel] : gone.mapped().channels)
    for (auto each = channel.open.rbegin(); each != channel.open.rend();
         ++each) {
      queues_[each->second.queue].ready.push_front(each->second.content);
      queues.insert(each->second.queue);
    }
  for (const auto& each : queues)
    deliver(each);
}

} // namespace troupe::fakes
