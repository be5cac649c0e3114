#include "io/index/openblas_score_kernel.hpp"

#include <cblas.h>

#include <cassert>

namespace troupe::io {

namespace {

/// Thread affinity: none; OpenBLAS runs each call on the caller's thread.
class openblas_score_kernel final : public score_kernel {
public:
  openblas_score_kernel() {
    openblas_set_num_threads(1);
  }

  void score(const search::vector_rows& rows,
             const search::vector_rows& queries,
             std::span<float> out) const noexcept override {
    assert(rows.dim == queries.dim);
    assert(out.size() == rows.rows() * queries.rows());
    const auto count = static_cast<blasint>(rows.rows());
    const auto asked = static_cast<blasint>(queries.rows());
    const auto dim = static_cast<blasint>(rows.dim);
    if (count == 0 || asked == 0)
      return;
    if (asked == 1)
      return cblas_sgemv(CblasRowMajor, CblasNoTrans, count, dim, 1.0F,
                         rows.values.data(), dim, queries.values.data(), 1,
                         0.0F, out.data(), 1);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, asked, count, dim,
                1.0F, queries.values.data(), dim, rows.values.data(), dim, 0.0F,
                out.data(), count);
  }
};

} // namespace

std::unique_ptr<const score_kernel> open_openblas_score_kernel() {
  return std::make_unique<const openblas_score_kernel>();
}

} // namespace troupe::io
