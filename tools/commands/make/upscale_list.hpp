#pragma once

#include "domain/library/found_file.hpp"
#include "domain/ports/media_finder.hpp"
#include "domain/result.hpp"
#include "domain/upscale/upscale_order.hpp"

#include <string>
#include <vector>

namespace troupe {

/// What a user asks of `upscale`, as typed.
struct upscale_options {
  std::string input;
  /// Empty: beside the input.
  std::string output;
  double factor = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::string model;
  double denoise = 0;
  std::string format;
  int quality = upscale::usual_quality;
  std::string workers;
  bool force = false;
};

/// One picture of a run.
struct upscale_item {
  std::string input;
  std::string output;
  /// What is to be ordered; empty hash: nothing, see `state`.
  upscale::upscale_order order;
  content_hash hash{};
  std::int64_t bytes = 0;
  /// "waiting", "done", "failed", "skipped".
  std::string state = "waiting";
  std::string message;
  /// Public id of its job.
  std::string job;
};

/// The pictures that IN names: itself, or all in the folder, with where they
/// go. In a folder what has its result already is "skipped".
/// @returns `errc::not_found`; `errc::refused` when the one result exists;
/// `errc::unsupported` for one file that is no picture
[[nodiscard]] result<std::vector<upscale_item>>
list_pictures(const media_finder& finder, const upscale_options& options);

} // namespace troupe
