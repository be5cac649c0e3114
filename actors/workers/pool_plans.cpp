#include "actors/workers/pool_plans.hpp"

#include "actors/workers/analyzer.hpp"

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

} // namespace

std::vector<pool_plan> plan_pools(const system_ports& ports,
                                  const system_settings& settings) {
  std::vector<pool_plan> plans;
  plan_analyzers(ports, settings, plans);
  return plans;
}

} // namespace troupe
