#pragma once

#include "actors/client/gate_line.hpp"
#include "actors/gate/gate_ports.hpp"
#include "config/node_config.hpp"
#include "domain/ports/certificate_authority.hpp"
#include "domain/ports/wall_clock.hpp"
#include "domain/result.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace troupe {

/// Where a node's authority and certificate lie: `gate` in the state folder.
[[nodiscard]] std::string gate_folder();

/// This user's authority, made when there is none yet (`authority.pem`, 0600).
/// @param now_s seconds UTC
/// @returns `errc::corrupt`, `errc::permission_denied`, … naming the file
[[nodiscard]] result<std::unique_ptr<certificate_authority>>
open_authority(std::int64_t now_s);

/// Makes the node's certificate anew (`node.pem`, 0600) in the place of the
/// old one. @returns its facts; errors naming the file
[[nodiscard]] result<certificate_facts>
renew_node_certificate(std::int64_t now_s);

/// Writes a file that only this user may read, whole or not at all. Before
/// other threads make files: it changes the process's umask for a moment.
[[nodiscard]] result<void> write_private(const std::string& file,
                                         const std::string& text, bool force);

/// What `certs show` says of a file. @returns errors naming it
[[nodiscard]] result<certificate_facts>
read_certificate_file(const std::string& file);

/// The port for other hosts, listening; none without `node.listen`. Makes
/// authority and certificate at the first time, and renews the latter when
/// less than a month of it is left.
/// @param clock borrowed, must outlive the ports
/// @returns naming address or file
[[nodiscard]] result<gate_ports> make_gate_ports(const node_config& config,
                                                 const wall_clock& clock);

/// Reaches the node at HOST:PORT, for `node_client_options::open_line`.
/// @returns those of `connect_openssl_tls`, and `errc::invalid_argument`
[[nodiscard]] result<gate_line>
open_gate_line(const std::string& node, const std::string& certificate,
               std::int64_t now_s, std::chrono::milliseconds longest);

} // namespace troupe
