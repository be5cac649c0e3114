#include "domain/index/index_file.hpp"

#include "domain/library/path_digest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>
#include <utility>

namespace troupe::index {

namespace {

// The file, in this order; numbers and floats little-endian:
//   magic, 16 bytes, with the format's version
//   dim, rows, graph_rows: u64; seen_seq: i64; graph_hash: 32 bytes
//   space, lineage: each its length as u64, then its bytes
//   blocks of at most vector_table::block_rows rows: seq and content (i64
//   each) of every row, then the vectors [row][dim], float32
//   SHA-256 of everything before, 32 bytes
constexpr std::string_view magic = "troupe index v1\n";
constexpr std::size_t word_bytes_max = 65'536;
constexpr std::size_t dim_max = 1'048'576;

static_assert(std::endian::native == std::endian::little);
static_assert(sizeof(result_mark) == 16);
static_assert(std::is_trivially_copyable_v<result_mark>);

error damaged(std::string_view what) {
  return {errc::corrupt, fmt::format("index file: {}", what)};
}

/// Reads and hashes at the same time.
class hashing_reader {
public:
  hashing_reader(cached_file& file, content_digest& digest)
    : file_(&file), digest_(&digest) {}

  result<void> take(void* into, std::size_t count) {
    const std::span bytes{static_cast<std::uint8_t*>(into), count};
    if (auto done = file_->read(bytes); !done)
      return done;
    taken_ += count;
    return digest_->add(bytes);
  }

  result<std::uint64_t> number() {
    std::uint64_t value = 0;
    if (auto done = take(&value, sizeof value); !done)
      return done.failure();
    return value;
  }

  result<std::string> word() {
    const auto count = number();
    if (!count)
      return count.failure();
    if (*count > word_bytes_max)
      return damaged("a name is too long");
    std::string text(*count, '\0');
    if (auto done = take(text.data(), text.size()); !done)
      return done.failure();
    return text;
  }

  [[nodiscard]] std::uint64_t taken() const noexcept {
    return taken_;
  }

private:
  cached_file* file_;
  content_digest* digest_;
  std::uint64_t taken_ = 0;
};

/// Sizes by the header.
struct table_shape {
  std::uint64_t dim = 0;
  std::uint64_t rows = 0;
};

result<table_shape> read_header(hashing_reader& from, index_header& header) {
  std::array<char, magic.size()> first{};
  if (auto done = from.take(first.data(), first.size()); !done)
    return done.failure();
  if (std::string_view{first.data(), first.size()} != magic)
    return error{errc::unsupported, "index file: of another version"};
  std::array<std::uint64_t, 4> numbers{};
  if (auto done = from.take(numbers.data(), sizeof numbers); !done)
    return done.failure();
  header.graph_rows = numbers[2];
  header.seen_seq = static_cast<std::int64_t>(numbers[3]);
  if (auto done = from.take(header.graph_hash.data(), header.graph_hash.size());
      !done)
    return done.failure();
  auto space = from.word();
  if (!space)
    return space.failure();
  auto lineage = from.word();
  if (!lineage)
    return lineage.failure();
  header.space = std::move(space.value());
  header.lineage = std::move(lineage.value());
  return table_shape{numbers[0], numbers[1]};
}

/// What the header promises must be what the file holds, before memory is
/// taken for it.
result<void> check_shape(const table_shape& shape, std::uint64_t rest) {
  constexpr auto hash_bytes = sizeof(content_hash);
  if (shape.dim == 0 || shape.dim > dim_max || rest < hash_bytes)
    return damaged("its sizes make no sense");
  const auto row_bytes = sizeof(result_mark) + shape.dim * sizeof(float);
  if (shape.rows != (rest - hash_bytes) / row_bytes
      || (rest - hash_bytes) % row_bytes != 0)
    return damaged("it is shorter or longer than its header says");
  return {};
}

result<void> read_rows(hashing_reader& from, const table_shape& shape,
                       vector_table& table) {
  std::vector<result_mark> marks;
  std::vector<float> values;
  std::int64_t last = 0;
  for (std::uint64_t first = 0; first < shape.rows;
       first += vector_table::block_rows) {
    const auto count =
      std::min<std::uint64_t>(vector_table::block_rows, shape.rows - first);
    marks.resize(count);
    values.resize(count * shape.dim);
    if (auto done = from.take(marks.data(), count * sizeof(result_mark)); !done)
      return done;
    if (auto done = from.take(values.data(), values.size() * sizeof(float));
        !done)
      return done;
    for (std::size_t i = 0; i < count; ++i) {
      if (marks[i].seq <= std::exchange(last, marks[i].seq))
        return damaged("its rows are out of order");
      table.add(marks[i], std::span{values}.subspan(i * shape.dim, shape.dim));
    }
  }
  return {};
}

std::string key_of(const std::string& space) {
  return fmt::format("{:016x}", digest_path(space).high);
}

} // namespace

std::string index_name(const std::string& space) {
  return key_of(space) + ".vectors";
}

std::string graph_name(const std::string& space) {
  return key_of(space) + ".graph";
}

// -- writing ------------------------------------------------------------------

result<std::unique_ptr<index_writer>>
index_writer::begin(index_cache& cache, const content_hasher& hasher,
                    index_header header,
                    std::shared_ptr<const vector_table> table) {
  const auto name = index_name(header.space);
  std::unique_ptr<index_writer> made{
    new index_writer{std::move(header), std::move(table)}};
  auto digest = hasher.begin();
  if (!digest)
    return digest.failure();
  made->digest_ = std::move(digest.value());
  auto file = cache.begin(name);
  if (!file)
    return file.failure();
  made->file_ = std::move(file.value());
  if (auto done = made->put_header(); !done)
    return done.failure();
  return made;
}

result<bool> index_writer::write_some() {
  if (written_ < rows_)
    if (auto done = put_rows(); !done)
      return done.failure();
  if (written_ < rows_)
    return false;
  const auto hash = digest_->finish();
  if (!hash)
    return hash.failure();
  const std::string_view bytes{reinterpret_cast<const char*>(hash->data()),
                               hash->size()};
  if (auto done = file_->write(bytes); !done)
    return done.failure();
  if (auto done = file_->finish(); !done)
    return done.failure();
  return true;
}

result<void> index_writer::put(const void* bytes, std::size_t count) {
  if (auto done =
        digest_->add({static_cast<const std::uint8_t*>(bytes), count});
      !done)
    return done;
  return file_->write({static_cast<const char*>(bytes), count});
}

result<void> index_writer::put_header() {
  std::string bytes{magic};
  const auto add = [&bytes](const void* from, std::size_t count) {
    bytes.append(static_cast<const char*>(from), count);
  };
  const std::array<std::uint64_t, 4> numbers{
    table_->dim(), rows_, header_.graph_rows,
    static_cast<std::uint64_t>(header_.seen_seq)};
  add(numbers.data(), sizeof numbers);
  add(header_.graph_hash.data(), header_.graph_hash.size());
  for (const auto* word : {&header_.space, &header_.lineage}) {
    const std::uint64_t count = word->size();
    add(&count, sizeof count);
    bytes += *word;
  }
  return put(bytes.data(), bytes.size());
}

result<void> index_writer::put_rows() {
  constexpr auto block = vector_table::block_rows;
  const auto count = std::min(block, rows_ - written_);
  std::vector<result_mark> marks;
  for (std::size_t i = 0; i < count; ++i)
    marks.push_back(table_->mark(written_ + i));
  if (auto done = put(marks.data(), count * sizeof(result_mark)); !done)
    return done;
  const auto values = table_->block(written_ / block).values;
  written_ += count;
  return put(values.data(), count * table_->dim() * sizeof(float));
}

// -- reading ------------------------------------------------------------------

result<loaded_index> load_index(index_cache& cache,
                                const content_hasher& hasher,
                                const std::string& space,
                                const std::string& lineage) {
  auto file = cache.open(index_name(space));
  if (!file)
    return file.failure();
  auto digest = hasher.begin();
  if (!digest)
    return digest.failure();
  hashing_reader from{**file, **digest};
  loaded_index loaded;
  const auto shape = read_header(from, loaded.header);
  if (!shape)
    return shape.failure();
  if (loaded.header.space != space || loaded.header.lineage != lineage)
    return error{errc::refused, "index file: of another library or recipe"};
  if (auto fits = check_shape(*shape, (*file)->size() - from.taken()); !fits)
    return fits.failure();
  loaded.table = std::make_shared<vector_table>(shape->dim);
  if (auto done = read_rows(from, *shape, *loaded.table); !done)
    return done.failure();
  content_hash kept{};
  if (auto done = (*file)->read(kept); !done)
    return done.failure();
  const auto hash = (*digest)->finish();
  if (!hash)
    return hash.failure();
  if (*hash != kept)
    return damaged("its check sum is wrong");
  return loaded;
}

result<content_hash> hash_cached(index_cache& cache,
                                 const content_hasher& hasher,
                                 const std::string& name) {
  auto file = cache.open(name);
  if (!file)
    return file.failure();
  auto digest = hasher.begin();
  if (!digest)
    return digest.failure();
  std::vector<std::uint8_t> piece(std::size_t{1} << 20U);
  for (auto left = (*file)->size(); left > 0;) {
    const auto count = std::min<std::uint64_t>(left, piece.size());
    const auto bytes = std::span{piece}.first(count);
    if (auto done = (*file)->read(bytes); !done)
      return done.failure();
    if (auto done = (*digest)->add(bytes); !done)
      return done.failure();
    left -= count;
  }
  return (*digest)->finish();
}

} // namespace troupe::index
