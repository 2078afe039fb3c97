#include "shuffle/shuffle_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "columnar/vector_builder.h"

namespace flint::shuffle {
namespace {

columnar::ColumnarBatch numbers(int64_t begin, int64_t end) {
  columnar::VectorBuilder builder(DataType::bigint());
  for (int64_t i = begin; i < end; ++i) builder.appendFixed<int64_t>(i);
  return columnar::ColumnarBatch({builder.finish()}, static_cast<columnar::RowIndex>(end - begin));
}

MapOutputPtr written(std::vector<std::pair<int32_t, columnar::ColumnarBatch>> batches) {
  auto writer = ShuffleWriter::make(io::localFileSystem(), testing::TempDir() + "shuffle-" + std::to_string(::getpid()), 3);
  EXPECT_TRUE(writer.isOk());
  for (const auto& [partition, batch] : batches) EXPECT_TRUE((*writer)->write(partition, batch).isOk());
  auto output = (*writer)->finish();
  EXPECT_TRUE(output.isOk());
  return *output;
}

TEST(ShuffleReader, givesOnePartitionOfAllMapTasksInOrder) {
  const std::vector<MapOutputPtr> outputs = {written({{0, numbers(0, 3)}, {2, numbers(5, 7)}, {2, numbers(7, 9)}}), written({}), written({{2, numbers(20, 22)}})};
  ShuffleReader reader(outputs, 2);
  const DataType type = DataType::bigint();
  std::vector<int64_t> rows;
  columnar::ColumnarBatch batch;
  for (;;) {
    const auto more = reader.next({&type, 1}, batch);
    ASSERT_TRUE(more.isOk());
    if (!*more) break;
    for (columnar::RowIndex row = 0; row < batch.numRows(); ++row) rows.push_back(batch.column(0)->valueAt(row).asInteger());
  }
  EXPECT_EQ(rows, (std::vector<int64_t>{5, 6, 7, 8, 20, 21}));
}

TEST(ShuffleReader, findsATornBlock) {
  const MapOutputPtr output = written({{0, numbers(0, 1000)}});
  {
    std::fstream file(output->path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100);
    file.put('x');
  }
  ShuffleReader reader({output}, 0);
  const DataType type = DataType::bigint();
  columnar::ColumnarBatch batch;
  const auto more = reader.next({&type, 1}, batch);
  ASSERT_FALSE(more.isOk());
  EXPECT_EQ(more.error().condition().name, "INTERNAL_ERROR_STORAGE");
}

}  // namespace
}  // namespace flint::shuffle
