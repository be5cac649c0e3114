#pragma once

#include "config/node_config.hpp"
#include "domain/result.hpp"
#include "tools/assemble.hpp"

#include <memory>
#include <string>

namespace troupe {

/// Reaches the node that holds the library: a system whose actors run there.
///
/// A node that has taken the library but not opened its door yet is waited
/// for, three seconds at most.
/// @returns `errc::locked` naming the holder when it is no node, or one that is
/// starting or stopping; `errc::unreachable`, `errc::refused` as in
/// `connect_to_node`
[[nodiscard]] result<std::unique_ptr<assembly>>
reach_node(const assembly_request& request, const node_config& config,
           const error& locked);

/// Reaches a node on another host, through its GATE.
/// @param node HOST:PORT. @param certificate PEM file
/// @returns `errc::unreachable`, `errc::not_authorised`, … as in
/// `open_gate_line` and `connect_to_node`
[[nodiscard]] result<std::unique_ptr<assembly>>
reach_node_elsewhere(const assembly_request& request, const node_config& config,
                     const std::string& node, const std::string& certificate);

/// Where the door of the node on this library is: a file in
/// `$XDG_RUNTIME_DIR/troupe`, else in `troupe` below the state folder, named
/// after the library.
/// @param library its real path
[[nodiscard]] std::string door_path(const std::string& library);

} // namespace troupe
