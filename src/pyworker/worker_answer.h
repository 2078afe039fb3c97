#pragma once

#include <cstdint>
#include <string>

namespace flint::pyworker {

/// The numbers and texts of a worker's answer, as they follow each other. Behind its end all are 0 or empty, and `failed` tells so.
///
/// Memory: a view of the bytes given.
class WorkerAnswer {
 public:
  explicit WorkerAnswer(const std::string& bytes) : bytes_(bytes) {}

  int32_t number();
  /// A text or bytes with their length in front.
  std::string text();
  bool failed() const { return failed_; }

 private:
  int32_t fail();

  const std::string& bytes_;
  size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace flint::pyworker
