#include "domain/image/resize.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace troupe::image {

namespace {

constexpr std::size_t rounded_up(std::size_t bytes) {
  return (bytes + row_step_bytes - 1) / row_step_bytes * row_step_bytes;
}

std::optional<filter_bank> bank_for(const axis& a, filter which) {
  if (a.is_identity())
    return std::nullopt;
  return filter_bank{a, which};
}

} // namespace

// -- rows of bytes ------------------------------------------------------------

row_resizer::row_resizer(const resize_request& request)
  : request_(request),
    across_(bank_for({request.from.width, request.to.width, request.crop.left,
                      request.crop.size.width},
                     request.which)),
    down_(bank_for({request.from.height, request.to.height, request.crop.top,
                    request.crop.size.height},
                   request.which)) {
  assert(request.crop.left + request.crop.size.width <= request.to.width);
  assert(request.crop.top + request.crop.size.height <= request.to.height);
  needed_begin_ = down_ ? down_->needed_begin() : request.crop.top;
  needed_end_ =
    down_ ? down_->needed_end() : request.crop.top + request.crop.size.height;
  middle_row_bytes_ = rounded_up(request.crop.size.width * pixel_bytes);
  middle_.resize((needed_end_ - needed_begin_) * middle_row_bytes_);
}

void row_resizer::push(const std::uint8_t* rows, std::size_t row_bytes,
                       std::uint32_t count) {
  assert(std::uint64_t{seen_} + count <= request_.from.height);
  const auto begin = std::clamp(needed_begin_, seen_, seen_ + count);
  const auto end = std::clamp(needed_end_, seen_, seen_ + count);
  if (begin < end)
    push_needed(rows + (begin - seen_) * row_bytes, row_bytes, end - begin);
  seen_ += count;
}

void row_resizer::push_needed(const std::uint8_t* rows, std::size_t row_bytes,
                              std::uint32_t count) {
  const auto first = std::max(seen_, needed_begin_) - needed_begin_;
  auto* to = middle_.data() + first * middle_row_bytes_;
  if (!across_) {
    for (std::uint32_t y = 0; y < count; ++y)
      std::memcpy(to + y * middle_row_bytes_,
                  rows + y * row_bytes + request_.crop.left * pixel_bytes,
                  request_.crop.size.width * pixel_bytes);
    return;
  }
  for (std::uint32_t y = 0; y < count; y += rows_together) {
    row_quad quad;
    for (std::uint32_t r = 0; r < rows_together; ++r) {
      const std::uint32_t row = y + r < count ? y + r : y;
      quad.in.at(r) = rows + row * row_bytes;
      quad.out.at(r) = to + row * middle_row_bytes_;
    }
    shrink_rows(*across_, quad);
  }
}

picture row_resizer::finish() {
  assert(seen_ == request_.from.height);
  const auto size = request_.crop.size;
  auto made = picture::blank(size);
  const std::size_t bytes = size.width * pixel_bytes;
  std::vector<std::uint8_t> row(middle_row_bytes_);
  for (std::uint32_t y = 0; y < size.height; ++y) {
    const std::uint8_t* done = middle_.data() + y * middle_row_bytes_;
    if (down_) {
      mix_rows(*down_,
               {y, middle_.data(), middle_row_bytes_, needed_begin_,
                middle_row_bytes_},
               row.data());
      done = row.data();
    }
    std::memcpy(made.row(y), done, bytes);
  }
  return made;
}

picture resize(const picture_view& from, const resize_request& request) {
  assert(from.size == request.from);
  row_resizer resizer{request};
  // The view promises no slack behind its rows.
  const std::size_t bytes = from.size.width * pixel_bytes;
  const std::size_t stride = bytes + row_slack_bytes;
  std::vector<std::uint8_t> strip(rows_together * stride);
  for (std::uint32_t y = 0; y < from.size.height; y += rows_together) {
    const auto count =
      std::min<std::uint32_t>(rows_together, from.size.height - y);
    for (std::uint32_t r = 0; r < count; ++r)
      std::memcpy(strip.data() + r * stride, from.row(y + r), bytes);
    resizer.push(strip.data(), stride, count);
  }
  return resizer.finish();
}

// -- planes of floats ---------------------------------------------------------

namespace {

/// Row-major values with their shape.
struct plane {
  std::vector<float> values;
  image_size size;
};

plane shrink_plane(const plane& from, const filter_bank& bank) {
  const auto width = static_cast<std::uint32_t>(bank.ranges().size());
  plane to{{}, {width, from.size.height}};
  to.values.reserve(to.size.pixels());
  for (std::uint32_t y = 0; y < from.size.height; ++y) {
    const float* row = from.values.data() + std::size_t{y} * from.size.width;
    for (const auto& range : bank.ranges()) {
      const double* weights = bank.exact() + range.offset;
      double sum = 0.0;
      for (std::uint32_t tap = 0; tap < range.count; ++tap)
        sum += static_cast<double>(row[range.first + tap]) * weights[tap];
      to.values.push_back(static_cast<float>(sum));
    }
  }
  return to;
}

plane mix_plane(const plane& from, const filter_bank& bank) {
  const auto height = static_cast<std::uint32_t>(bank.ranges().size());
  plane to{{}, {from.size.width, height}};
  to.values.reserve(to.size.pixels());
  std::vector<double> sums(from.size.width);
  for (const auto& range : bank.ranges()) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for (std::uint32_t tap = 0; tap < range.count; ++tap) {
      const double weight = bank.exact()[range.offset + tap];
      const float* row =
        from.values.data() + std::size_t{range.first + tap} * from.size.width;
      for (std::uint32_t x = 0; x < from.size.width; ++x)
        sums[x] += static_cast<double>(row[x]) * weight;
    }
    for (const double sum : sums)
      to.values.push_back(static_cast<float>(sum));
  }
  return to;
}

} // namespace

std::vector<float> resize_plane(std::span<const float> from,
                                image_size from_size, image_size to,
                                filter which) {
  assert(from.size() == from_size.pixels());
  plane now{{from.begin(), from.end()}, from_size};
  const auto across = axis::whole(from_size.width, to.width);
  const auto down = axis::whole(from_size.height, to.height);
  if (!across.is_identity())
    now = shrink_plane(now, filter_bank{across, which});
  if (!down.is_identity())
    now = mix_plane(now, filter_bank{down, which});
  return std::move(now.values);
}

} // namespace troupe::image
