#include "exec/testing/row_oracle.h"

namespace flint::exec {
namespace {

using namespace testing;

/// A disk that is full after some bytes.
class SmallDisk final : public io::FileSystem {
 public:
  explicit SmallDisk(int64_t bytes) : left_(std::make_shared<std::atomic<int64_t>>(bytes)) {}
  Result<io::FileStatus> status(const std::string& path) override { return local_->status(path); }
  Result<bool> exists(const std::string& path) override { return local_->exists(path); }
  Result<std::vector<io::FileStatus>> list(const std::string& path) override { return local_->list(path); }
  Result<std::shared_ptr<const io::RandomAccessFile>> open(const std::string& path) override { return local_->open(path); }
  Result<std::unique_ptr<io::OutputFile>> create(const std::string& path, bool overwrite) override {
    ASSIGN_OR_RETURN(auto file, local_->create(path, overwrite));
    return std::unique_ptr<io::OutputFile>(std::make_unique<File>(std::move(file), left_));
  }
  Status makeDirectories(const std::string& path) override { return local_->makeDirectories(path); }
  Status rename(const std::string& from, const std::string& to) override { return local_->rename(from, to); }
  Status exchange(const std::string& a, const std::string& b) override { return local_->exchange(a, b); }
  Status remove(const std::string& path, bool recursive) override { return local_->remove(path, recursive); }
  Status syncDirectory(const std::string& path) override { return local_->syncDirectory(path); }

 private:
  class File final : public io::OutputFile {
   public:
    File(std::unique_ptr<io::OutputFile> file, std::shared_ptr<std::atomic<int64_t>> left) : file_(std::move(file)), left_(std::move(left)) {}
    Status append(std::string_view bytes) override {
      if (left_->fetch_sub(static_cast<int64_t>(bytes.size())) >= static_cast<int64_t>(bytes.size())) return file_->append(bytes);
      return Error(condition::kFileOperationFailed).with("operation", "write").with("path", "x").with("reason", "No space left on device");
    }
    Status close(bool sync) override { return file_->close(sync); }
    int64_t position() const override { return file_->position(); }

   private:
    const std::unique_ptr<io::OutputFile> file_;
    const std::shared_ptr<std::atomic<int64_t>> left_;
  };
  std::shared_ptr<io::FileSystem> local_ = io::localFileSystem();
  std::shared_ptr<std::atomic<int64_t>> left_;
};

/// Plans whose operators keep rows.
std::vector<PhysicalPlanPtr> keepingPlans(const TestTable& table) {
  std::vector<PhysicalPlanPtr> plans;
  plan::SortExec sort;
  sort.order = {expr::sortOrder(table.attributes[1], false)};
  sort.child = table.scan(512, 3);
  plans.push_back(plan::makePhysical(std::move(sort)));
  plan::TakeOrderedAndProjectExec take;
  take.limit = 5000;
  take.order = {expr::sortOrder(table.attributes[1], false)};
  take.projectList = {table.attributes[2]};
  take.child = table.scan(512, 3);
  plans.push_back(plan::makePhysical(std::move(take)));
  plans.push_back(groupBy(table.scan(512, 3), {table.attributes[0], table.attributes[1]}, {aggregate("sum", {table.attributes[2]})}));
  expr::WindowSpec whole;
  whole.upper = expr::FrameBound::kUnboundedFollowing;
  plans.push_back(windowOver(table, table.scan(512, 3), {whole}));
  const TestTable other = randomTable(6000, 3000, 31);
  plan::ShuffledHashJoinExec join;
  join.leftKeys = {table.attributes[0]};
  join.rightKeys = {other.attributes[0]};
  join.type = JoinType::kFullOuter;
  join.buildSide = plan::BuildSide::kRight;
  join.left = table.scan(512, 2);
  join.right = other.scan(512, 2);
  plans.push_back(plan::makePhysical(std::move(join)));
  return plans;
}

TEST(Operators, endWithTheDisksErrorAndFreeEverythingWhenItIsFull) {
  const TestTable table = randomTable(6000, 3000, 30);
  for (const int64_t bytes : {0, 40 << 10}) {
    for (const PhysicalPlanPtr& plan : keepingPlans(table)) {
      const Outcome outcome = tryRun(plan, {3, 512, false, 16 << 10}, int64_t{1} << 30, std::make_shared<SmallDisk>(bytes));
      ASSERT_FALSE(outcome.status.isOk()) << plan->nodeName();
      EXPECT_EQ(outcome.status.error().condition().name, condition::kFileOperationFailed.name) << outcome.status.message();
      EXPECT_EQ(outcome.heldBytes, 0) << plan->nodeName();
    }
  }
}

TEST(Operators, giveTheSameRowsWithHardlyAnyMemory) {
  const TestTable table = randomTable(6000, 3000, 30);
  for (const PhysicalPlanPtr& plan : keepingPlans(table)) {
    const Outcome rich = tryRun(plan, {3, 512, false});
    for (const int64_t budget : {1, 600 << 10}) {
      const Outcome poor = tryRun(plan, {3, 512, false}, budget);
      EXPECT_EQ(poor.heldBytes, 0) << plan->nodeName();
      if (poor.status.isOk()) {
        EXPECT_EQ(sortedTexts(poor.rows), sortedTexts(rich.rows)) << plan->nodeName();
      } else {
        EXPECT_EQ(poor.status.error().condition().name, condition::kUnableToAcquireMemory.name) << poor.status.message();
      }
    }
  }
}

}  // namespace
}  // namespace flint::exec
