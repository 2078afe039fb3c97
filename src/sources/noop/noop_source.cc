#include "sources/noop/noop_source.h"

namespace flint::sources {
namespace {

class NoopWriter final : public connector::DataWriter {
 public:
  Status write(const columnar::ColumnarBatch&) override { return Status::ok(); }
  Result<std::string> commit() override { return std::string(); }
  void abort() override {}
};

class NoopWrite final : public connector::BatchWrite {
 public:
  Result<std::unique_ptr<connector::DataWriter>> makeWriter(int32_t, int64_t) const override {
    return std::unique_ptr<connector::DataWriter>(std::make_unique<NoopWriter>());
  }
  Status commitJob(const std::vector<std::string>&) override { return Status::ok(); }
  void abort() override {}
};

Result<std::unique_ptr<connector::BatchWrite>> writeNowhere(const connector::WriteRequest&) {
  return std::unique_ptr<connector::BatchWrite>(std::make_unique<NoopWrite>());
}

}  // namespace

const connector::DataSource kNoop = {
    .shortName = "noop",
    .capabilities = static_cast<uint32_t>(connector::Capability::kBatchWrite),
    .write = writeNowhere,
};

}  // namespace flint::sources
