#pragma once

#include "actors/administrator.hpp"
#include "actors/caf_error.hpp"
#include "actors/reader.hpp"
#include "tests/actors/supervisor_fixture.hpp"

#include <caf/actor_cast.hpp>

#include <optional>
#include <string>
#include <vector>

namespace troupe::testing {

/// SUPERVISOR, LIBRARIAN and READER over a library in memory, and an
/// ADMINISTRATOR that asks them.
class admin_fixture : public supervisor_fixture {
protected:
  static constexpr const char* anna = "uid:1000";

  ~admin_fixture() override {
    stop_admin();
  }

  /// Starts all; `front` may stand between ADMINISTRATOR and SUPERVISOR.
  void start_admin(std::optional<supervisor_actor> front = std::nullopt) {
    if (!supervisor)
      start();
    reader = spawn_reader(
      system,
      [this] {
        return io::open_sqlite_library_reader(library_name, recipes());
      },
      placement::pooled);
    host = caf::actor_cast<caf::actor>(self);
    administrator_tunables quick;
    quick.retention = {7 * day_us, 90 * day_us};
    quick.holder = "pid 7 (troupe node)";
    quick.random = [this] {
      return ++random_number;
    };
    admin = spawn_administrator(
      system, quick, {front.value_or(supervisor), librarian, reader, host},
      clock);
    run();
  }

  void stop_admin() {
    caf::anon_send_exit(admin, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(reader, caf::exit_reason::user_shutdown);
    run();
    admin = administrator_actor{};
    reader = reader_actor{};
  }

  /// Asks the ADMINISTRATOR; its own errors keep their code.
  template <class T, class... Ts>
  result<T> order(Ts&&... xs) {
    std::optional<result<T>> answer;
    auto pending = self->request(admin, caf::infinite, std::forward<Ts>(xs)...);
    run();
    pending.receive([&](T& x) { answer = std::move(x); },
                    [&](caf::error& why) { answer = from_caf(why); });
    return std::move(*answer);
  }

  audit_row last_audit() {
    const auto rows =
      order<audit_rows>(audit_atom_v, audit_request{anna, 0, 1});
    EXPECT_TRUE(rows);
    return rows && !rows->rows.empty() ? rows->rows.front() : audit_row{};
  }

  static constexpr std::int64_t day_us = 86'400'000'000;

  reader_actor reader;
  administrator_actor admin;
  caf::actor host;
  std::uint64_t random_number = 0;
};

} // namespace troupe::testing
