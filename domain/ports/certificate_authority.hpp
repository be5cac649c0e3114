#pragma once

#include "domain/basp/peer_role.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <string>

namespace troupe {

/// What to certify.
struct certificate_order {
  /// 1 to 64 characters of [A-Za-z0-9._-].
  std::string name;
  basp::peer_role role = basp::peer_role::viewer;
  /// Seconds UTC.
  std::int64_t not_before_s = 0;
  std::int64_t not_after_s = 0;
};

/// What a certificate says.
struct certificate_facts {
  std::string name;
  basp::peer_role role = basp::peer_role::viewer;
  /// Seconds UTC.
  std::int64_t not_before_s = 0;
  std::int64_t not_after_s = 0;
  /// Hexadecimal.
  std::string serial;
  /// SHA-256 of the certificate, hexadecimal.
  std::string fingerprint;
};

/// A node's own authority: a key, and a certificate of its own making.
///
/// Thread affinity: one thread. It touches no file.
class certificate_authority {
public:
  virtual ~certificate_authority() = default;

  /// Makes a key and certifies it. @returns a PEM text of key, certificate and
  /// authority; `errc::invalid_argument` for the name
  virtual result<std::string> issue(const certificate_order& order) = 0;

  /// What to keep it by: a PEM text of key and certificate.
  [[nodiscard]] virtual std::string pem() const = 0;

  /// SHA-256 of its certificate, hexadecimal.
  [[nodiscard]] virtual std::string fingerprint() const = 0;
};

} // namespace troupe
