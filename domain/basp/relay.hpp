#pragma once

#include "domain/basp/stream_sieve.hpp"
#include "domain/ports/byte_stream.hpp"
#include "domain/result.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace troupe::basp {

/// Joins two connections, each direction through its sieve. Nothing is read
/// that the other side does not take: what waits is bounded by `unsent_max`,
/// 64 KiB and what the sieves hold.
///
/// Thread affinity: one thread.
class relay {
public:
  /// What one of two connections waits for.
  struct wish {
    int descriptor = -1;
    bool read = false;
    bool write = false;
  };

  /// Bytes that wait for one side before the other is read no more.
  static constexpr std::size_t unsent_max = std::size_t{1} << 18U;

  relay(std::unique_ptr<byte_stream> visitor,
        std::unique_ptr<stream_sieve> from_visitor,
        std::unique_ptr<byte_stream> node,
        std::unique_ptr<stream_sieve> from_node);

  [[nodiscard]] wish visitor_wish() const noexcept;
  [[nodiscard]] wish node_wish() const noexcept;

  /// Moves what is there. @returns why the visit is over: a sieve's error, or
  /// `errc::unreachable` when either side has gone and its last words are sent
  result<void> advance();

  /// Tells the visitor why it ends, if that can be told; sends what it takes.
  void say_last(const error& why);

  /// The side that ended it, after `advance` failed: a sieve refused what the
  /// visitor said.
  [[nodiscard]] bool visitor_was_refused() const noexcept;

  [[nodiscard]] byte_stream& visitor() noexcept;

  /// Bytes moved so far, both ways.
  [[nodiscard]] std::size_t moved() const noexcept;

private:
  result<void> move(byte_stream& from, stream_sieve& sieve, byte_stream& to,
                    bool& sieved);

  std::unique_ptr<byte_stream> visitor_;
  std::unique_ptr<stream_sieve> from_visitor_;
  std::unique_ptr<byte_stream> node_;
  std::unique_ptr<stream_sieve> from_node_;
  bool refused_ = false;
  std::size_t moved_ = 0;
};

} // namespace troupe::basp
