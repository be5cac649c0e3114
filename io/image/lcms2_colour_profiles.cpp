#include "io/image/lcms2_colour_profiles.hpp"

#include <fmt/core.h>
#include <lcms2.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <deque>
#include <mutex>
#include <type_traits>

namespace troupe::io {

namespace {

struct profile_closer {
  void operator()(void* profile) const noexcept {
    cmsCloseProfile(profile);
  }
};

struct transform_deleter {
  void operator()(void* transform) const noexcept {
    cmsDeleteTransform(transform);
  }
};

struct context_deleter {
  void operator()(_cmsContext_struct* context) const noexcept {
    cmsDeleteContext(context);
  }
};

using profile_handle = std::unique_ptr<void, profile_closer>;
using transform_handle = std::unique_ptr<void, transform_deleter>;
using context_handle = std::unique_ptr<_cmsContext_struct, context_deleter>;

using transform_pointer = std::shared_ptr<const colour_transform>;

/// Transforms that are kept.
constexpr std::size_t kept_max = 8;

/// Channels that may differ from sRGB by so much and still pass for it:
/// profiles called sRGB differ by rounding.
constexpr int srgb_tolerance = 2;

// -- transforms ---------------------------------------------------------------

/// Made without lcms's one-pixel cache, hence usable by several threads.
class lcms2_transform final : public colour_transform {
public:
  lcms2_transform(transform_handle transform, sample_layout layout)
    : transform_(std::move(transform)), layout_(layout) {}

  void apply(std::uint8_t* pixels, std::size_t count) const override {
    constexpr std::size_t at_once = 256;
    std::array<std::uint8_t, at_once * 4> ink{};
    while (count > 0) {
      const auto now = std::min(count, at_once);
      if (layout_ == sample_layout::cmyk) {
        // In place would read ink that the result has overwritten.
        std::memcpy(ink.data(), pixels, now * 4);
        for (std::size_t i = 0; i < now; ++i)
          pixels[i * 4 + 3] = 255;
        run(ink.data(), pixels, now);
      } else {
        run(pixels, pixels, now);
      }
      pixels += now * 4;
      count -= now;
    }
  }

  /// True when RGB comes out as it goes in.
  [[nodiscard]] bool is_identity() const {
    constexpr int step = 51;
    for (int r = 0; r <= 255; r += step)
      for (int g = 0; g <= 255; g += step)
        for (int b = 0; b <= 255; b += step) {
          const std::array<std::uint8_t, 4> before{
            static_cast<std::uint8_t>(r), static_cast<std::uint8_t>(g),
            static_cast<std::uint8_t>(b), 255};
          auto after = before;
          run(before.data(), after.data(), 1);
          for (std::size_t i = 0; i < 3; ++i)
            if (std::abs(before.at(i) - after.at(i)) > srgb_tolerance)
              return false;
        }
    return true;
  }

private:
  void run(const std::uint8_t* from, std::uint8_t* to,
           std::size_t count) const {
    cmsDoTransform(transform_.get(), from, to,
                   static_cast<cmsUInt32Number>(count));
  }

  transform_handle transform_;
  sample_layout layout_;
};

// -- profiles -----------------------------------------------------------------

error unusable(const char* why) {
  return {errc::corrupt,
          fmt::format("icc: {}; the pixels are taken as sRGB", why)};
}

/// What lcms should read and write for pixels of this layout and profile.
cmsUInt32Number input_format(sample_layout layout) {
  return layout == sample_layout::cmyk ? TYPE_CMYK_8 : TYPE_RGBA_8;
}

struct kept_transform {
  std::vector<std::uint8_t> icc;
  sample_layout layout;
  transform_pointer made;
};

/// Thread affinity: none; the list of kept transforms is locked.
class lcms2_colour_profiles final : public colour_profiles {
public:
  lcms2_colour_profiles() : context_(cmsCreateContext(nullptr, nullptr)) {
    // Errors come back as null; lcms should not print them.
    cmsSetLogErrorHandlerTHR(context_.get(),
                             [](cmsContext, cmsUInt32Number, const char*) {});
  }

  [[nodiscard]] result<transform_pointer>
  to_srgb(std::span<const std::uint8_t> icc,
          sample_layout layout) const override {
    {
      const std::lock_guard lock{mutex_};
      for (const auto& one : kept_)
        if (one.layout == layout
            && std::equal(icc.begin(), icc.end(), one.icc.begin(),
                          one.icc.end()))
          return one.made;
    }
    auto made = make(icc, layout);
    if (!made)
      return made;
    const std::lock_guard lock{mutex_};
    kept_.push_back({{icc.begin(), icc.end()}, layout, *made});
    if (kept_.size() > kept_max)
      kept_.pop_front();
    return made;
  }

private:
  [[nodiscard]] result<transform_pointer>
  make(std::span<const std::uint8_t> icc, sample_layout layout) const {
    const profile_handle from{cmsOpenProfileFromMemTHR(
      context_.get(), icc.data(), static_cast<cmsUInt32Number>(icc.size()))};
    if (from == nullptr)
      return unusable("the colour profile cannot be read");
    const auto space = cmsGetColorSpace(from.get());
    const bool ink = layout == sample_layout::cmyk;
    const bool grey = space == cmsSigGrayData && !ink;
    if (space != (ink ? cmsSigCmykData : cmsSigRgbData) && !grey)
      return unusable("the colour profile is for other colours than these");
    const profile_handle srgb{cmsCreate_sRGBProfileTHR(context_.get())};
    if (grey)
      return transform_pointer{};
    const auto flags = static_cast<cmsUInt32Number>(
      cmsFLAGS_NOCACHE | (ink ? 0 : cmsFLAGS_COPY_ALPHA));
    transform_handle transform{
      cmsCreateTransformTHR(context_.get(), from.get(), input_format(layout),
                            srgb.get(), TYPE_RGBA_8, INTENT_PERCEPTUAL, flags)};
    if (transform == nullptr)
      return unusable("the colour profile cannot be used");
    auto made =
      std::make_shared<const lcms2_transform>(std::move(transform), layout);
    if (!ink && made->is_identity())
      return transform_pointer{};
    return transform_pointer{std::move(made)};
  }

  context_handle context_;
  mutable std::mutex mutex_;
  mutable std::deque<kept_transform> kept_;
};

} // namespace

std::unique_ptr<colour_profiles> open_lcms2_colour_profiles() {
  return std::make_unique<lcms2_colour_profiles>();
}

} // namespace troupe::io
