#include "io/image/nlohmann_image_document.hpp"

#include <gtest/gtest.h>

namespace troupe {

namespace {

TEST(nlohmann_image_document_test, writes_the_blocks_of_the_contract) {
  image::image_record record;
  record.size = {640, 480};
  record.format = image_format::webp;
  record.orientation = 6;
  record.pdq = {{1, 0, 0, 0xF000000000000000U}, 97};
  record.phash = 0xAB;
  record.embedding = {"scene353-1/exact", std::vector<float>(353)};
  EXPECT_EQ(io::open_nlohmann_image_document()->encode(record),
            R"({"image":{"width":640,"height":480,"format":"webp",)"
            R"("orientation":6,"pdq":"f00000000000000000000000000000000000000)"
            R"(0000000000000000000000001","pdq_quality":97,)"
            R"("phash":"00000000000000ab"},)"
            R"("embedding":{"space":"scene353-1/exact","dim":353}})");
}

TEST(nlohmann_image_document_test, leaves_out_what_was_not_computed) {
  image::image_record record;
  record.notes = {"damaged: \xFF"};
  const auto text = io::open_nlohmann_image_document()->encode(record);
  EXPECT_EQ(text.find("embedding"), std::string::npos);
  EXPECT_NE(text.find("\"notes\":[\"damaged: \xEF\xBF\xBD\"]"),
            std::string::npos)
    << text;
}

} // namespace

} // namespace troupe
