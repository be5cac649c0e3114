#include "tools/assemble.hpp"

#include "io/chromaprint_audio_fingerprint.hpp"
#include "io/clock/tsc_tick_counter.hpp"
#include "io/fftw_fourier.hpp"
#include "io/files/posix_file_source.hpp"
#include "io/image/nlohmann_image_document.hpp"
#include "io/inotify_folder_watch.hpp"
#include "io/nlohmann_audio_document.hpp"
#include "io/openssl_content_hash.hpp"
#include "io/posix_crash_notes.hpp"
#include "io/posix_library_lock.hpp"
#include "io/posix_thread_placement.hpp"
#include "io/sndfile_audio_decoder.hpp"
#include "io/spdlog_log_sink.hpp"
#include "io/sqlite/sqlite_library_reader.hpp"
#include "io/sqlite/sqlite_library_store.hpp"
#include "tools/adapters.hpp"
#include "tools/broker_adapters.hpp"
#include "tools/command_adapters.hpp"
#include "tools/gate_adapters.hpp"
#include "tools/image_adapters.hpp"
#include "tools/index_adapters.hpp"
#include "tools/node_reach.hpp"
#include "tools/weights_folders.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

namespace troupe {

namespace {

/// Where the configuration sets no limit; products of it stay in 64 bits.
constexpr std::uint64_t pixels_without_limit = std::uint64_t{1} << 50U;

/// Passes lines on, after what is drawn on the terminal made room for them.
class yielding_log_sink final : public log_sink {
public:
  yielding_log_sink(std::unique_ptr<log_sink> sink,
                    std::function<void()> before)
    : sink_(std::move(sink)), before_(std::move(before)) {}

  void write(log_level level, std::string_view component,
             std::string_view text) noexcept override {
    if (level < least_.load(std::memory_order_relaxed))
      return;
    if (before_)
      before_();
    sink_->write(level, component, text);
  }

  /// Lines below this are dropped.
  void pass_from(log_level least) noexcept {
    least_.store(least, std::memory_order_relaxed);
  }

private:
  std::unique_ptr<log_sink> sink_;
  std::function<void()> before_;
  std::atomic<log_level> least_{log_level::info};
};

log_level level_of(const std::string& word) {
  if (word == "debug")
    return log_level::debug;
  if (word == "warning")
    return log_level::warning;
  return word == "error" ? log_level::error : log_level::info;
}

io::log_format format_of(const std::string& word) {
  if (word == "text")
    return io::log_format::text;
  return word == "json" ? io::log_format::json : io::log_format::automatic;
}

/// The first writing command makes the library's folder.
result<void> make_folder_of(const std::string& library) {
  const auto folder = std::filesystem::path{library}.parent_path();
  if (folder.empty())
    return {};
  std::error_code why;
  std::filesystem::create_directories(folder, why);
  if (why)
    return error{errc::permission_denied,
                 fmt::format("library: cannot make the folder {}: {}; name "
                             "another library by --library",
                             folder.string(), why.message())};
  return {};
}

/// The address with the port that port 0 came to.
std::string with_port(const std::string& listen, std::uint16_t port) {
  return fmt::format("{}:{}", listen.substr(0, listen.rfind(':')), port);
}

int worker_count(std::int64_t configured) {
  return configured > 0 ? static_cast<int>(configured)
                        : io::open_posix_thread_placement()->usable_cores();
}

// -- the assembly -------------------------------------------------------------

/// Members are declared in the order they must outlive each other: the lock
/// outlives the system, which ends first.
class real_assembly final : public command_adapters {
public:
  real_assembly(assembly_request request, const node_config& config)
    : request_(std::move(request)), config_(config) {}

  [[nodiscard]] troupe_system& system() override {
    return *system_;
  }

  [[nodiscard]] const std::string& door() const override {
    return door_;
  }

  [[nodiscard]] const std::string& gate() const override {
    return gate_;
  }

  void withdraw_door() override {
    // Whoever still knocks is told by the socket that nobody listens.
    if (!door_.empty())
      static_cast<void>(lock_->announce({getpid(), request_.role, {}}));
  }

  void log_from(const std::string& level) override {
    log_->pass_from(level_of(level));
  }

  /// Makes everything; on failure the object is only good for destruction.
  result<void> open(const assembly_overrides& overrides) {
    // First: a held library is all that matters then.
    if (request_.access == library_access::write)
      if (auto locked = lock_library(); !locked)
        return locked;
    if (auto made = open_machine(); !made)
      return made;
    if (auto made = open_media(overrides); !made)
      return made;
    system_ports ports;
    if (request_.access != library_access::read)
      if (auto made = open_for_writing(ports, overrides); !made)
        return made;
    return start(std::move(ports));
  }

private:
  result<void> open_machine() {
    threads_ = io::open_posix_thread_placement();
    // Only a node is asked about a job's life.
    if (request_.with_door)
      ticks_ = io::open_tsc_tick_counter();
    io::log_sink_options options;
    options.level = log_level::debug;
    options.format = format_of(config_.log.format);
    auto sink = io::open_spdlog_log_sink(options, shared_clock());
    if (!sink)
      return sink.failure();
    auto yielding = std::make_unique<yielding_log_sink>(
      std::move(sink.value()), request_.before_log_line);
    yielding->pass_from(request_.log_all ? level_of(config_.log.level)
                                         : log_level::error);
    log_ = std::move(yielding);
    return {};
  }

  result<void> open_media(const assembly_overrides& overrides) {
    if (auto adapted = adapt(config_, overrides); !adapted)
      return adapted;
    documents_ = io::open_nlohmann_audio_document();
    fingerprints_ = io::open_chromaprint_audio_fingerprint();
    square_fourier_ = io::open_fftw_square_fourier();
    image_documents_ = io::open_nlohmann_image_document();
    recipes_ = recipes_under(decoders());
    pictures_ = open_image_adapters();
    files_ = io::open_posix_file_source();
    weights_ = open_built_in_weights();
    auto hasher = io::open_openssl_content_hash();
    if (!hasher)
      return hasher.failure();
    hasher_ = std::move(hasher.value());
    return open_index();
  }

  result<void> open_index() {
    const bool in_memory = request_.access == library_access::memory;
    auto index =
      index_adapters::open({in_memory ? std::string{} : request_.library,
                            request_.access == library_access::write});
    if (!index)
      return index.failure();
    index_ = std::move(index.value());
    return {};
  }

  result<void> open_for_writing(system_ports& ports,
                                const assembly_overrides& overrides) {
    io::sqlite_library_options options;
    options.file = request_.library;
    options.recipes = recipes_;
    auto store = io::open_sqlite_library_store(options);
    if (!store)
      return store.failure();
    ports.store = std::move(store.value());
    if (overrides.decorate_store)
      ports.store = overrides.decorate_store(std::move(ports.store));
    if (!request_.watched.empty()) {
      auto watch = io::open_inotify_folder_watch(request_.watched);
      if (!watch)
        return watch.failure();
      ports.watch = std::move(watch.value());
    }
    return {};
  }

  /// Takes the lock and opens the crash file beside the library's real path.
  result<void> lock_library() {
    if (auto made = make_folder_of(request_.library); !made)
      return made;
    const auto locker = io::open_posix_library_lock();
    auto lock =
      locker->acquire(request_.library, {getpid(), request_.role, {}});
    if (!lock)
      return lock.failure();
    lock_ = std::move(lock.value());
    request_.library = lock_->library();
    auto crashes = io::open_posix_crash_notes(request_.library);
    if (!crashes)
      return crashes.failure();
    crashes_ = std::move(crashes.value());
    return {};
  }

  result<void> start(system_ports ports) {
    ports.clock = &clock();
    ports.log = log_.get();
    ports.threads = threads_.get();
    ports.ticks = ticks_.get();
    ports.open_reader = [file = request_.library, recipes = recipes_] {
      return io::open_sqlite_library_reader(file, recipes);
    };
    ports.finder = &finder();
    ports.audio_decoders = &decoders();
    ports.tags = &tags();
    ports.fourier = &fourier();
    ports.documents = documents_.get();
    ports.crashes = crashes_.get();
    ports.pictures = {pictures_.codec.get(),   pictures_.profiles.get(),
                      pictures_.encoder.get(), files_.get(),
                      weights_.get(),          hasher_.get()};
    ports.fingerprints = fingerprints_.get();
    if (request_.role == "node") {
      auto broker = make_broker_ports(config_, request_.library + ".inbox");
      if (!broker)
        return broker.failure();
      ports.broker = std::move(broker.value());
      auto gate = make_gate_ports(config_, clock());
      if (!gate)
        return gate.failure();
      ports.gate = std::move(gate.value());
      if (ports.gate.listener)
        gate_ = with_port(config_.node.listen, ports.gate.listener->port());
    }
    ports.index = index_.ports();
    ports.square_fourier = square_fourier_.get();
    ports.image_documents = image_documents_.get();
    ports.open_picture_decoder = open_picture_decoder;
    if (request_.with_door)
      door_ = door_path(request_.library);
    auto system = troupe_system::start(std::move(ports), settings());
    if (!system)
      return system.failure();
    system_ = std::move(system.value());
    return door_.empty() ? result<void>{}
                         : lock_->announce({getpid(), request_.role, door_});
  }

  void size_pools(system_settings& found) const {
    const bool any = request_.with_workers;
    found.analyzers.slots = any ? analyzer_count(config_) : 0;
    found.analyzers.time_limit_ms = config_.analyzer.timeout_s * 1'000;
    found.preprocessors.slots =
      any ? static_cast<int>(config_.preprocessor.cores) : 0;
    found.embedders.slots =
      any ? static_cast<int>(config_.embedder.workers) : 0;
    found.batches = {static_cast<std::size_t>(config_.embedder.batch_max),
                     config_.embedder.batch_delay_ms};
    found.batches_in_flight = static_cast<int>(config_.preprocessor.in_flight);
    if (config_.library.pixels_max > 0)
      found.pixels.limits.pixels_max =
        static_cast<std::uint64_t>(config_.library.pixels_max);
    const bool upscales = any || request_.with_upscalers;
    found.upscalers.slots = upscales ? upscaler_count(config_) : 0;
    // From tile to tile, and for the end of a WebP, which has no rows.
    found.upscalers.time_limit_ms = 600'000;
    found.upscalers.per_media_s_ms = 0;
    found.upscaler_scratch_max =
      static_cast<std::size_t>(config_.upscaler.scratch_mib_max) << 20U;
    found.file_bytes_max =
      static_cast<std::uint64_t>(config_.library.file_bytes_max);
    if (config_.library.pixels_max > 0)
      found.pixels_max = static_cast<std::uint64_t>(config_.library.pixels_max);
    else
      found.pixels_max = pixels_without_limit;
  }

  [[nodiscard]] system_settings settings() const {
    system_settings found;
    size_pools(found);
    found.index.space.exact_max =
      static_cast<std::size_t>(config_.indexer.exact_max);
    found.index.save_after =
      static_cast<std::size_t>(config_.indexer.save_after);
    found.retry.attempts_max =
      static_cast<int>(config_.supervisor.attempts_max);
    found.reconcile_ms = config_.supervisor.reconcile_s * 1'000;
    found.duration_s_max = config_.library.duration_s_max;
    constexpr std::int64_t day_us = 86'400'000'000;
    found.retention = {config_.supervisor.retention_done_days * day_us,
                       config_.supervisor.retention_failed_days * day_us};
    found.is_node = request_.role == "node";
    found.use_saved_scales = found.is_node;
    if (request_.access == library_access::read)
      found.holder = look_at_machine(request_.library).holder;
    else
      found.holder = fmt::format("pid {} (troupe {})", getpid(), request_.role);
    found.watched = request_.watched;
    found.socket = door_;
    found.pid = getpid();
    found.on_event = request_.on_event;
    return found;
  }

  assembly_request request_;
  node_config config_;
  std::unique_ptr<library_lock> lock_;
  std::string door_;
  std::string gate_;
  std::unique_ptr<thread_placement> threads_;
  std::unique_ptr<tick_counter> ticks_;
  std::unique_ptr<yielding_log_sink> log_;
  std::unique_ptr<audio_document> documents_;
  std::unique_ptr<audio_fingerprint_source> fingerprints_;
  std::shared_ptr<const square_fourier_source> square_fourier_;
  std::unique_ptr<image_document> image_documents_;
  image_adapters pictures_;
  index_adapters index_;
  std::unique_ptr<const file_source> files_;
  std::unique_ptr<const weights_source> weights_;
  std::unique_ptr<content_hasher> hasher_;
  std::unique_ptr<crash_notes> crashes_;
  std::vector<recipe> recipes_;
  std::unique_ptr<troupe_system> system_;
};

} // namespace

// -- interface ----------------------------------------------------------------

result<std::unique_ptr<assembly>>
assemble(assembly_request request, const node_config& config,
         const assembly_overrides& overrides) {
  if (request.access == library_access::memory)
    request.library = fmt::format(":memory:{}", getpid());
  auto made = std::make_unique<real_assembly>(request, config);
  const auto opened = made->open(overrides);
  if (opened)
    return std::unique_ptr<assembly>{std::move(made)};
  if (opened.failure().code != errc::locked || !request.may_use_node)
    return opened.failure();
  made.reset();
  return reach_node(request, config, opened.failure());
}

int analyzer_count(const node_config& config) {
  return worker_count(config.analyzer.workers);
}

int upscaler_count(const node_config& config) {
  return worker_count(config.upscaler.workers);
}

machine_findings look_at_machine(const std::string& library) {
  machine_findings found;
  found.usable_cores = io::open_posix_thread_placement()->usable_cores();
  found.decoder_version = io::open_sndfile_audio_decoder()->version();
  const auto holder = io::open_posix_library_lock()->holder(library);
  if (!holder)
    found.lock_trouble = holder.failure();
  else if (*holder)
    found.holder = describe_holder(**holder);
  return found;
}

result<content_hash> hash_text(const std::string& text) {
  const auto hasher = io::open_openssl_content_hash();
  if (!hasher)
    return hasher.failure();
  auto digest = hasher.value()->begin();
  if (!digest)
    return digest.failure();
  const std::span bytes{reinterpret_cast<const std::uint8_t*>(text.data()),
                        text.size()};
  if (auto added = digest.value()->add(bytes); !added)
    return added.failure();
  return digest.value()->finish();
}

} // namespace troupe
