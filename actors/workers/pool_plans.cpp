#include "actors/workers/pool_plans.hpp"

#include "actors/workers/analyzer.hpp"
#include "actors/workers/embedder.hpp"
#include "actors/workers/foreman.hpp"
#include "actors/workers/preprocessor.hpp"
#include "actors/workers/upscaler.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <memory>

namespace troupe {

namespace {

void plan_analyzers(const system_ports& ports, const system_settings& settings,
                    std::vector<pool_plan>& plans) {
  if (settings.analyzers.slots == 0 || ports.audio_decoders == nullptr)
    return;
  const analyzer_ports tools{
    ports.audio_decoders, ports.tags,    ports.fourier, ports.documents,
    ports.finder,         ports.threads, ports.crashes, ports.fingerprints};
  const analyzer_tunables tunables{settings.duration_s_max,
                                   placement::detached};
  plans.push_back(
    {job_kind::audio_analyze, "analyzer", settings.analyzers,
     [tools, tunables](caf::actor_system& system, const worker_seat& seat,
                       const dispatcher_actor& supervisor) {
       return spawn_analyzer(system, tunables, tools, seat, supervisor);
     }});
}

bool embeds(const system_ports& ports, const system_settings& settings) {
  return settings.embedders.slots > 0 && ports.square_fourier != nullptr
         && ports.image_documents != nullptr;
}

void plan_embedders(const system_ports& ports, const system_settings& settings,
                    const batch_desk_actor& desk,
                    std::vector<pool_plan>& plans) {
  if (!embeds(ports, settings))
    return;
  const embedder_ports tools{ports.square_fourier, ports.image_documents,
                             ports.finder, ports.threads, ports.crashes};
  plans.push_back(
    {job_kind::text_embed, "embedder", settings.embedders,
     [tools, desk](caf::actor_system& system, const worker_seat& seat,
                   const dispatcher_actor& supervisor) -> worker_actor {
       return spawn_embedder(system, tools, seat, supervisor, desk,
                             placement::detached);
     }});
}

void plan_preprocessors(const system_ports& ports,
                        const system_settings& settings,
                        const batch_desk_actor& desk,
                        std::vector<pool_plan>& plans) {
  if (settings.preprocessors.slots == 0 || !ports.open_picture_decoder
      || !embeds(ports, settings))
    return;
  const preprocessor_ports tools{ports.open_picture_decoder,
                                 ports.finder,
                                 ports.clock,
                                 ports.log,
                                 ports.threads,
                                 ports.crashes};
  const preprocessor_tunables tunables{settings.batches,
                                       settings.batches_in_flight,
                                       settings.pixels, placement::detached};
  auto limits = settings.preprocessors;
  limits.depth = tunables.depth();
  plans.push_back({job_kind::image_embed, "preprocessor", limits,
                   [tools, tunables,
                    desk](caf::actor_system& system, const worker_seat& seat,
                          const dispatcher_actor& supervisor) -> worker_actor {
                     return spawn_preprocessor(system, tunables, tools, seat,
                                               supervisor, desk);
                   }});
}

/// Keeps the FOREMAN as long as there may be UPSCALERs; it is made with the
/// first one. On the SUPERVISOR's thread.
class foreman_keeper {
public:
  foreman_keeper() = default;

  ~foreman_keeper() {
    if (foreman_)
      caf::anon_send_exit(foreman_, caf::exit_reason::user_shutdown);
  }

  foreman_keeper(const foreman_keeper&) = delete;
  foreman_keeper& operator=(const foreman_keeper&) = delete;

  const foreman_actor& at(caf::actor_system& system,
                          const foreman_ports& ports) {
    if (!foreman_)
      foreman_ = spawn_foreman(system, ports, placement::detached);
    return foreman_;
  }

private:
  foreman_actor foreman_;
};

void plan_upscalers(const system_ports& ports, const system_settings& settings,
                    std::vector<pool_plan>& plans) {
  const auto& pictures = ports.pictures;
  if (settings.upscalers.slots == 0 || pictures.weights == nullptr)
    return;
  const upscaler_ports tools{
    pictures.codec, pictures.profiles, pictures.encoder, pictures.files,
    ports.finder,   ports.threads,     ports.crashes};
  const foreman_ports shelf{pictures.weights, pictures.hasher, ports.threads};
  upscaler_tunables tunables;
  tunables.file_bytes_max = settings.file_bytes_max;
  tunables.limits.pixels_max = settings.pixels_max;
  tunables.scratch_bytes_max = settings.upscaler_scratch_max;
  plans.push_back(
    {job_kind::image_upscale, "upscaler", settings.upscalers,
     [tools, shelf, tunables, keeper = std::make_shared<foreman_keeper>()](
       caf::actor_system& system, const worker_seat& seat,
       const dispatcher_actor& supervisor) -> worker_actor {
       return spawn_upscaler(system, tunables, tools, seat, supervisor,
                             keeper->at(system, shelf));
     }});
}

} // namespace

std::vector<pool_plan> plan_pools(const system_ports& ports,
                                  const system_settings& settings,
                                  const batch_desk_actor& desk) {
  std::vector<pool_plan> plans;
  plan_analyzers(ports, settings, plans);
  plan_preprocessors(ports, settings, desk, plans);
  plan_embedders(ports, settings, desk, plans);
  plan_upscalers(ports, settings, plans);
  return plans;
}

} // namespace troupe
