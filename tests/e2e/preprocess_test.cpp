// `troupe preprocess` as its user meets it.

#include "tests/e2e/troupe_scene.hpp"

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>

namespace troupe::testing {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class preprocess : public troupe_scene {
protected:
  static std::string small_file(const std::string& name) {
    return std::string{TROUPE_ROOT} + "/tests/data/images/" + name;
  }

  [[nodiscard]] process_end make(const std::string& picture,
                                 std::vector<std::string> options) const {
    std::vector<std::string> words{TROUPE_BINARY, "preprocess", picture, "-o",
                                   output_.string()};
    words.insert(words.end(), options.begin(), options.end());
    return run(words);
  }

  [[nodiscard]] std::string written() const {
    std::ifstream file{output_, std::ios::binary};
    return {std::istreambuf_iterator<char>{file},
            std::istreambuf_iterator<char>{}};
  }

  fs::path output_ = root_ / "t.npy";
};

/// The text of a NumPy file's header.
std::string header_of(const std::string& file) {
  EXPECT_EQ(file.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  const auto length = static_cast<std::uint8_t>(file.at(8))
                      + 256U * static_cast<std::uint8_t>(file.at(9));
  EXPECT_EQ((10 + length) % 64, 0U);
  return file.substr(10, length);
}

TEST_F(preprocess, writes_a_tensor_in_the_layout_of_its_recipe) {
  const auto end = make(small_file("baseline.jpg"), {"--recipe", "imagenet"});
  ASSERT_EQ(end.code, 0) << end.err;
  const auto file = written();
  EXPECT_NE(header_of(file).find("{'descr': '<f4', 'fortran_order': False, "
                                 "'shape': (3, 224, 224), }"),
            std::string::npos);
  EXPECT_EQ(file.size() % 64, 3 * 224 * 224 * 4 % 64);
  EXPECT_GT(file.size(), 3U * 224 * 224 * 4);
}

TEST_F(preprocess, writes_pixels_and_says_so_in_json) {
  const auto end = make(small_file("animated.webp"),
                        {"--recipe", "siglip", "--stage", "pixels", "--json"});
  ASSERT_EQ(end.code, 0) << end.err;
  EXPECT_NE(header_of(written()).find("'|u1'"), std::string::npos);
  EXPECT_NE(header_of(written()).find("(224, 224, 3)"), std::string::npos);
  const auto document = json::parse(end.out);
  EXPECT_EQ(document["recipe"], "siglip-1/exact");
  EXPECT_EQ(document["notes"][0], "animated: only the first frame is used");
  EXPECT_NE(end.err.find("only the first frame"), std::string::npos);
}

TEST_F(preprocess, replaces_a_file_only_when_forced_to) {
  std::ofstream{output_} << "mine";
  const auto refused = make(small_file("rgb.png"), {"--recipe", "tf"});
  EXPECT_EQ(refused.code, 4) << refused.err;
  EXPECT_EQ(written(), "mine");
  EXPECT_EQ(make(small_file("rgb.png"), {"--recipe", "tf", "--force"}).code, 0);
  EXPECT_NE(header_of(written()).find("(224, 224, 3)"), std::string::npos);
}

TEST_F(preprocess, says_what_is_wrong_with_its_input) {
  const auto absent = make((root_ / "none.jpg").string(), {"--recipe", "clip"});
  EXPECT_EQ(absent.code, 3) << absent.err;
  const auto gif = make(small_file("one_frame.gif"), {"--recipe", "clip"});
  EXPECT_EQ(gif.code, 1) << gif.err;
  EXPECT_NE(gif.err.find("a GIF picture is not supported; convert it with"),
            std::string::npos)
    << gif.err;
  const auto recipe = make(small_file("rgb.png"), {"--recipe", "cilp"});
  EXPECT_EQ(recipe.code, 2) << recipe.err;
  EXPECT_FALSE(fs::exists(output_));
}

TEST_F(preprocess, obeys_the_limit_of_pixels) {
  const auto end = run({TROUPE_BINARY, "preprocess", small_file("rgb.png"),
                        "--recipe", "clip", "-o", output_.string()},
                       {{"TROUPE_LIBRARY_PIXELS_MAX", "1000"}});
  EXPECT_EQ(end.code, 1) << end.err;
  EXPECT_NE(end.err.find("raise library.pixels_max"), std::string::npos)
    << end.err;
}

} // namespace

} // namespace troupe::testing
