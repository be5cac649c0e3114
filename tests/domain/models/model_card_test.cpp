#include "domain/models/model_card.hpp"
#include "domain/models/onnx_facts.hpp"
#include "io/openssl_content_hash.hpp"
#include "tests/domain/network/made_models.hpp"

#include <gtest/gtest.h>

#include <random>
#include <span>

namespace troupe::models {

namespace {

using troupe::testing::onnx_array;
using troupe::testing::onnx_node;
using troupe::testing::wire_writer;

/// A ValueInfoProto of float32; 0 stands for a free side called "batch".
std::string port(const std::string& name,
                 const std::vector<std::size_t>& sides) {
  wire_writer shape;
  for (const auto side : sides) {
    wire_writer dim;
    if (side == 0)
      dim.text(2, "batch");
    else
      dim.number(1, side);
    shape.text(1, dim.bytes());
  }
  const auto tensor = wire_writer{}.number(1, 1).text(2, shape.bytes()).bytes();
  return wire_writer{}
    .text(1, name)
    .text(2, wire_writer{}.text(1, tensor).bytes())
    .bytes();
}

/// Pictures of 3 x 224 x 224 in, vectors of 512 out.
std::string embedding_model() {
  wire_writer graph;
  graph.text(1, onnx_node("Conv", {"pixels", "w"}, "a", {}));
  graph.text(1, onnx_node("Conv", {"a", "w"}, "b", {}));
  graph.text(1, onnx_node("GlobalAveragePool", {"b"}, "vector", {}));
  graph.text(5, onnx_array("w", {2, 3, 1, 1}, {1, 2, 3, 4, 5, 6}));
  graph.text(11, port("pixels", {0, 3, 224, 224}));
  // As older files do, the weights are among the inputs.
  graph.text(11, port("w", {2, 3, 1, 1}));
  graph.text(12, port("vector", {0, 512}));
  const auto opset = wire_writer{}.text(1, "").number(2, 17).bytes();
  return wire_writer{}
    .number(1, 8)
    .text(2, "a maker")
    .text(8, opset)
    .text(7, graph.bytes())
    .bytes();
}

result<model_card> card_of(const std::string& model,
                           std::optional<std::string_view> sheet) {
  const auto hasher = io::open_openssl_content_hash();
  return make_model_card(
    {"mine", std::as_bytes(std::span{model.data(), model.size()}), sheet},
    **hasher);
}

TEST(onnx_facts, tells_ports_operators_and_weights) {
  const auto model = embedding_model();
  const auto facts =
    read_onnx_facts(std::as_bytes(std::span{model.data(), model.size()}));
  ASSERT_TRUE(facts) << facts.failure().detail;
  EXPECT_EQ(facts->producer, "a maker");
  EXPECT_EQ(facts->opset, 17);
  EXPECT_EQ(facts->parameters, 6);
  ASSERT_EQ(facts->inputs.size(), 1U);
  EXPECT_EQ(facts->inputs[0].name, "pixels");
  EXPECT_EQ(facts->inputs[0].element, "float32");
  ASSERT_EQ(facts->inputs[0].sides.size(), 4U);
  EXPECT_EQ(facts->inputs[0].sides[0].size, -1);
  EXPECT_EQ(facts->inputs[0].sides[0].name, "batch");
  EXPECT_EQ(facts->inputs[0].sides[3].size, 224);
  ASSERT_EQ(facts->operators.size(), 2U);
  EXPECT_EQ(facts->operators[0].name, "Conv");
  EXPECT_EQ(facts->operators[0].count, 2);
}

TEST(onnx_facts, refuses_what_is_no_model_cut_or_changed_anywhere) {
  const auto good = embedding_model();
  const auto read = [](const std::string& bytes) {
    return read_onnx_facts(
      std::as_bytes(std::span{bytes.data(), bytes.size()}));
  };
  EXPECT_EQ(read("").failure().code, errc::corrupt);
  EXPECT_EQ(read("<html>not found</html>").failure().code, errc::corrupt);
  // The graph is the last field: every cut breaks it.
  for (std::size_t at = 0; at < good.size(); ++at)
    EXPECT_FALSE(read(good.substr(0, at))) << at;
  // Under ASan: no change of a byte may read elsewhere.
  std::mt19937 random{5};
  for (int i = 0; i < 20'000; ++i) {
    auto bad = good;
    bad[random() % bad.size()] = static_cast<char>(random());
    bad[random() % bad.size()] = static_cast<char>(random());
    static_cast<void>(read(bad));
  }
}

TEST(model_card, names_a_space_by_all_that_its_vectors_depend_on) {
  const auto model = embedding_model();
  const auto card = card_of(model, R"({"preset":"clip"})");
  ASSERT_TRUE(card) << card.failure().detail;
  EXPECT_TRUE(card->obstacles.empty()) << card->obstacles.front();
  EXPECT_EQ(card->dim, 512);
  EXPECT_EQ(card->fingerprint.size(), 64U);
  EXPECT_EQ(card->space, "onnx-1:" + card->fingerprint.substr(0, 20)
                           + "/clip-1/exact/vector/none");
  EXPECT_NE(card_of(model, R"({"preset":"clip","mode":"fast"})")->space,
            card->space);
  EXPECT_NE(card_of(model, R"({"preset":"imagenet"})")->space, card->space);
  auto other = model;
  other[other.find("a maker")] = 'A';
  EXPECT_NE(card_of(other, R"({"preset":"clip"})")->space, card->space);
}

TEST(model_card, says_what_to_mend) {
  const auto model = embedding_model();

  struct expectation {
    std::optional<std::string_view> sheet;
    const char* part;
  };

  for (const auto& [sheet, part] : std::vector<expectation>{
         {std::nullopt, "mine.json"},
         {"", "JSON"},
         {"[]", "no JSON object"},
         {R"({"preset":"clap"})", "imagenet, clip"},
         {R"({"preset":"clip","mode":"quick"})", "exact, fast"},
         {R"({"preset":"clip","pool":"max"})", "none, cls, mean"},
         {R"({"preset":"clip","pool":"mean"})", "2 sides"},
         {R"({"preset":"clip","size":"2"})", "a key is \"size\""},
         {R"({"preset":3})", "a text"},
         {R"({"preset":"clip","input":"p"})", "no input p; it has: pixels"},
         {R"({"preset":"clip","output":"v"})", "no output v; it has: vector"},
         {R"({"preset":"clip","sha256":"12"})", "64 hexadecimal"}}) {
    const auto card = card_of(model, sheet);
    ASSERT_TRUE(card) << part;
    ASSERT_FALSE(card->obstacles.empty()) << part;
    EXPECT_NE(card->obstacles.front().find(part), std::string::npos)
      << card->obstacles.front() << " lacks " << part;
    EXPECT_TRUE(card->space.empty());
  }
}

TEST(model_card, compares_the_fingerprint_that_a_sheet_wants) {
  const auto model = embedding_model();
  const auto own = card_of(model, R"({"preset":"clip"})")->fingerprint;
  const auto right = R"({"preset":"clip","sha256":")" + own + "\"}";
  EXPECT_TRUE(card_of(model, right)->obstacles.empty());
  const auto wrong =
    R"({"preset":"clip","sha256":")" + std::string(64, '0') + "\"}";
  const auto card = card_of(model, wrong);
  ASSERT_FALSE(card->obstacles.empty());
  EXPECT_NE(card->obstacles.front().find(own), std::string::npos);
}

} // namespace

} // namespace troupe::models
