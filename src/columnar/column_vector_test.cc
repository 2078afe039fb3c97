#include "columnar/column_vector.h"

#include <gtest/gtest.h>

#include "columnar/columnar_batch.h"
#include "columnar/vector_builder.h"
#include "columnar/vector_reader.h"

namespace flint::columnar {
namespace {

VectorPtr strings(const std::vector<const char*>& texts) {
  VectorBuilder builder(DataType::string());
  for (const char* text : texts) text == nullptr ? builder.appendNull() : builder.appendString(text);
  return builder.finish();
}

BufferPtr indices(const std::vector<int32_t>& rows) {
  auto buffer = Buffer::allocate(rows.size() * sizeof(int32_t));
  std::copy(rows.begin(), rows.end(), buffer->mutableAs<int32_t>());
  return buffer;
}

TEST(StringView, comparesBytesAndKeepsShortTextInline) {
  const std::string longText = "a text that is longer than twelve bytes";
  EXPECT_TRUE(StringView(std::string_view("twelve bytes")).isInline());
  EXPECT_FALSE(StringView(std::string_view(longText)).isInline());
  EXPECT_EQ(StringView(std::string_view(longText)).compare(StringView(std::string_view(longText + "!"))), -1);
  EXPECT_LT(StringView(std::string_view("ab")).compare(StringView(std::string_view("b"))), 0);
  EXPECT_GT(StringView(std::string_view("\xff")).compare(StringView(std::string_view("z"))), 0) << "bytes are unsigned";
  EXPECT_LT(StringView(std::string_view("a")).compare(StringView(std::string_view(std::string("a\0", 2)))), 0);
  EXPECT_FALSE(StringView(std::string_view("a")) == StringView(std::string_view(std::string("a\0", 2))));
}

TEST(ColumnVector, dictionaryReadsThroughItsIndices) {
  const VectorPtr vector = ColumnVector::dictionary(strings({"x", nullptr, "a long string value"}), 4, indices({2, 0, 1, 2}));
  const VectorReader<StringView> reader(*vector);
  EXPECT_EQ(reader[0].view(), "a long string value");
  EXPECT_EQ(reader[1].view(), "x");
  EXPECT_TRUE(reader.isNull(2));
  EXPECT_TRUE(vector->isNull(2));
  EXPECT_TRUE(vector->valueAt(2).isNull());
}

TEST(ColumnVector, aDictionaryOfADictionaryIsOne) {
  const VectorPtr inner = ColumnVector::dictionary(strings({"x", "y", nullptr}), 3, indices({2, 1, 0}));
  const VectorPtr outer = ColumnVector::dictionary(inner, 2, indices({1, 0}));
  EXPECT_TRUE(outer->base()->isFlat());
  EXPECT_EQ(outer->valueAt(0), Value::string("y"));
  EXPECT_TRUE(outer->isNull(1));
}

TEST(ColumnVector, aDictionaryOverRowNullsKeepsThem) {
  auto bits = Buffer::allocateZeroed(8);
  setBit(bits->mutableAs<uint64_t>(), 0);
  const VectorPtr inner = ColumnVector::dictionary(strings({"x"}), 2, indices({0, 0}), bits);
  const VectorPtr outer = ColumnVector::dictionary(inner, 3, indices({1, 0, 1}));
  EXPECT_TRUE(outer->isNull(0));
  EXPECT_FALSE(outer->isNull(1));
  EXPECT_TRUE(outer->isNull(2));
}

TEST(ColumnVector, aConstantRepeatsOneRowOfAnything) {
  const VectorPtr vector = ColumnVector::constant(ColumnVector::dictionary(strings({"x", "y"}), 2, indices({1, 0})), 0, 1000);
  EXPECT_TRUE(vector->isConstant());
  EXPECT_EQ(vector->valueAt(999), Value::string("y"));
  EXPECT_EQ(VectorReader<StringView>(*vector)[500].view(), "y");
  EXPECT_TRUE(ColumnVector::constant(strings({nullptr}), 0, 3)->isNull(2));
}

TEST(VectorBuilder, buildsNestedValues) {
  const DataType type = DataType::array(DataType::structType({{.name = "k", .type = DataType::integer()}, {.name = "v", .type = DataType::string()}}));
  VectorBuilder builder(type);
  const Value row = Value::list({Value::list({Value::integer(1), Value::null()}), Value::null()});
  builder.append(row);
  builder.appendNull();
  builder.append(Value::list({}));
  const VectorPtr vector = builder.finish();
  EXPECT_EQ(vector->valueAt(0), row);
  EXPECT_TRUE(vector->isNull(1));
  EXPECT_EQ(vector->valueAt(2), Value::list({}));
  VectorBuilder copy(type);
  copy.appendFrom(*vector, 0);
  EXPECT_EQ(copy.finish()->valueAt(0), row);
}

TEST(VectorBuilder, nullsBeginAtTheFirstOneInAnyWord) {
  VectorBuilder builder(DataType::bigint());
  for (int64_t i = 0; i < 200; ++i) i == 130 ? builder.appendNull() : builder.appendFixed(i);
  const VectorPtr vector = builder.finish();
  for (RowIndex row = 0; row < 200; ++row) EXPECT_EQ(vector->isNull(row), row == 130) << row;
  EXPECT_FALSE(builder.finish()->mayHaveNulls());
}

TEST(ColumnarBatch, selectionSaysWhichRowsAreThere) {
  ColumnarBatch batch({strings({"a", "b", "c"})}, 3);
  EXPECT_EQ(batch.numSelected(), 3);
  batch.setSelection(std::make_shared<const Selection>(Selection{0, 2}));
  EXPECT_EQ(batch.numSelected(), 2);
  std::vector<RowIndex> rows;
  forEachActive(batch.activeRows(), [&](RowIndex row) { rows.push_back(row); });
  EXPECT_EQ(rows, (std::vector<RowIndex>{0, 2}));
}

}  // namespace
}  // namespace flint::columnar
