#pragma once

#include "tests/e2e/child_process.hpp"
#include "tests/fakes/scratch_folder.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace troupe::testing {

/// A RabbitMQ server of a test program's own: its data, cookie, name server
/// and ports (all on loopback) are its own, so that several live side by side.
///
/// It ends with the test program, even with one that crashes.
///
/// Users: guest/guest may do all, worker/worker may configure nothing. Vhosts:
/// "v0" … "v47", empty, one for each test.
class rabbitmq_server {
public:
  /// False where Debian's rabbitmq-server is not installed.
  [[nodiscard]] static bool installed();

  /// The one server of this program, started when it is first asked for.
  static rabbitmq_server& shared();

  /// @param data on a RAM disk, where a sync costs nothing, or a real folder
  explicit rabbitmq_server(
    const std::filesystem::path& data = fakes::memory_disk());
  ~rabbitmq_server();

  rabbitmq_server(const rabbitmq_server&) = delete;
  rabbitmq_server& operator=(const rabbitmq_server&) = delete;

  /// Starts it, or starts it again with the data it has; waits until it
  /// answers. False: it does not, see `log`.
  bool start();

  /// In good order: waits for its end.
  void stop();

  /// By SIGKILL: waits for its end.
  void kill();

  /// It stands still, its connections open.
  void pause() const;
  void resume() const;

  /// Has the server write down which quorum queues it has.
  ///
  /// RabbitMQ 3.10.8 answers a declaration before it does so: its table of
  /// queues and their logs (names.dets of Ra 2.2.0) stays in memory for up to
  /// 3 s. A kill before that loses all that such a queue confirmed, and leaves
  /// it without a leader; any client sees it, python3-pika included.
  bool sync_queues() const;

  /// Runs `rabbitmqctl`; it takes a second or two.
  process_end control(const std::vector<std::string>& words) const;

  [[nodiscard]] int port() const noexcept {
    return ports_[0];
  }

  /// A vhost that no test of this program has used.
  std::string fresh_vhost();

  [[nodiscard]] std::string url(const std::string& vhost,
                                const std::string& user = "guest") const;

  /// The end of what the server logged.
  [[nodiscard]] std::string log() const;

private:
  void begin_guard();
  void write_files() const;
  [[nodiscard]] int beam() const;
  void wait_for_end(int pid);

  fakes::scratch_folder folder_;
  std::vector<int> ports_;
  std::map<std::string, std::string> environment_;
  std::unique_ptr<child_process> script_;
  int next_vhost_ = 0;
  /// The guard ends the server when this end of its pipe closes.
  int guard_ = -1;
};

} // namespace troupe::testing
