#include "io/fftw_fourier.hpp"

#include <fftw3.h>

#include <cassert>
#include <map>
#include <mutex>
#include <type_traits>

namespace troupe::io {

namespace {

struct plan_destroyer {
  void operator()(fftwf_plan plan) const noexcept;
};

using plan_handle =
  std::unique_ptr<std::remove_pointer_t<fftwf_plan>, plan_destroyer>;

struct buffer_freer {
  void operator()(void* buffer) const noexcept {
    fftwf_free(buffer);
  }
};

/// FFTW's planner is one per process and not thread-safe; only execution is.
std::mutex& planner_mutex() {
  static std::mutex mutex;
  return mutex;
}

void plan_destroyer::operator()(fftwf_plan plan) const noexcept {
  const std::lock_guard lock{planner_mutex()};
  fftwf_destroy_plan(plan);
}

fftwf_complex* raw(std::complex<float>* bins) {
  return reinterpret_cast<fftwf_complex*>(bins);
}

bool is_aligned(const float* real, const std::complex<float>* bins) {
  // FFTW's own notion, against which its planner aligned the plan's buffers.
  return fftwf_alignment_of(const_cast<float*>(real)) == 0
         && fftwf_alignment_of(
              reinterpret_cast<float*>(const_cast<std::complex<float>*>(bins)))
              == 0;
}

/// Immutable after construction, hence usable by any number of threads. Each
/// direction has a plan for aligned buffers and one for any.
class fftw_real_fourier final : public real_fourier {
public:
  explicit fftw_real_fourier(std::size_t length) : length_(length) {
    const int n = static_cast<int>(length);
    const std::unique_ptr<float, buffer_freer> real{fftwf_alloc_real(length)};
    const std::unique_ptr<fftwf_complex, buffer_freer> bins{
      fftwf_alloc_complex(length / 2 + 1)};
    const std::lock_guard lock{planner_mutex()};
    const unsigned in_order = FFTW_ESTIMATE | FFTW_PRESERVE_INPUT;
    const unsigned back = FFTW_ESTIMATE | FFTW_DESTROY_INPUT;
    forward_.reset(fftwf_plan_dft_r2c_1d(n, real.get(), bins.get(), in_order));
    forward_any_.reset(fftwf_plan_dft_r2c_1d(n, real.get(), bins.get(),
                                             in_order | FFTW_UNALIGNED));
    inverse_.reset(fftwf_plan_dft_c2r_1d(n, bins.get(), real.get(), back));
    inverse_any_.reset(
      fftwf_plan_dft_c2r_1d(n, bins.get(), real.get(), back | FFTW_UNALIGNED));
  }

  [[nodiscard]] std::size_t length() const noexcept override {
    return length_;
  }

  void forward(std::span<float> in,
               std::span<std::complex<float>> out) const noexcept override {
    assert(in.size() == length_ && out.size() == length_ / 2 + 1);
    const auto& plan =
      is_aligned(in.data(), out.data()) ? forward_ : forward_any_;
    fftwf_execute_dft_r2c(plan.get(), in.data(), raw(out.data()));
  }

  void inverse(std::span<std::complex<float>> spectrum,
               std::span<float> out) const noexcept override {
    assert(out.size() == length_ && spectrum.size() == length_ / 2 + 1);
    const auto& plan =
      is_aligned(out.data(), spectrum.data()) ? inverse_ : inverse_any_;
    fftwf_execute_dft_c2r(plan.get(), raw(spectrum.data()), out.data());
  }

private:
  std::size_t length_;
  plan_handle forward_;
  plan_handle forward_any_;
  plan_handle inverse_;
  plan_handle inverse_any_;
};

/// Immutable after construction, like the above. Its plans take buffers of any
/// alignment, so that equal input gives equal bits wherever it lies.
class fftw_square_fourier final : public square_fourier {
public:
  explicit fftw_square_fourier(std::size_t side) : side_(side) {
    const int n = static_cast<int>(side);
    const std::unique_ptr<float, buffer_freer> real{
      fftwf_alloc_real(side * side)};
    const std::unique_ptr<fftwf_complex, buffer_freer> bins{
      fftwf_alloc_complex(side * side)};
    const std::lock_guard lock{planner_mutex()};
    const unsigned how = FFTW_ESTIMATE | FFTW_UNALIGNED | FFTW_DESTROY_INPUT;
    forward_.reset(fftwf_plan_dft_r2c_2d(n, n, real.get(), bins.get(), how));
    inverse_.reset(fftwf_plan_dft_c2r_2d(n, n, bins.get(), real.get(), how));
    in_place_.reset(
      fftwf_plan_dft_2d(n, n, bins.get(), bins.get(), FFTW_BACKWARD, how));
  }

  [[nodiscard]] std::size_t side() const noexcept override {
    return side_;
  }

  void forward(std::span<float> in,
               std::span<std::complex<float>> out) const noexcept override {
    assert(in.size() == side_ * side_);
    assert(out.size() == side_ * (side_ / 2 + 1));
    fftwf_execute_dft_r2c(forward_.get(), in.data(), raw(out.data()));
  }

  void inverse(std::span<std::complex<float>> spectrum,
               std::span<float> out) const noexcept override {
    assert(spectrum.size() == side_ * (side_ / 2 + 1));
    assert(out.size() == side_ * side_);
    fftwf_execute_dft_c2r(inverse_.get(), raw(spectrum.data()), out.data());
  }

  void inverse_in_place(
    std::span<std::complex<float>> values) const noexcept override {
    assert(values.size() == side_ * side_);
    fftwf_execute_dft(in_place_.get(), raw(values.data()), raw(values.data()));
  }

private:
  std::size_t side_;
  plan_handle forward_;
  plan_handle inverse_;
  plan_handle in_place_;
};

class fftw_square_fourier_source final : public square_fourier_source {
public:
  [[nodiscard]] std::shared_ptr<const square_fourier>
  plan_square(std::size_t side) const override {
    assert(side >= 2 && side % 2 == 0);
    return std::make_shared<const fftw_square_fourier>(side);
  }
};

class fftw_fourier final : public fourier_source {
public:
  [[nodiscard]] std::shared_ptr<const real_fourier>
  plan(std::size_t length) const override {
    assert(length >= 2 && length % 2 == 0);
    const std::lock_guard lock{mutex_};
    auto& known = plans_[length];
    if (known == nullptr)
      known = std::make_shared<const fftw_real_fourier>(length);
    return known;
  }

private:
  mutable std::mutex mutex_;
  mutable std::map<std::size_t, std::shared_ptr<const real_fourier>> plans_;
};

} // namespace

std::shared_ptr<const square_fourier_source> open_fftw_square_fourier() {
  return std::make_shared<const fftw_square_fourier_source>();
}

std::shared_ptr<const fourier_source> open_fftw_fourier() {
  return std::make_shared<const fftw_fourier>();
}

} // namespace troupe::io
