#include "domain/network/json_value.hpp"
#include "domain/network/lanczos_rows.hpp"
#include "domain/network/network_weights.hpp"
#include "domain/network/safetensors.hpp"
#include "tests/domain/network/made_weights.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <string_view>

namespace troupe::network {
namespace {

using testing::make_file;

result<std::shared_ptr<const network_weights>>
load(const std::vector<std::byte>& bytes) {
  const auto hasher = std::move(io::open_openssl_content_hash()).value();
  return network_weights::load(bytes, *hasher);
}

std::string replaced(std::string text, std::string_view from,
                     std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

// -- JSON ---------------------------------------------------------------------

TEST(json_value_test, reads_what_the_grammar_allows) {
  const auto read = json_value::read(
    " {\"a\":[1,2.5e1,-3,true,false,null],\"b\":{\"c\":\"x\\n\\u00e9"
    "\\ud83d\\ude00\"},\"\":0} ");
  ASSERT_TRUE(read) << read.failure().detail;
  const auto& list = read->find("a")->items();
  EXPECT_EQ(list.size(), 6U);
  EXPECT_EQ(list[1].count().value(), 25U);
  EXPECT_FALSE(list[2].count());
  EXPECT_TRUE(list[3].is_true());
  EXPECT_FALSE(list[4].is_true());
  EXPECT_EQ(list[5].type(), json_value::kind::null);
  EXPECT_EQ(read->find("b")->find("c")->text(), "x\n\xc3\xa9\xf0\x9f\x98\x80");
  EXPECT_EQ(read->find("")->count().value(), 0U);
  EXPECT_EQ(read->find("z"), nullptr);
}

TEST(json_value_test, refuses_everything_else) {
  for (const std::string_view wrong : {"",
                                       " ",
                                       "{",
                                       "}",
                                       "[1,]",
                                       "[1 2]",
                                       "{\"a\"}",
                                       "{\"a\":1,}",
                                       "{a:1}",
                                       "{\"a\":1,\"a\":2}",
                                       "01",
                                       "1.",
                                       ".5",
                                       "+1",
                                       "-",
                                       "1e",
                                       "nul",
                                       "tru",
                                       "\"",
                                       "\"\\x\"",
                                       "\"\\u12\"",
                                       "\"\\ud800\"",
                                       "\"\\ud800\\u0041\"",
                                       "\"\\udc00\"",
                                       "\"\n\"",
                                       "1 1",
                                       "NaN",
                                       "inf",
                                       "1e999",
                                       "//\n1"})
    EXPECT_FALSE(json_value::read(wrong)) << wrong;
}

TEST(json_value_test, refuses_depth_that_could_overflow_the_stack) {
  EXPECT_TRUE(json_value::read(std::string(32, '[') + std::string(32, ']')));
  EXPECT_FALSE(json_value::read(std::string(40, '[') + std::string(40, ']')));
  EXPECT_FALSE(json_value::read(std::string(1000000, '[')));
}

// -- files --------------------------------------------------------------------

TEST(network_weights_test, loads_a_sound_file) {
  const auto loaded = load(make_file({16, 2, 3, "mirror", true}).bytes());
  ASSERT_TRUE(loaded) << loaded.failure().detail;
  const auto& weights = **loaded;
  EXPECT_EQ(weights.name(), "made");
  EXPECT_EQ(weights.graph().factor, 3U);
  EXPECT_EQ(weights.graph().halo(), 4U);
  EXPECT_EQ(weights.layers().size(), 4U);
  EXPECT_EQ(weights.fingerprint().size(), 64U);
  // 9 * (1*16 + 16*16 + 16*16 + 16*9)
  EXPECT_EQ(weights.products_per_pixel(), 6048U);
  for (const auto& layer : weights.layers())
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(layer.weights) % 64, 0U);
}

TEST(network_weights_test, levels_are_added_to_the_first_bias) {
  const auto file = make_file({16, 0, 2, "mirror", true});
  const auto weights = testing::load_made(file);
  std::vector<float> clean(16);
  std::vector<float> full(16);
  weights->first_bias(0, clean);
  weights->first_bias(1, full);
  // `levels.weight` [16][2] is the last array of the file.
  const auto levels = file.data.data() + file.data.size() - 32;
  for (std::size_t i = 0; i < 16; ++i) {
    EXPECT_EQ(clean[i], weights->layers()[0].bias[i]);
    EXPECT_NEAR(full[i], clean[i] + levels[2 * i] + levels[2 * i + 1], 1e-6);
  }
}

TEST(network_weights_test, names_what_is_wrong_with_a_graph) {
  struct row {
    std::string_view from;
    std::string_view to;
    errc code;
    std::string_view named;
  };

  for (const auto& [from, to, code, named] : std::vector<row>{
         {"conv3x3", "attention", errc::unsupported, "'attention'"},
         {"upscale-1", "upscale-2", errc::newer_version, "upscale-2"},
         {"troupe-upscale-1", "other", errc::unsupported, "other"},
         {"\"factor\":2", "\"factor\":5", errc::unsupported, "2, 3 and 4"},
         {"\"factor\":2", "\"factor\":3", errc::corrupt, "needs 9"},
         {"mirror", "wrap", errc::unsupported, "'wrap'"},
         {"repeat", "bicubic", errc::unsupported, "'bicubic'"},
         {"pixel_shuffle", "deconv", errc::unsupported, "'deconv'"},
         {"\"levels\":[]", "\"levels\":[\"fog\"]", errc::unsupported, "levels"},
         {"\"layers\":[", "\"layers\":[[", errc::corrupt, "graph"},
       }) {
    auto file = make_file({});
    file.graph = replaced(file.graph, from, to);
    const auto loaded = load(file.bytes());
    ASSERT_FALSE(loaded) << to;
    EXPECT_EQ(loaded.failure().code, code) << loaded.failure().detail;
    EXPECT_NE(loaded.failure().detail.find(named), std::string::npos)
      << loaded.failure().detail;
  }
}

TEST(network_weights_test, names_what_is_wrong_with_an_array) {
  struct row {
    std::string_view from;
    std::string_view to;
    errc code;
  };

  for (const auto& [from, to, code] : std::vector<row>{
         {"\"1.weight\"", "\"one.weight\"", errc::corrupt},
         {"\"0.bias\"", "\"0.bia\"", errc::corrupt},
         {"[16,16,3,3]", "[16,16,9,1]", errc::corrupt},
         {"[16,16,3,3]", "[8,32,3,3]", errc::corrupt},
         {"[16,16,3,3]", "[16,16,3,4]", errc::corrupt},
         {"[16,16,3,3]", "[0,16,3,3]", errc::corrupt},
         {"[16,16,3,3]", "[4294967296,4294967296,3,3]", errc::corrupt},
         {"[16,16,3,3]", "[-16,16,3,3]", errc::corrupt},
         {"\"F32\"", "\"F16\"", errc::unsupported},
         {"\"data_offsets\":[0,", "\"data_offsets\":[4,", errc::corrupt},
         {"\"data_offsets\":[576,", "\"data_offsets\":[572,", errc::corrupt},
         {"\"data_offsets\":[0,576]", "\"data_offsets\":[9e15,9e15]",
          errc::corrupt},
       }) {
    auto file = make_file({});
    file.arrays = replaced(file.arrays, from, to);
    const auto loaded = load(file.bytes());
    ASSERT_FALSE(loaded) << to;
    EXPECT_EQ(loaded.failure().code, code) << loaded.failure().detail;
  }
}

TEST(network_weights_test, refuses_numbers_that_are_not_finite) {
  for (const auto number : {std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::infinity()}) {
    auto file = make_file({});
    file.data[200] = number;
    const auto loaded = load(file.bytes());
    ASSERT_FALSE(loaded);
    EXPECT_NE(loaded.failure().detail.find("layer 1 "), std::string::npos)
      << loaded.failure().detail;
  }
}

TEST(network_weights_test, refuses_a_changed_number_by_its_checksum) {
  auto file = make_file({});
  file.sha256 = file.digest();
  ASSERT_TRUE(load(file.bytes()));
  file.data[100] += 1e-6F;
  const auto loaded = load(file.bytes());
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.failure().detail.find("SHA-256"), std::string::npos);
}

TEST(network_weights_test, a_file_cut_anywhere_is_refused) {
  auto bytes = make_file({}).bytes();
  while (!bytes.empty()) {
    bytes.resize(bytes.size() - std::min<std::size_t>(bytes.size(), 97));
    EXPECT_FALSE(load(bytes)) << bytes.size();
  }
}

TEST(network_weights_test, hostile_files_end_in_an_error) {
  const auto campaign = std::getenv("TROUPE_CAMPAIGN");
  const auto rounds =
    campaign != nullptr && std::string_view{campaign} == "full" ? 100000 : 1000;
  const auto sound = make_file({16, 0, 2, "mirror", true}).bytes();
  std::mt19937 random{17};
  const auto below = [&random](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random);
  };
  // Most faults go where the reader believes most: length and header.
  const std::size_t header_end = 8 + 900;
  for (int round = 0; round < rounds; ++round) {
    auto bytes = sound;
    const auto faults = 1 + below(4);
    for (std::size_t i = 0; i < faults; ++i) {
      const auto at = below(4) == 0 ? below(bytes.size()) : below(header_end);
      switch (below(4)) {
      case 0:
        bytes[at] = static_cast<std::byte>(below(256));
        break;
      case 1:
        bytes[at] ^= static_cast<std::byte>(1U << below(8));
        break;
      case 2:
        bytes[at] = static_cast<std::byte>("{}[]\",:0-9"[below(10)]);
        break;
      default:
        bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
    const auto loaded = load(bytes);
    EXPECT_TRUE(loaded || !loaded.failure().detail.empty());
  }
}

// -- Lanczos ------------------------------------------------------------------

TEST(lanczos_rows_test, phases_sum_to_one_and_mirror_each_other) {
  for (const std::size_t factor : {2U, 3U, 4U})
    for (std::size_t phase = 0; phase < factor; ++phase) {
      const auto weights = lanczos_phase(phase, factor);
      const auto opposite = lanczos_phase(factor - 1 - phase, factor);
      EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1,
                  1e-6);
      for (std::size_t tap = 0; tap < 7; ++tap)
        EXPECT_FLOAT_EQ(weights[tap], opposite[6 - tap]);
    }
}

TEST(lanczos_rows_test, the_phases_of_factor_two_are_those_of_the_formula) {
  // sinc(d) sinc(d/3) at d = 2.75, 1.75, 0.75, 0.25, 1.25, 2.25 from the left,
  // divided by their sum; computed apart with 30 digits.
  const auto weights = lanczos_phase(0, 2);
  const auto product = [](double d) {
    const auto pi = 3.14159265358979323846;
    return std::sin(pi * d) / (pi * d) * std::sin(pi * d / 3) / (pi * d / 3);
  };
  const std::array distances{2.75, 1.75, 0.75, 0.25, 1.25, 2.25};
  double sum = 0;
  for (const auto d : distances)
    sum += product(d);
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_NEAR(weights[i], product(distances[i]) / sum, 1e-6);
  EXPECT_EQ(weights[6], 0.0F);
}

} // namespace
} // namespace troupe::network
