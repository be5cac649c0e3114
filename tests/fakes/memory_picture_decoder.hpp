#pragma once

#include "domain/ports/picture_decoder.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace troupe::testing {

/// A picture of 16 x 16 pixels in the grey of its file's first byte. A file
/// that begins with `poison` fails in the middle of its rows.
class memory_image_reader final : public image_reader {
public:
  static constexpr std::uint8_t poison = 13;

  explicit memory_image_reader(std::uint8_t grey) : grey_(grey) {
    header_.format = image_format::png;
    header_.stored = {16, 16};
    header_.size = header_.stored;
  }

  [[nodiscard]] const image_header& header() const noexcept override {
    return header_;
  }

  void scale_down(int) override {}

  result<void> read_rows(std::uint8_t* rows, std::size_t stride,
                         std::uint32_t count) override {
    if (grey_ == poison)
      return error{errc::corrupt, "damaged"};
    for (std::uint32_t y = 0; y < count; ++y)
      std::fill_n(rows + y * stride, header_.row_bytes(), grey_);
    return {};
  }

  [[nodiscard]] std::string damage() const override {
    return {};
  }

private:
  std::uint8_t grey_;
  image_header header_;
};

/// What scripted decoders did, on whatever threads. Thread-safe.
class picture_decoder_record {
public:
  /// Called on the decoder's thread before each picture; may be empty.
  std::function<void(std::uint8_t grey)> before_picture;

  void note() {
    const std::lock_guard guard{mutex_};
    threads_.push_back(std::this_thread::get_id());
  }

  /// One for each picture opened.
  [[nodiscard]] std::vector<std::thread::id> threads() const {
    const std::lock_guard guard{mutex_};
    return threads_;
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::thread::id> threads_;
};

class memory_picture_decoder final : public picture_decoder,
                                     image_codec,
                                     colour_profiles {
public:
  explicit memory_picture_decoder(picture_decoder_record& record)
    : record_(&record) {}

  [[nodiscard]] image::pixel_ports ports() const override {
    return {*this, *this};
  }

  [[nodiscard]] std::string version() const override {
    return "memory-1";
  }

private:
  [[nodiscard]] bool
  reads(std::span<const std::uint8_t>) const noexcept override {
    return true;
  }

  [[nodiscard]] result<std::unique_ptr<image_reader>>
  open(std::span<const std::uint8_t> bytes,
       const decode_wishes&) const override {
    record_->note();
    if (bytes.empty())
      return error{errc::corrupt, "empty"};
    if (record_->before_picture)
      record_->before_picture(bytes[0]);
    return std::unique_ptr<image_reader>{
      std::make_unique<memory_image_reader>(bytes[0])};
  }

  [[nodiscard]] result<std::shared_ptr<const colour_transform>>
  to_srgb(std::span<const std::uint8_t>, sample_layout) const override {
    return std::shared_ptr<const colour_transform>{};
  }

  picture_decoder_record* record_;
};

} // namespace troupe::testing
