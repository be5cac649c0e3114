#include "io/index/openblas_score_kernel.hpp"

#include <cblas.h>
#include <dlfcn.h>

#include <cassert>

namespace troupe::io {

namespace {

/// The library's functions, found when several questions come together.
///
/// It starts threads as it is loaded, which spin for a while: linked to, it
/// would cost every command, also one that prints a version.
class openblas_library {
public:
  static const openblas_library& instance() {
    // Thread-safe by the language; never unloaded.
    static const openblas_library one;
    return one;
  }

  /// Null where the library is not installed.
  decltype(&cblas_sgemm) sgemm = nullptr;

private:
  openblas_library() {
    // Its binary interface, as in the name that a linker would have noted.
    auto* handle = ::dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr)
      return;
    const auto set_threads =
      reinterpret_cast<decltype(&openblas_set_num_threads)>(
        ::dlsym(handle, "openblas_set_num_threads"));
    // What runs beside is other actors.
    if (set_threads != nullptr)
      set_threads(1);
    sgemm =
      reinterpret_cast<decltype(&cblas_sgemm)>(::dlsym(handle, "cblas_sgemm"));
  }
};

/// Thread affinity: none; each call runs on the caller's thread.
class openblas_score_kernel final : public score_kernel {
public:
  void score(const search::vector_rows& rows,
             const search::vector_rows& queries,
             std::span<float> out) const noexcept override {
    assert(rows.dim == queries.dim);
    assert(out.size() == rows.rows() * queries.rows());
    if (rows.rows() == 0 || queries.rows() == 0)
      return;
    const auto sgemm =
      queries.rows() > 1 ? openblas_library::instance().sgemm : nullptr;
    if (sgemm == nullptr)
      return score_one_by_one(rows, queries, out);
    const auto count = static_cast<blasint>(rows.rows());
    const auto asked = static_cast<blasint>(queries.rows());
    const auto dim = static_cast<blasint>(rows.dim);
    sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, asked, count, dim, 1.0F,
          queries.values.data(), dim, rows.values.data(), dim, 0.0F, out.data(),
          count);
  }

private:
  /// One question runs at the speed of the memory this way, too.
  static void score_one_by_one(const search::vector_rows& rows,
                               const search::vector_rows& queries,
                               std::span<float> out) noexcept {
    for (std::size_t i = 0; i < queries.rows(); ++i)
      search::dots(rows, queries.row(i),
                   out.subspan(i * rows.rows(), rows.rows()));
  }
};

} // namespace

std::unique_ptr<const score_kernel> open_openblas_score_kernel() {
  return std::make_unique<const openblas_score_kernel>();
}

} // namespace troupe::io
