#include "domain/upscale/enlargement.hpp"

#include "domain/upscale/written_row.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace troupe::upscale {

namespace {

/// More makes no tile faster.
constexpr std::size_t bands_bytes_max = std::size_t{24} << 20U;

} // namespace

// -- tiles --------------------------------------------------------------------

tile_pixels tile_maker::make(const tile_task& task) {
  const auto view = task.picture->view();
  const auto factor = task.factor();
  const auto pixel = task.picture->format.pixel_bytes();
  const auto row = task.part.width * factor * pixel;
  tile_pixels made(row * task.part.height * factor);
  if (task.weights == nullptr) {
    for (std::size_t y = 0; y < task.part.height; ++y)
      std::memcpy(made.data() + y * row,
                  view.row(task.part.y + y) + task.part.x * pixel, row);
    return made;
  }
  if (weights_ != task.weights) {
    weights_ = task.weights;
    scratch_.emplace(weights_);
  }
  scratch_->upscale(view, task.part, {task.denoise},
                    {made.data(), task.part.width * factor,
                     task.part.height * factor, view.channels, view.sample_bits,
                     row});
  return made;
}

// -- the beginning ------------------------------------------------------------

result<std::unique_ptr<enlargement>>
enlargement::begin(const enlargement_ports& ports, const upscale_order& order,
                   std::shared_ptr<const source_picture> picture,
                   weights_ptr weights, const scale_plan& plan,
                   std::size_t scratch_max) {
  std::unique_ptr<enlargement> made{
    new enlargement{std::move(picture), std::move(weights), plan,
                    static_cast<float>(order.denoise)}};
  if (auto done = made->cut(scratch_max); !done)
    return done.failure();
  if (auto done = made->open(ports, order); !done)
    return done.failure();
  for (std::size_t i = 0; i < bands_kept; ++i)
    made->open_band(i);
  return made;
}

std::size_t enlargement::enlarged_row_bytes() const noexcept {
  return plan_.enlarged.width * picture_->format.pixel_bytes();
}

result<void> enlargement::cut(std::size_t scratch_max) {
  std::size_t taken = 0;
  if (weights_ != nullptr)
    taken += network::upscale_scratch::bytes_for(*weights_);
  if (plan_.resamples())
    taken +=
      light_resampler::bytes_for(plan_.enlarged, plan_.to, picture_->format);
  const auto rows = plan_.network_factor * enlarged_row_bytes();
  if (taken + bands_kept * rows > scratch_max)
    return error{
      errc::too_large,
      fmt::format("it takes {} MiB of scratch memory, more than [upscaler] "
                  "scratch_mib_max = {}; raise it, or take a smaller model",
                  ((taken + bands_kept * rows) >> 20U) + 1,
                  scratch_max >> 20U)};
  auto grid = cut_tiles(plan_, enlarged_row_bytes(),
                        std::min(scratch_max - taken,
                                 std::max(bands_bytes_max, bands_kept * rows)));
  if (!grid)
    return grid.failure();
  grid_ = *grid;
  return {};
}

result<void> enlargement::open(const enlargement_ports& ports,
                               const upscale_order& order) {
  encode_plan plan;
  plan.format = order.format;
  plan.size = plan_.to;
  plan.with_alpha = picture_->has_alpha && order.format != image_format::jpeg;
  plan.quality = order.quality;
  plan.icc = picture_->icc;
  plan.exif = picture_->exif;
  if (order.format == image_format::png)
    plan.sample_bits = static_cast<int>(picture_->format.sample_bits);
  else if (picture_->format.sample_bits == 16)
    notes_.push_back(fmt::format("{} has 8 bits: the rest of 16 is left out",
                                 to_string(order.format)));
  flattens_ =
    order.format == image_format::jpeg && picture_->format.channels % 2 == 0;
  if (flattens_)
    notes_.emplace_back("jpeg has no alpha: laid on white");
  written_ = {4, static_cast<std::size_t>(plan.sample_bits)};
  out_row_.resize(plan_.to.width * written_.pixel_bytes());
  auto file = ports.files->begin(order.output, order.force);
  if (!file)
    return file.failure();
  file_ = std::move(*file);
  auto writer = ports.encoder->begin(
    plan, [file = file_.get()](std::span<const std::uint8_t> bytes) {
      return file->write(
        {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    });
  if (!writer)
    return writer.failure();
  writer_ = std::move(*writer);
  if (plan_.resamples())
    resampler_.emplace(plan_.enlarged, plan_.to, picture_->format,
                       [this](std::span<const std::byte> row) {
                         if (resampled_)
                           resampled_ = write_row(row);
                       });
  return {};
}

// -- tiles out, tiles in ------------------------------------------------------

void enlargement::open_band(std::size_t index) {
  if (index >= grid_.bands())
    return;
  auto& opened = bands_.at(index % bands_kept);
  opened.tiles_left = grid_.tiles_of_band();
  opened.pixels.resize(grid_.at(index * grid_.tiles_of_band()).height
                       * plan_.network_factor * enlarged_row_bytes());
}

std::optional<tile_task> enlargement::next_tile() {
  tile_task task{picture_, weights_, denoise_, {}};
  if (!returned_.empty()) {
    task.part = returned_.front();
    returned_.pop_front();
    return task;
  }
  const auto open =
    std::min(grid_.bands(), band_ + bands_kept) * grid_.tiles_of_band();
  if (next_ >= open)
    return std::nullopt;
  task.part = grid_.at(next_++);
  return task;
}

void enlargement::give_back(const network::tile& part) {
  returned_.push_back(part);
}

result<void> enlargement::take(const network::tile& part,
                               const tile_pixels& pixels) {
  const auto index = part.y / grid_.band_rows;
  assert(index >= band_ && index < band_ + bands_kept);
  auto& into = bands_.at(index % bands_kept);
  assert(into.tiles_left > 0);
  const auto row = pixels.size() / (part.height * plan_.network_factor);
  const auto column =
    part.x * plan_.network_factor * picture_->format.pixel_bytes();
  for (std::size_t y = 0; y < part.height * plan_.network_factor; ++y)
    std::memcpy(into.pixels.data() + y * enlarged_row_bytes() + column,
                pixels.data() + y * row, row);
  --into.tiles_left;
  ++taken_;
  while (band_ < grid_.bands()
         && bands_.at(band_ % bands_kept).tiles_left == 0) {
    if (auto written = write_band(band_); !written)
      return written;
    open_band(band_ + bands_kept);
    ++band_;
  }
  return {};
}

// -- rows out -----------------------------------------------------------------

result<void> enlargement::write_band(std::size_t index) {
  const auto& done = bands_.at(index % bands_kept);
  const auto bytes = enlarged_row_bytes();
  for (std::size_t at = 0; at < done.pixels.size(); at += bytes) {
    const auto row = std::span{done.pixels}.subspan(at, bytes);
    if (!resampler_) {
      if (auto written = write_row(row); !written)
        return written;
      continue;
    }
    resampler_->push(row);
    if (!resampled_)
      return resampled_;
  }
  return {};
}

result<void> enlargement::write_row(std::span<const std::byte> row) {
  spread_row(row, picture_->format, flattens_, written_, out_row_);
  return writer_->write_rows(
    reinterpret_cast<const std::uint8_t*>(out_row_.data()), out_row_.size(), 1);
}

result<void> enlargement::finish() {
  assert(tiles_left() == 0);
  if (auto done = writer_->finish(); !done)
    return done;
  return file_->finish();
}

} // namespace troupe::upscale
