#include "io/chromaprint_audio_fingerprint.hpp"

#include <chromaprint.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace troupe::io {

namespace {

/// What `fpcalc` takes of a file when it is not told otherwise.
constexpr std::int64_t seconds_max = 120;

/// The library's functions, found when the first of them is needed.
///
/// It brings libavcodec for one FFT, and that some 90 libraries: linked to,
/// they cost every command, also one that prints a version, most of its time.
class chromaprint_library {
public:
  static const chromaprint_library& instance() {
    // Thread-safe by the language; never unloaded.
    static const chromaprint_library one;
    return one;
  }

  /// Why there is none; empty when there is.
  [[nodiscard]] const std::string& failure() const noexcept {
    return failure_;
  }

  decltype(&chromaprint_get_version) get_version = nullptr;
  decltype(&chromaprint_new) make = nullptr;
  decltype(&chromaprint_free) free = nullptr;
  decltype(&chromaprint_start) start = nullptr;
  decltype(&chromaprint_feed) feed = nullptr;
  decltype(&chromaprint_finish) finish = nullptr;
  decltype(&chromaprint_get_raw_fingerprint) raw_fingerprint = nullptr;
  decltype(&chromaprint_dealloc) dealloc = nullptr;

private:
  /// Its binary interface, as in the name that a linker would have noted.
  static constexpr const char* file_name = "libchromaprint.so.1";

  chromaprint_library() {
    handle_ = ::dlopen(file_name, RTLD_NOW | RTLD_LOCAL);
    if (handle_ == nullptr) {
      const auto* why = ::dlerror();
      failure_ = fmt::format("chromaprint: {}; install libchromaprint1",
                             why == nullptr ? file_name : why);
      return;
    }
    find(get_version, "chromaprint_get_version");
    find(make, "chromaprint_new");
    find(free, "chromaprint_free");
    find(start, "chromaprint_start");
    find(feed, "chromaprint_feed");
    find(finish, "chromaprint_finish");
    find(raw_fingerprint, "chromaprint_get_raw_fingerprint");
    find(dealloc, "chromaprint_dealloc");
  }

  template <class Function>
  void find(Function*& function, const char* name) {
    function = reinterpret_cast<Function*>(::dlsym(handle_, name));
    if (function == nullptr && failure_.empty())
      failure_ = fmt::format("chromaprint: {} has no {}", file_name, name);
  }

  void* handle_ = nullptr;
  std::string failure_;
};

const chromaprint_library& chromaprint() {
  return chromaprint_library::instance();
}

struct context_deleter {
  void operator()(ChromaprintContext* context) const noexcept {
    chromaprint().free(context);
  }
};

struct words_deleter {
  void operator()(std::uint32_t* words) const noexcept {
    chromaprint().dealloc(words);
  }
};

error to_error(std::string_view what) {
  return {errc::internal, fmt::format("chromaprint: cannot {}", what)};
}

/// Thread affinity: one thread at a time. Never blocks, keeps nothing durable.
class chromaprint_fingerprint final : public audio_fingerprint {
public:
  chromaprint_fingerprint(
    std::unique_ptr<ChromaprintContext, context_deleter> context,
    const audio::pcm_format& format)
    : context_(std::move(context)),
      samples_left_(seconds_max * format.sample_rate_hz * format.channels) {}

  result<void> push(const audio::pcm_block& block) override {
    auto samples = block.samples.first(static_cast<std::size_t>(std::min(
      samples_left_, static_cast<std::int64_t>(block.samples.size()))));
    samples_left_ -= static_cast<std::int64_t>(samples.size());
    // Whole frames: a piece must not end inside one.
    const auto piece =
      pcm_.size() - pcm_.size() % static_cast<std::size_t>(block.channels);
    while (!samples.empty()) {
      const auto now = std::min(piece, samples.size());
      for (std::size_t i = 0; i < now; ++i)
        pcm_[i] = static_cast<std::int16_t>(
          std::lrint(std::clamp(samples[i] * 32768.0F, -32768.0F, 32767.0F)));
      if (chromaprint().feed(context_.get(), pcm_.data(), static_cast<int>(now))
          != 1)
        return to_error("take samples");
      samples = samples.subspan(now);
    }
    return {};
  }

  result<std::vector<std::uint32_t>> finish() override {
    if (chromaprint().finish(context_.get()) != 1)
      return to_error("finish");
    std::uint32_t* words = nullptr;
    int count = 0;
    if (chromaprint().raw_fingerprint(context_.get(), &words, &count) != 1)
      return to_error("give the fingerprint");
    const std::unique_ptr<std::uint32_t, words_deleter> owned{words};
    return std::vector<std::uint32_t>(words, words + count);
  }

private:
  std::unique_ptr<ChromaprintContext, context_deleter> context_;
  std::int64_t samples_left_;
  std::array<std::int16_t, 4096> pcm_{};
};

/// Thread affinity: none, contexts share nothing.
class chromaprint_source final : public audio_fingerprint_source {
public:
  [[nodiscard]] result<std::unique_ptr<audio_fingerprint>>
  begin(const audio::pcm_format& format) const override {
    if (!chromaprint().failure().empty())
      return error{errc::unsupported, chromaprint().failure()};
    std::unique_ptr<ChromaprintContext, context_deleter> context{
      chromaprint().make(CHROMAPRINT_ALGORITHM_DEFAULT)};
    if (!context)
      return to_error("start");
    if (chromaprint().start(context.get(), format.sample_rate_hz,
                            format.channels)
        != 1)
      return error{errc::unsupported,
                   fmt::format("chromaprint: no fingerprint of {} Hz, {} "
                               "channels",
                               format.sample_rate_hz, format.channels)};
    return std::unique_ptr<audio_fingerprint>{
      std::make_unique<chromaprint_fingerprint>(std::move(context), format)};
  }

  [[nodiscard]] std::string_view method() const noexcept override {
    static const auto named =
      chromaprint().failure().empty()
        ? fmt::format("chromaprint-{}:algorithm-{}",
                      chromaprint().get_version(),
                      static_cast<int>(CHROMAPRINT_ALGORITHM_DEFAULT))
        : std::string{"chromaprint-none"};
    return named;
  }
};

} // namespace

std::unique_ptr<audio_fingerprint_source> open_chromaprint_audio_fingerprint() {
  return std::make_unique<chromaprint_source>();
}

} // namespace troupe::io
