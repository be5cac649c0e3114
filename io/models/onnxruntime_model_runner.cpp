#include "io/models/onnxruntime_model_runner.hpp"

#include <fmt/format.h>
#include <onnxruntime_cxx_api.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace troupe::io {

namespace {

error to_error(const std::string& verb, const Ort::Exception& why) {
  const auto code = why.GetOrtErrorCode();
  if (code == ORT_NO_SUCHFILE)
    return {errc::not_found, fmt::format("{}: {}", verb, why.what())};
  if (code == ORT_NOT_IMPLEMENTED)
    return {errc::unsupported, fmt::format("{}: {}", verb, why.what())};
  if (code == ORT_INVALID_ARGUMENT)
    return {errc::invalid_argument, fmt::format("{}: {}", verb, why.what())};
  if (code == ORT_INVALID_PROTOBUF || code == ORT_INVALID_GRAPH)
    return {errc::corrupt, fmt::format("{}: {}", verb, why.what())};
  return {errc::internal, fmt::format("{}: {}", verb, why.what())};
}

/// Thread affinity: one thread at a time. Blocks for as long as the model runs.
class onnxruntime_model final : public loaded_model {
public:
  onnxruntime_model(const Ort::Env& env, const std::string& file,
                    const Ort::SessionOptions& options)
    : file_(file), session_(env, file.c_str(), options) {}

  [[nodiscard]] result<model_tensor> run(const std::string& input,
                                         const model_tensor& value,
                                         const std::string& output) override {
    try {
      const auto memory =
        Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
      // The runtime takes a pointer that it does not write to.
      auto* numbers = const_cast<float*>(value.values.data());
      const auto tensor =
        Ort::Value::CreateTensor<float>(memory, numbers, value.values.size(),
                                        value.shape.data(), value.shape.size());
      const char* input_name = input.c_str();
      const char* output_name = output.c_str();
      auto made = session_.Run(Ort::RunOptions{nullptr}, &input_name, &tensor,
                               1, &output_name, 1);
      const auto info = made.front().GetTensorTypeAndShapeInfo();
      model_tensor answer;
      answer.shape = info.GetShape();
      const auto* first = made.front().GetTensorData<float>();
      answer.values.assign(first, first + info.GetElementCount());
      return answer;
    } catch (const Ort::Exception& why) {
      return to_error("run " + file_, why);
    }
  }

private:
  std::string file_;
  Ort::Session session_;
};

class onnxruntime_model_runner final : public model_runner {
public:
  onnxruntime_model_runner() {
    options_.SetIntraOpNumThreads(1);
    options_.SetInterOpNumThreads(1);
  }

  [[nodiscard]] std::string version() const override {
    return fmt::format("onnxruntime {}", OrtGetApiBase()->GetVersionString());
  }

  [[nodiscard]] result<std::unique_ptr<loaded_model>>
  load(const std::string& file) const override {
    try {
      return std::unique_ptr<loaded_model>{
        std::make_unique<onnxruntime_model>(env_, file, options_)};
    } catch (const Ort::Exception& why) {
      return to_error("load " + file, why);
    }
  }

private:
  Ort::Env env_{ORT_LOGGING_LEVEL_ERROR, "troupe"};
  Ort::SessionOptions options_;
};

} // namespace

std::unique_ptr<const model_runner> open_onnxruntime_model_runner() {
  return std::make_unique<const onnxruntime_model_runner>();
}

} // namespace troupe::io
