#include "tools/sample/sample_folder.hpp"

#include "tools/sample/catalogue.hpp"
#include "tools/sample/picture_file.hpp"
#include "tools/sample/sound_file.hpp"

#include <cerrno>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace troupe::sample {

namespace fs = std::filesystem;

namespace {

/// Writes files below one folder and counts them; keeps the first error.
class folder_writer {
public:
  explicit folder_writer(fs::path folder) : folder_(std::move(folder)) {}

  void write(const std::string& name, const result<std::string>& content,
             int folder_summary::*counter) {
    if (failure_)
      return;
    if (!content) {
      failure_ = content.failure();
      return;
    }
    const auto file = folder_ / name;
    std::error_code code;
    fs::create_directories(file.parent_path(), code);
    std::ofstream stream{file, std::ios::binary | std::ios::trunc};
    stream.write(content->data(),
                 static_cast<std::streamsize>(content->size()));
    stream.close();
    if (!stream) {
      failure_ =
        error{errc::io_failure, "write: " + file.string() + ": "
                                  + std::generic_category().message(errno)
                                  + "; is the folder writable?"};
      return;
    }
    ++(summary_.*counter);
    summary_.bytes += content->size();
  }

  /// Whether a write failed; nothing more is written then.
  [[nodiscard]] bool failed() const {
    return failure_.has_value();
  }

  [[nodiscard]] result<folder_summary> outcome() const {
    if (failure_)
      return *failure_;
    return summary_;
  }

private:
  fs::path folder_;
  folder_summary summary_;
  std::optional<error> failure_;
};

void write_piece(folder_writer& to, const catalogue_entry& entry,
                 double seconds_max) {
  if (to.failed())
    return;
  const auto& plan = entry.plan;
  to.write(entry.file,
           encode_sound(perform(entry, seconds_max), entry.format,
                        {plan.title, plan.artist, plan.album}),
           &folder_summary::sounds);
}

} // namespace

result<folder_summary> make_sample_folder(const fs::path& folder,
                                          const sample_size& size) {
  folder_writer writer{folder};
  for (const auto& entry : catalogue())
    write_piece(writer, entry, size.seconds_max);
  for (const auto& painted : paint_pictures(size.picture_width))
    writer.write("pictures/" + painted.name + ".png", encode_png(painted),
                 &folder_summary::pictures);
  for (const auto& [file, text] : sample_texts())
    writer.write(file, text, &folder_summary::texts);
  writer.write("about.txt", about_text(), &folder_summary::texts);
  return writer.outcome();
}

result<folder_summary> make_many_pieces(const fs::path& folder,
                                        const many_pieces& what) {
  folder_writer writer{folder};
  for (int number = 0; number < what.count; ++number)
    write_piece(writer, short_piece(number, what.length_s, what.seed),
                what.length_s);
  return writer.outcome();
}

} // namespace troupe::sample
