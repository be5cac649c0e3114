#include "io/image/nlohmann_image_document.hpp"

#include <nlohmann/json.hpp>

namespace troupe::io {

namespace {

using json = nlohmann::ordered_json;

json image_block(const image::image_record& record) {
  auto block = json::object();
  block["width"] = record.size.width;
  block["height"] = record.size.height;
  block["format"] = to_string(record.format);
  block["orientation"] = record.orientation;
  block["pdq"] = image::hex_of(record.pdq.bits);
  block["pdq_quality"] = record.pdq.quality;
  block["phash"] = image::hex_of(record.phash);
  if (!record.notes.empty())
    block["notes"] = record.notes;
  return block;
}

/// Thread affinity: none, it has no state. Never blocks, makes nothing durable.
class nlohmann_image_document final : public image_document {
public:
  [[nodiscard]] std::string
  encode(const image::image_record& record) const override {
    auto document = json::object();
    document["image"] = image_block(record);
    if (!record.embedding.values.empty()) {
      auto& embedding = document["embedding"];
      embedding["space"] = record.embedding.space;
      embedding["dim"] = record.embedding.values.size();
    }
    return document.dump(-1, ' ', false, json::error_handler_t::replace);
  }
};

} // namespace

std::unique_ptr<image_document> open_nlohmann_image_document() {
  return std::make_unique<nlohmann_image_document>();
}

} // namespace troupe::io
