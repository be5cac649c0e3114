#include "io/openssl_content_hash.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <array>
#include <utility>

namespace troupe::io {

namespace {

struct context_deleter {
  void operator()(EVP_MD_CTX* context) const noexcept {
    EVP_MD_CTX_free(context);
  }
};

struct algorithm_deleter {
  void operator()(EVP_MD* algorithm) const noexcept {
    EVP_MD_free(algorithm);
  }
};

using context_ptr = std::unique_ptr<EVP_MD_CTX, context_deleter>;
using algorithm_ptr = std::unique_ptr<EVP_MD, algorithm_deleter>;

/// The single place where OpenSSL's error queue becomes ours.
error to_error(const char* what) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return {errc::internal, std::string{"hash: "} + what + ": " + text.data()};
}

class openssl_content_digest final : public content_digest {
public:
  explicit openssl_content_digest(context_ptr context)
    : context_(std::move(context)) {}

  result<void> add(std::span<const std::uint8_t> bytes) override {
    if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1)
      return to_error("add");
    return {};
  }

  result<content_hash> finish() override {
    content_hash hash{};
    unsigned int bytes = 0;
    if (EVP_DigestFinal_ex(context_.get(), hash.data(), &bytes) != 1
        || bytes != hash.size())
      return to_error("finish");
    return hash;
  }

private:
  context_ptr context_;
};

/// Thread-safe: the fetched algorithm is immutable and reference-counted.
/// Holds no file; a crash leaves nothing behind.
class openssl_content_hasher final : public content_hasher {
public:
  explicit openssl_content_hasher(algorithm_ptr algorithm)
    : algorithm_(std::move(algorithm)) {}

  result<std::unique_ptr<content_digest>> begin() const override {
    context_ptr context{EVP_MD_CTX_new()};
    if (!context
        || EVP_DigestInit_ex2(context.get(), algorithm_.get(), nullptr) != 1)
      return to_error("begin");
    return std::unique_ptr<content_digest>{
      std::make_unique<openssl_content_digest>(std::move(context))};
  }

private:
  algorithm_ptr algorithm_;
};

} // namespace

result<std::unique_ptr<content_hasher>> open_openssl_content_hash() {
  algorithm_ptr algorithm{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  if (!algorithm)
    return to_error("this OpenSSL provides no SHA-256");
  return std::unique_ptr<content_hasher>{
    std::make_unique<openssl_content_hasher>(std::move(algorithm))};
}

} // namespace troupe::io
