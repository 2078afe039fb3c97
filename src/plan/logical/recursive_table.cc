#include "plan/logical/recursive_table.h"

#include <atomic>

#include "base/condition.h"

namespace flint::plan {
namespace {

std::string nextIdentity() {
  static std::atomic<int64_t> last{0};
  return "recursive query " + std::to_string(++last);
}

}  // namespace

RecursiveTable::RecursiveTable(std::string name, StructFields schema, LogicalPlanPtr anchor, LogicalPlanPtr step, std::vector<expr::ExprId> selfReferences,
                               int64_t levelLimit)
    : name_(std::move(name)),
      schema_(std::move(schema)),
      anchor_(std::move(anchor)),
      step_(std::move(step)),
      selfReferences_(std::move(selfReferences)),
      levelLimit_(levelLimit),
      identity_(nextIdentity()) {}

Result<connector::TableStatistics> RecursiveTable::statistics() const { return connector::TableStatistics(); }

Result<connector::ScanPtr> RecursiveTable::scan(const connector::ScanRequest& /*request*/, const connector::SplitOptions& /*splits*/) const {
  return internalError("a recursive query was planned before its rows were there");
}

void RecursiveTable::encode(ByteWriter& /*out*/) const {}

}  // namespace flint::plan
