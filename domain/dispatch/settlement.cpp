#include "domain/dispatch/settlement.hpp"

#include <algorithm>
#include <utility>

namespace troupe {

void settlement::add(attempt_end end) {
  ends_.push_back(std::move(end));
}

settlement::numbered_request settlement::send(std::int64_t epoch,
                                              std::int64_t now_us,
                                              std::vector<claim_order> claims) {
  auto request = std::make_shared<settle_request>();
  request->epoch = epoch;
  request->now_us = now_us;
  request->ends = std::exchange(ends_, {});
  request->claims = std::move(claims);
  ++last_number_;
  on_the_way_.emplace(last_number_, request);
  return {last_number_, std::move(request)};
}

std::shared_ptr<const settle_request>
settlement::answered(std::int64_t number) {
  const auto found = on_the_way_.find(number);
  if (found == on_the_way_.end())
    return nullptr;
  auto request = std::move(found->second);
  on_the_way_.erase(found);
  return request;
}

void settlement::unanswered(std::int64_t number) {
  const auto request = answered(number);
  if (request)
    ends_.insert(ends_.begin(), request->ends.begin(), request->ends.end());
}

int settlement::asked(job_kind kind) const noexcept {
  int count = 0;
  for (const auto& [number, request] : on_the_way_)
    for (const auto& order : request->claims)
      if (order.kind == kind)
        count += order.count;
  return count;
}

bool settlement::covers(const claim_key& key) const noexcept {
  const auto names_it = [&key](const attempt_end& end) {
    return end.key == key;
  };
  if (std::any_of(ends_.begin(), ends_.end(), names_it))
    return true;
  return std::any_of(on_the_way_.begin(), on_the_way_.end(),
                     [&names_it](const auto& sent) {
                       const auto& ends = sent.second->ends;
                       return std::any_of(ends.begin(), ends.end(), names_it);
                     });
}

} // namespace troupe
