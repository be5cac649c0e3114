// What is like what, asked of a node and without one; models as their user
// meets them.

#include "tests/domain/network/made_models.hpp"
#include "tests/e2e/troupe_scene.hpp"

#include <chrono>
#include <csignal>
#include <fstream>

namespace troupe::testing {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using nlohmann::json;

class similar : public troupe_scene {
protected:
  similar() {
    fs::create_directories(root_ / "run");
  }

  [[nodiscard]] json json_of(std::vector<std::string> words) const {
    words.emplace_back("--json");
    const auto end = run(troupe(std::move(words)), place_);
    EXPECT_EQ(end.code, 0) << end.err;
    return json::parse(end.out, nullptr, false);
  }

  void write_text(const std::string& name, const std::string& text) const {
    fs::create_directories((media_ / name).parent_path());
    std::ofstream{media_ / name} << text;
  }

  /// A library of texts, in two folders.
  void fill() const {
    write_text("sea/harbour.txt", "Boats lie in the harbour at night.");
    write_text("sea/quay.txt", "At night the harbour is full of boats.");
    write_text("sea/gulls.txt", "Gulls sleep on boats in the harbour.");
    write_text("town/tax.txt", "The tax report of the third quarter.");
    write_text("town/night.txt", "At night the town is full of boats.");
    ASSERT_EQ(run(troupe({"index", media_.string()}), place_).code, 0);
  }

  static std::vector<std::string> names_of(const json& items) {
    std::vector<std::string> names;
    for (const auto& item : items["items"])
      names.push_back(fs::path{item["path"].get<std::string>()}.filename());
    return names;
  }

  std::map<std::string, std::string> place_{
    {"XDG_RUNTIME_DIR", (root_ / "run").string()},
    // Any change is written: the folder tells who did the work.
    {"TROUPE_INDEXER_SAVE_AFTER", "1"}};
};

TEST_F(similar, gives_the_same_answers_through_a_node_as_without) {
  const std::vector<std::string> pictures{"baseline.jpg", "progressive.jpg",
                                          "grey.jpg", "rgb.png"};
  for (const auto& name : pictures)
    fs::copy(fs::path{TROUPE_ROOT} / "tests/data/images" / name, media_ / name);
  fill();
  const auto picture = (media_ / pictures[0]).string();
  const auto text = (media_ / "sea/quay.txt").string();
  const auto picture_alone = json_of({"similar", picture});
  const auto text_alone = json_of({"similar", text});
  const auto words_alone = json_of({"search", "boats harbuor nihgt"});
  ASSERT_EQ(picture_alone["items"].size(), 3U);
  ASSERT_EQ(text_alone["items"].size(), 4U);
  ASSERT_FALSE(words_alone["items"].empty());
  const auto folder = fs::path{library_.string() + ".index"};
  EXPECT_FALSE(fs::exists(folder));
  child_process node{troupe({"node"}), place_};
  ASSERT_TRUE(node.wait_for("coverage=", 60s)) << node.seen().err;
  EXPECT_EQ(json_of({"similar", picture}), picture_alone);
  EXPECT_EQ(json_of({"similar", text}), text_alone);
  EXPECT_EQ(json_of({"search", "boats harbuor nihgt"}), words_alone);
  node.signal(SIGTERM);
  EXPECT_EQ(node.end(60s).code, 0);
  // It was the node that answered, and kept its vectors.
  EXPECT_TRUE(fs::exists(folder));
  EXPECT_EQ(json_of({"similar", picture}), picture_alone);
}

TEST_F(similar, knows_at_once_what_a_node_took_in_or_forgot) {
  fill();
  const auto text = (media_ / "sea/harbour.txt").string();
  child_process node{troupe({"node"}), place_};
  ASSERT_TRUE(node.wait_for("coverage=", 60s)) << node.seen().err;
  EXPECT_EQ(names_of(json_of({"similar", text})).size(), 4U);
  write_text("sea/copy.txt", "Boats lie in the harbour at night, too.");
  ASSERT_EQ(run(troupe({"index", media_.string()}), place_).code, 0);
  EXPECT_EQ(names_of(json_of({"similar", text})).front(), "copy.txt");
  ASSERT_EQ(
    run(troupe({"forget", (media_ / "sea/copy.txt").string()}), place_).code,
    0);
  EXPECT_EQ(names_of(json_of({"similar", text})).size(), 4U);
  EXPECT_NE(names_of(json_of({"similar", text})).front(), "copy.txt");
  node.signal(SIGTERM);
  EXPECT_EQ(node.end(60s).code, 0);
}

TEST_F(similar, looks_only_below_a_folder) {
  fill();
  const auto text = (media_ / "sea/quay.txt").string();
  EXPECT_EQ(
    names_of(json_of({"similar", text, "--under", (media_ / "town").string()})),
    (std::vector<std::string>{"night.txt", "tax.txt"}));
  EXPECT_TRUE(
    names_of(json_of({"similar", text, "--tag", "no such words"})).empty());
}

// -- models -------------------------------------------------------------------

class models : public similar {
protected:
  /// Pictures of 3 x 32 x 32 in, vectors of 8 out.
  [[nodiscard]] static std::string model() {
    const auto port = [](const std::string& name,
                         const std::vector<std::size_t>& sides) {
      wire_writer shape;
      for (const auto side : sides)
        shape.text(1, wire_writer{}.number(1, side).bytes());
      const auto tensor =
        wire_writer{}.number(1, 1).text(2, shape.bytes()).bytes();
      return wire_writer{}
        .text(1, name)
        .text(2, wire_writer{}.text(1, tensor).bytes())
        .bytes();
    };
    wire_writer graph;
    graph.text(1, onnx_node("Flatten", {"pixels"}, "vector", {}))
      .text(11, port("pixels", {1, 3, 32, 32}))
      .text(12, port("vector", {1, 8}));
    return wire_writer{}.number(1, 8).text(7, graph.bytes()).bytes();
  }

  void put_model(const std::string& sheet) {
    fs::create_directories(root_ / "models");
    std::ofstream{root_ / "models/mine.onnx", std::ios::binary} << model();
    if (!sheet.empty())
      std::ofstream{root_ / "models/mine.json"} << sheet;
    place_["TROUPE_MODELS"] = (root_ / "models").string();
  }
};

TEST_F(models, list_what_makes_vectors) {
  put_model(R"({"preset":"clip"})");
  const auto listed = json_of({"models"});
  ASSERT_GE(listed["items"].size(), 4U);
  EXPECT_EQ(listed["items"][1]["space"], "scene353-1/exact");
  const auto mine = listed["items"].back();
  EXPECT_EQ(mine["name"], "mine");
  EXPECT_TRUE(
    mine["space"].get<std::string>().ends_with("/clip-1/exact/vector/none"));
}

TEST_F(models, say_plainly_what_is_missing) {
  put_model("");
  const auto file = (root_ / "models/mine.onnx").string();
  const auto end = run(troupe({"models", "inspect", file}), place_);
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_NE(end.out.find("input        pixels float32 [1 x 3 x 32 x 32]"),
            std::string::npos)
    << end.out;
  EXPECT_NE(end.out.find("it has no sheet; write mine.json"), std::string::npos)
    << end.out;
  const auto told = json_of({"models", "inspect", file});
  if (told["runner"].is_null()) {
    EXPECT_NE(end.out.find("built without ONNX Runtime"), std::string::npos)
      << end.out;
  }
  EXPECT_EQ(told["sha256"].get<std::string>().size(), 64U);
}

TEST_F(models, refuse_what_is_no_model) {
  const auto file = (root_ / "page.onnx").string();
  std::ofstream{file} << "<html>404 not found</html>";
  const auto end = run(troupe({"models", "inspect", file}), place_);
  EXPECT_EQ(end.code, 1);
  EXPECT_NE(end.err.find("no ONNX model"), std::string::npos) << end.err;
  const auto none = run(troupe({"models", "inspect", file + "x"}), place_);
  EXPECT_EQ(none.code, 3) << none.err;
}

} // namespace

} // namespace troupe::testing
