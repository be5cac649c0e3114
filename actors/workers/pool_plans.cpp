#include "actors/workers/pool_plans.hpp"

#include "actors/workers/analyzer.hpp"
#include "actors/workers/embedder.hpp"
#include "actors/workers/preprocessor.hpp"

#include <caf/actor_system.hpp>

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

} // namespace

std::vector<pool_plan> plan_pools(const system_ports& ports,
                                  const system_settings& settings,
                                  const batch_desk_actor& desk) {
  std::vector<pool_plan> plans;
  plan_analyzers(ports, settings, plans);
  plan_preprocessors(ports, settings, desk, plans);
  plan_embedders(ports, settings, desk, plans);
  return plans;
}

} // namespace troupe
