#include "exec/spill/spill_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "columnar/vector_builder.h"
#include "exec/operator.h"

namespace flint::exec {
namespace {

class SpillFileTest : public testing::Test {
 protected:
  SpillFileTest() : folder_(testing::TempDir() + "spill-" + std::to_string(::getpid())) {
    ExecOptions options;
    options.spillDirectory = folder_;
    auto pool = memory::QueryPool::make(std::make_shared<memory::MemoryManager>(1 << 30), "test");
    query_ = std::make_shared<QueryContext>(std::move(pool), expr::EvaluationOptions{}, options);
  }
  ~SpillFileTest() override { std::filesystem::remove_all(folder_); }

  // Strings (some null), their dictionary, a constant, and lists.
  static ColumnarBatch sample() {
    columnar::VectorBuilder text(DataType::string());
    columnar::VectorBuilder lists(DataType::array(DataType::integer()));
    for (int i = 0; i < 100; ++i) {
      if (i % 7 == 0) {
        text.appendNull();
      } else {
        text.appendString("value number " + std::to_string(i));
      }
      for (int j = 0; j < i % 3; ++j) lists.child(0).appendFixed<int32_t>(i + j);
      lists.appendList(i % 3);
    }
    columnar::VectorBuilder base(DataType::bigint());
    base.appendFixed<int64_t>(7);
    base.appendNull();
    auto indices = columnar::Buffer::allocate(400);
    for (int i = 0; i < 100; ++i) indices->mutableAs<int32_t>()[i] = i % 2;
    ColumnarBatch batch({text.finish(), lists.finish(), columnar::ColumnVector::dictionary(base.finish(), 100, std::move(indices)),
                         columnar::ColumnVector::constant(DataType::date(), Value::integer(12), 100)},
                        100);
    batch.setPosition(3, 44);
    return batch;
  }
  static std::vector<DataType> types(const ColumnarBatch& batch) {
    std::vector<DataType> out;
    for (const auto& column : batch.columns()) out.push_back(column->type());
    return out;
  }
  SpillFilePtr write(const std::vector<ColumnarBatch>& batches) {
    auto writer = SpillWriter::make(*query_, "test");
    EXPECT_TRUE(writer.isOk());
    for (const ColumnarBatch& batch : batches) EXPECT_TRUE((*writer)->writeBatch(batch).isOk());
    auto file = (*writer)->finish();
    EXPECT_TRUE(file.isOk());
    return *file;
  }

  const std::string folder_;
  std::shared_ptr<QueryContext> query_;
};

TEST_F(SpillFileTest, givesBackTheSelectedRowsOfEveryEncoding) {
  ColumnarBatch batch = sample();
  ColumnarBatch selected = batch;
  selected.setSelection(std::make_shared<columnar::Selection>(columnar::Selection{0, 1, 50, 99}));
  const SpillFilePtr file = write({batch, selected});
  auto reader = SpillReader::open(file);
  ASSERT_TRUE(reader.isOk());
  for (const ColumnarBatch& expected : {batch, selected}) {
    ColumnarBatch got;
    ASSERT_TRUE(*(*reader)->nextBatch(types(batch), got));
    ASSERT_EQ(got.numRows(), expected.numSelected());
    EXPECT_EQ(got.partition(), 3);
    EXPECT_EQ(got.sequence(), 44);
    for (size_t column = 0; column < expected.numColumns(); ++column) {
      for (columnar::RowIndex row = 0; row < got.numRows(); ++row) {
        EXPECT_EQ(got.column(column)->valueAt(row), expected.column(column)->valueAt(expected.activeRows()[row]));
      }
    }
  }
  ColumnarBatch end;
  EXPECT_FALSE(*(*reader)->nextBatch(types(batch), end));
}

TEST_F(SpillFileTest, isRemovedWithItsLastReference) {
  SpillFilePtr file = write({sample()});
  const std::string path = file->path();
  EXPECT_TRUE(std::filesystem::exists(path));
  file.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(SpillFileTest, everyFlippedByteIsFound) {
  const SpillFilePtr file = write({sample()});
  std::string bytes;
  {
    std::ifstream in(file->path(), std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  for (size_t at = 0; at < bytes.size(); at += 13) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    std::ofstream(file->path(), std::ios::binary | std::ios::trunc) << damaged;
    auto reader = SpillReader::open(file);
    ASSERT_TRUE(reader.isOk());
    ColumnarBatch out;
    const auto got = (*reader)->nextBatch(types(sample()), out);
    ASSERT_FALSE(got.isOk()) << at;
    EXPECT_EQ(got.error().condition().name, "INTERNAL_ERROR_STORAGE");
  }
}

TEST_F(SpillFileTest, aTruncatedFileIsAnError) {
  const SpillFilePtr file = write({sample()});
  std::filesystem::resize_file(file->path(), 20);
  auto reader = SpillReader::open(file);
  ASSERT_TRUE(reader.isOk());
  ColumnarBatch out;
  EXPECT_FALSE((*reader)->nextBatch(types(sample()), out).isOk());
}

/// A disk that takes no bytes.
class FullDisk final : public io::FileSystem {
 public:
  Result<io::FileStatus> status(const std::string& path) override { return local_->status(path); }
  Result<bool> exists(const std::string& path) override { return local_->exists(path); }
  Result<std::vector<io::FileStatus>> list(const std::string& path) override { return local_->list(path); }
  Result<std::shared_ptr<const io::RandomAccessFile>> open(const std::string& path) override { return local_->open(path); }
  Result<std::unique_ptr<io::OutputFile>> create(const std::string&, bool) override { return std::unique_ptr<io::OutputFile>(std::make_unique<File>()); }
  Status makeDirectories(const std::string& path) override { return local_->makeDirectories(path); }
  Status rename(const std::string& from, const std::string& to) override { return local_->rename(from, to); }
  Status exchange(const std::string& a, const std::string& b) override { return local_->exchange(a, b); }
  Status remove(const std::string& path, bool recursive) override { return local_->remove(path, recursive); }
  Status syncDirectory(const std::string& path) override { return local_->syncDirectory(path); }

 private:
  class File final : public io::OutputFile {
   public:
    Status append(std::string_view) override {
      return Error(condition::kFileOperationFailed).with("operation", "write").with("path", "x").with("reason", "No space left on device");
    }
    Status close(bool) override { return Status::ok(); }
    int64_t position() const override { return 0; }
  };
  std::shared_ptr<io::FileSystem> local_ = io::localFileSystem();
};

TEST(SpillWriter, aFullDiskIsAnErrorWithTheSystemsReason) {
  ExecOptions full;
  full.spillDirectory = testing::TempDir() + "full-" + std::to_string(::getpid());
  full.spillFiles = std::make_shared<FullDisk>();
  QueryContext onFullDisk(memory::QueryPool::make(std::make_shared<memory::MemoryManager>(1 << 30), "t"), expr::EvaluationOptions{}, full);
  auto writer = SpillWriter::make(onFullDisk, "test");
  ASSERT_TRUE(writer.isOk());
  ASSERT_TRUE((*writer)->writeBlock("rows").isOk());
  const auto file = (*writer)->finish();
  ASSERT_FALSE(file.isOk());
  EXPECT_EQ(*file.error().parameter("reason"), "No space left on device");
  std::filesystem::remove_all(full.spillDirectory);
}

}  // namespace
}  // namespace flint::exec
