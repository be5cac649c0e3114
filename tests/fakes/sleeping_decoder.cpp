#include "tests/fakes/sleeping_decoder.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

namespace troupe::testing {

namespace {

using namespace std::chrono_literals;

class misbehaving_decoder final : public audio_decoder {
public:
  misbehaving_decoder(std::unique_ptr<audio_decoder> real,
                      std::filesystem::path path)
    : real_(std::move(real)), path_(std::move(path)),
      name_(path_.filename().string()) {}

  [[nodiscard]] const audio::pcm_format& format() const noexcept override {
    return real_->format();
  }

  result<audio::pcm_block> next() override {
    if (is("crash"))
      std::raise(SIGSEGV);
    if (is("abort"))
      std::raise(SIGABRT);
    while (is("spin"))
      ++turns_;
    while (is("stall"))
      std::this_thread::sleep_for(1h);
    if (is("grow"))
      std::ofstream{path_, std::ios::binary | std::ios::app} << "more";
    if (is("vanish"))
      std::filesystem::remove(path_);
    if (is("slow"))
      std::this_thread::sleep_for(20ms);
    return real_->next();
  }

  [[nodiscard]] std::int64_t invalid_samples() const noexcept override {
    return real_->invalid_samples();
  }

private:
  [[nodiscard]] bool is(const char* word) const {
    return name_.find(word) != std::string::npos;
  }

  std::unique_ptr<audio_decoder> real_;
  std::filesystem::path path_;
  std::string name_;
  std::atomic<std::uint64_t> turns_{0};
};

class misbehaving_source final : public audio_decoder_source {
public:
  explicit misbehaving_source(std::unique_ptr<audio_decoder_source> real)
    : real_(std::move(real)) {}

  [[nodiscard]] result<std::unique_ptr<audio_decoder>>
  open(const std::string& path) const override {
    auto decoder = real_->open(path);
    if (!decoder)
      return decoder.failure();
    return std::unique_ptr<audio_decoder>{std::make_unique<misbehaving_decoder>(
      std::move(decoder.value()), std::filesystem::path{path})};
  }

  [[nodiscard]] std::string_view version() const noexcept override {
    return real_->version();
  }

private:
  std::unique_ptr<audio_decoder_source> real_;
};

} // namespace

std::unique_ptr<audio_decoder_source>
misbehave_by_name(std::unique_ptr<audio_decoder_source> real) {
  return std::make_unique<misbehaving_source>(std::move(real));
}

} // namespace troupe::testing
