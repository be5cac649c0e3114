#include "io/weights/mmap_weights_source.hpp"
#include "tests/fakes/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace troupe::io {
namespace {

void write(const std::string& path, const std::string& text) {
  std::ofstream{path, std::ios::binary} << text;
}

std::string text_of(const weights_file& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()),
          file.bytes().size()};
}

TEST(mmap_weights_source_test, finds_a_set_in_the_first_folder_that_has_it) {
  const fakes::scratch_folder first;
  const fakes::scratch_folder second;
  write(second.at("a.safetensors"), "second a");
  write(second.at("b.safetensors"), "second b");
  write(first.at("b.safetensors"), "first b");
  const auto source =
    open_mmap_weights_source({first.at("absent"), first.at(""), second.at("")});
  EXPECT_EQ(text_of(**source->open("a")), "second a");
  EXPECT_EQ(text_of(**source->open("b")), "first b");
  EXPECT_EQ(source->names(), (std::vector<std::string>{"a", "b"}));
}

TEST(mmap_weights_source_test, a_path_is_opened_as_it_is) {
  const fakes::scratch_folder folder;
  write(folder.at("mine.bin"), "mine");
  const auto source = open_mmap_weights_source({});
  EXPECT_EQ(text_of(**source->open(folder.at("mine.bin"))), "mine");
}

TEST(mmap_weights_source_test, an_unknown_name_is_answered_with_those_known) {
  const fakes::scratch_folder folder;
  write(folder.at("natural-fast-x2.safetensors"), "");
  const auto opened =
    open_mmap_weights_source({folder.at("")})->open("natural-x2");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.failure().code, errc::not_found);
  EXPECT_NE(opened.failure().detail.find("natural-fast-x2"), std::string::npos);
}

TEST(mmap_weights_source_test, a_file_of_no_bytes_has_no_bytes) {
  const fakes::scratch_folder folder;
  write(folder.at("empty.safetensors"), "");
  const auto source = open_mmap_weights_source({folder.at("")});
  EXPECT_TRUE((*source->open("empty"))->bytes().empty());
}

TEST(mmap_weights_source_test, folders_and_absent_files_are_named) {
  const fakes::scratch_folder folder;
  const auto source = open_mmap_weights_source({});
  EXPECT_EQ(source->open(folder.at("")).failure().code, errc::unsupported);
  const auto absent = source->open(folder.at("absent.bin"));
  EXPECT_EQ(absent.failure().code, errc::not_found);
  EXPECT_NE(absent.failure().detail.find("absent.bin"), std::string::npos);
}

} // namespace
} // namespace troupe::io
