#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/util/compression.h>
#include <gtest/gtest.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "connector/data_source.h"
#include "expr/nodes.h"
#include "sources/source_table.h"
#include "types/int128.h"

namespace flint::sources {
namespace {

/// A folder of the test's own, removed with it.
class ScratchFolder {
 public:
  ScratchFolder() : path_(std::filesystem::temp_directory_path() / ("flint_parquet_" + std::to_string(getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  const std::filesystem::path path_;
};

// One value of an Arrow array as Flint holds it.
Value valueOf(const arrow::Array& array, int64_t row) {
  if (array.IsNull(row)) return Value::null();
  switch (array.type_id()) {
    case arrow::Type::BOOL: return Value::boolean(static_cast<const arrow::BooleanArray&>(array).Value(row));
    case arrow::Type::INT8: return Value::integer(static_cast<const arrow::Int8Array&>(array).Value(row));
    case arrow::Type::INT16: return Value::integer(static_cast<const arrow::Int16Array&>(array).Value(row));
    case arrow::Type::INT32: return Value::integer(static_cast<const arrow::Int32Array&>(array).Value(row));
    case arrow::Type::DATE32: return Value::integer(static_cast<const arrow::Date32Array&>(array).Value(row));
    case arrow::Type::INT64: return Value::integer(static_cast<const arrow::Int64Array&>(array).Value(row));
    case arrow::Type::TIMESTAMP: {
      const int64_t value = static_cast<const arrow::TimestampArray&>(array).Value(row);
      const auto unit = static_cast<const arrow::TimestampType&>(*array.type()).unit();
      return Value::integer(unit == arrow::TimeUnit::MILLI ? value * 1'000 : value);
    }
    case arrow::Type::FLOAT: return Value::floating(static_cast<const arrow::FloatArray&>(array).Value(row));
    case arrow::Type::DOUBLE: return Value::floating(static_cast<const arrow::DoubleArray&>(array).Value(row));
    case arrow::Type::DECIMAL128: {
      const arrow::Decimal128 value(static_cast<const arrow::Decimal128Array&>(array).Value(row));
      return Value::decimal(static_cast<int128_t>(static_cast<uint128_t>(static_cast<uint64_t>(value.high_bits())) << 64 | value.low_bits()));
    }
    case arrow::Type::STRING:
    case arrow::Type::BINARY: return Value::string(static_cast<const arrow::BinaryArray&>(array).GetString(row));
    case arrow::Type::STRUCT: {
      const auto& structs = static_cast<const arrow::StructArray&>(array);
      Value::List fields;
      for (int i = 0; i < structs.num_fields(); ++i) fields.push_back(valueOf(*structs.field(i), row));
      return Value::list(std::move(fields));
    }
    case arrow::Type::LIST: {
      const auto& lists = static_cast<const arrow::ListArray&>(array);
      Value::List elements;
      for (int64_t i = lists.value_offset(row); i < lists.value_offset(row + 1); ++i) elements.push_back(valueOf(*lists.values(), i));
      return Value::list(std::move(elements));
    }
    case arrow::Type::MAP: {
      const auto& maps = static_cast<const arrow::MapArray&>(array);
      Value::Map entries;
      for (int64_t i = maps.value_offset(row); i < maps.value_offset(row + 1); ++i) {
        entries.emplace_back(valueOf(*maps.keys(), i), valueOf(*maps.items(), i));
      }
      return Value::map(std::move(entries));
    }
    default: ADD_FAILURE() << array.type()->ToString(); return Value::null();
  }
}

// A column of random values, of which about `nullShare` are null and which repeat when `distinct` is small.
std::shared_ptr<arrow::Array> randomColumn(const std::shared_ptr<arrow::DataType>& type, int64_t rows, double nullShare, int64_t distinct,
                                           std::mt19937_64& random) {
  std::unique_ptr<arrow::ArrayBuilder> builder;
  EXPECT_TRUE(arrow::MakeBuilder(arrow::default_memory_pool(), type, &builder).ok());
  std::uniform_real_distribution<double> share(0, 1);
  const std::function<void(arrow::ArrayBuilder&, const arrow::DataType&)> append = [&](arrow::ArrayBuilder& to, const arrow::DataType& of) {
    if (share(random) < nullShare) {
      EXPECT_TRUE(to.AppendNull().ok());
      return;
    }
    const auto number = static_cast<int64_t>(random() % static_cast<uint64_t>(distinct)) * 7'919 - 1'000;
    bool good = false;
    switch (of.id()) {
      case arrow::Type::BOOL: good = static_cast<arrow::BooleanBuilder&>(to).Append(number % 2 != 0).ok(); break;
      case arrow::Type::INT8: good = static_cast<arrow::Int8Builder&>(to).Append(static_cast<int8_t>(number)).ok(); break;
      case arrow::Type::INT16: good = static_cast<arrow::Int16Builder&>(to).Append(static_cast<int16_t>(number)).ok(); break;
      case arrow::Type::INT32: good = static_cast<arrow::Int32Builder&>(to).Append(static_cast<int32_t>(number)).ok(); break;
      case arrow::Type::DATE32: good = static_cast<arrow::Date32Builder&>(to).Append(static_cast<int32_t>(number)).ok(); break;
      case arrow::Type::INT64: good = static_cast<arrow::Int64Builder&>(to).Append(number << 20).ok(); break;
      case arrow::Type::TIMESTAMP: good = static_cast<arrow::TimestampBuilder&>(to).Append(number * 1'000'003).ok(); break;
      case arrow::Type::FLOAT: good = static_cast<arrow::FloatBuilder&>(to).Append(static_cast<float>(number) / 4).ok(); break;
      case arrow::Type::DOUBLE: good = static_cast<arrow::DoubleBuilder&>(to).Append(static_cast<double>(number) / 8).ok(); break;
      case arrow::Type::DECIMAL128: good = static_cast<arrow::Decimal128Builder&>(to).Append(arrow::Decimal128(number)).ok(); break;
      case arrow::Type::STRING: {
        std::string text = std::to_string(number);
        if (number % 3 == 0) text += " and some text beyond what is kept inline";
        good = static_cast<arrow::StringBuilder&>(to).Append(number % 11 == 0 ? std::string() : text).ok();
        break;
      }
      case arrow::Type::BINARY: good = static_cast<arrow::BinaryBuilder&>(to).Append(std::string(static_cast<size_t>(number & 31), '\xff')).ok(); break;
      case arrow::Type::STRUCT: {
        auto& structs = static_cast<arrow::StructBuilder&>(to);
        good = structs.Append().ok();
        for (int i = 0; i < of.num_fields(); ++i) append(*structs.field_builder(i), *of.field(i)->type());
        break;
      }
      case arrow::Type::LIST: {
        auto& lists = static_cast<arrow::ListBuilder&>(to);
        good = lists.Append().ok();
        for (uint64_t i = random() % 4; i > 0; --i) append(*lists.value_builder(), *of.field(0)->type());
        break;
      }
      case arrow::Type::MAP: {
        auto& maps = static_cast<arrow::MapBuilder&>(to);
        const auto& mapType = static_cast<const arrow::MapType&>(of);
        good = maps.Append().ok();
        for (uint64_t i = random() % 3; i > 0; --i) {
          good = good && static_cast<arrow::StringBuilder&>(*maps.key_builder()).Append("key " + std::to_string(random() % 100)).ok();
          append(*maps.item_builder(), *mapType.item_type());
        }
        break;
      }
      default: break;
    }
    EXPECT_TRUE(good);
  };
  for (int64_t row = 0; row < rows; ++row) append(*builder, *type);
  std::shared_ptr<arrow::Array> array;
  EXPECT_TRUE(builder->Finish(&array).ok());
  return array;
}

void writeFile(const std::string& path, const arrow::Table& table, std::shared_ptr<parquet::WriterProperties> properties, int64_t groupRows) {
  auto out = *arrow::io::FileOutputStream::Open(path);
  const auto status = parquet::arrow::WriteTable(table, arrow::default_memory_pool(), out, groupRows, std::move(properties));
  ASSERT_TRUE(status.ok()) << status.ToString();
  ASSERT_TRUE(out->Close().ok());
}

Result<connector::TablePtr> openTable(const std::string& path) {
  registerSources();
  connector::OpenRequest request;
  request.paths = {path};
  return connector::DataSourceTable::instance().find("parquet")->open(request);
}

// All rows of the columns, in the order of partitions and morsels.
Result<std::vector<std::vector<Value>>> readAll(const connector::Table& table, connector::ScanRequest request, int32_t parallelism = 1) {
  if (request.columns.empty()) {
    for (size_t i = 0; i < table.schema().size(); ++i) request.columns.push_back(static_cast<int32_t>(i));
  }
  if (request.columnTypes.empty()) {
    for (const int32_t column : request.columns) request.columnTypes.push_back(table.schema()[static_cast<size_t>(column)].type);
  }
  ASSIGN_OR_RETURN(const auto scan, table.scan(request, {.openCostInBytes = 1, .defaultParallelism = parallelism}));
  ASSIGN_OR_RETURN(const auto reader, scan->makeReader());
  std::vector<std::vector<Value>> columns(request.columns.size());
  for (int32_t partition = 0; partition < scan->numPartitions(); ++partition) {
    ASSIGN_OR_RETURN(const auto morsels, scan->morsels(partition));
    for (const connector::Morsel& morsel : morsels) {
      RETURN_IF_ERROR(reader->open(morsel));
      columnar::ColumnarBatch batch;
      while (true) {
        ASSIGN_OR_RETURN(const bool more, reader->next(batch));
        if (!more) break;
        for (size_t i = 0; i < columns.size(); ++i) {
          for (const columnar::RowIndex row : batch.activeRows()) columns[i].push_back(batch.column(i)->valueAt(row));
        }
      }
    }
  }
  return columns;
}

void expectSameAsArrow(const std::string& path, int32_t parallelism = 1) {
  const auto table = openTable(path);
  ASSERT_TRUE(table.isOk()) << table.status().message();
  const auto columns = readAll(**table, {}, parallelism);
  ASSERT_TRUE(columns.isOk()) << columns.status().message() << " " << (columns.error().cause() == nullptr ? "" : columns.error().cause()->message());
  auto reader = *parquet::arrow::OpenFile(*arrow::io::ReadableFile::Open(path), arrow::default_memory_pool());
  const auto expected = *(*reader->ReadTable())->CombineChunks();
  ASSERT_EQ(columns->size(), static_cast<size_t>(expected->num_columns()));
  for (int c = 0; c < expected->num_columns(); ++c) {
    const auto& values = (*columns)[static_cast<size_t>(c)];
    ASSERT_EQ(values.size(), static_cast<size_t>(expected->num_rows()));
    if (expected->num_rows() == 0) continue;
    const arrow::Array& array = *expected->column(c)->chunk(0);
    for (int64_t row = 0; row < expected->num_rows(); ++row) {
      ASSERT_EQ(values[static_cast<size_t>(row)], valueOf(array, row)) << path << " " << expected->field(c)->ToString() << " row " << row;
    }
  }
}

std::shared_ptr<arrow::Table> flatTable(int64_t rows, double nullShare, int64_t distinct) {
  std::mt19937_64 random(static_cast<uint64_t>(rows * 31 + distinct));
  const std::vector<std::shared_ptr<arrow::DataType>> types = {
      arrow::boolean(), arrow::int8(), arrow::int16(), arrow::int32(), arrow::int64(), arrow::float32(), arrow::float64(), arrow::utf8(),
      arrow::binary(), arrow::date32(), arrow::decimal128(7, 2), arrow::decimal128(15, 2), arrow::decimal128(30, 4),
      arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), arrow::timestamp(arrow::TimeUnit::MILLI)};
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const auto& type : types) {
    fields.push_back(arrow::field("c" + std::to_string(fields.size()), type, nullShare > 0));
    arrays.push_back(randomColumn(type, rows, nullShare, distinct, random));
  }
  return arrow::Table::Make(arrow::schema(fields), arrays);
}

TEST(ParquetScan, agreesWithArrowForEveryEncodingCodecAndPageVersion) {
  const ScratchFolder folder;
  using parquet::Encoding;
  const std::vector<arrow::Compression::type> codecs = {arrow::Compression::UNCOMPRESSED, arrow::Compression::SNAPPY, arrow::Compression::ZSTD,
                                                        arrow::Compression::GZIP, arrow::Compression::LZ4, arrow::Compression::BROTLI};
  size_t next = 0;
  for (const double nullShare : {0.0, 0.2, 1.0}) {
    for (const int64_t distinct : {2L, 300L, 1'000'000L}) {
      for (const auto version : {parquet::ParquetDataPageVersion::V1, parquet::ParquetDataPageVersion::V2}) {
        parquet::WriterProperties::Builder properties;
        properties.compression(codecs[next++ % codecs.size()])->data_page_version(version)->data_pagesize(3'000)->dictionary_pagesize_limit(20'000);
        const std::string path = folder.file("flat.parquet");
        writeFile(path, *flatTable(4'101, nullShare, distinct), properties.build(), 2'500);
        ASSERT_NO_FATAL_FAILURE(expectSameAsArrow(path));
      }
    }
  }
}

TEST(ParquetScan, scansOfOneQueryShareThePagesOfAFile) {
  const ScratchFolder folder;
  parquet::WriterProperties::Builder properties;
  properties.compression(arrow::Compression::SNAPPY)->data_pagesize(3'000)->dictionary_pagesize_limit(20'000);
  const std::string path = folder.file("shared.parquet");
  writeFile(path, *flatTable(4'101, 0.2, 1'000'000), properties.build(), 2'500);
  const auto table = openTable(path);
  ASSERT_TRUE(table.isOk());
  const auto alone = readAll(**table, {});
  ASSERT_TRUE(alone.isOk());

  const auto pool = memory::QueryPool::make(std::make_shared<memory::MemoryManager>(int64_t{1} << 30), "query");
  connector::ScanRequest request;
  request.shared = std::make_shared<connector::SharedReads>(*pool);
  // One scan of the column keeps nothing.
  request.columns = {4};
  ASSERT_TRUE(readAll(**table, request).isOk());
  EXPECT_EQ(pool->bytes(), 0);
  // Another one makes two of them: what the first keeps the second takes.
  request.shared = std::make_shared<connector::SharedReads>(*pool);
  request.columnTypes = {(*table)->schema()[4].type};
  const auto other = (*table)->scan(request, {});
  ASSERT_TRUE(other.isOk());
  for (const bool isFirst : {true, false}) {
    const auto column = readAll(**table, request);
    ASSERT_TRUE(column.isOk());
    EXPECT_EQ((*column)[0], (*alone)[4]);
    EXPECT_EQ(pool->bytes() > 0, isFirst);
  }
}

TEST(ParquetScan, readsTheEncodingsWithoutDictionary) {
  const ScratchFolder folder;
  for (const double nullShare : {0.0, 0.3}) {
    std::mt19937_64 random(5);
    const auto table = arrow::Table::Make(
        arrow::schema({arrow::field("a", arrow::int32()), arrow::field("b", arrow::int64()), arrow::field("c", arrow::utf8()),
                       arrow::field("d", arrow::utf8()), arrow::field("e", arrow::float64()), arrow::field("f", arrow::float32()),
                       arrow::field("g", arrow::boolean())}),
        {randomColumn(arrow::int32(), 5'000, nullShare, 100'000, random), randomColumn(arrow::int64(), 5'000, nullShare, 100'000, random),
         randomColumn(arrow::utf8(), 5'000, nullShare, 1'000, random), randomColumn(arrow::utf8(), 5'000, nullShare, 1'000, random),
         randomColumn(arrow::float64(), 5'000, nullShare, 1'000, random), randomColumn(arrow::float32(), 5'000, nullShare, 1'000, random),
         randomColumn(arrow::boolean(), 5'000, nullShare, 1'000, random)});
    parquet::WriterProperties::Builder properties;
    properties.disable_dictionary()->data_pagesize(5'000);
    properties.encoding("a", parquet::Encoding::DELTA_BINARY_PACKED)->encoding("b", parquet::Encoding::DELTA_BINARY_PACKED);
    properties.encoding("c", parquet::Encoding::DELTA_LENGTH_BYTE_ARRAY)->encoding("d", parquet::Encoding::DELTA_BYTE_ARRAY);
    properties.encoding("e", parquet::Encoding::BYTE_STREAM_SPLIT)->encoding("f", parquet::Encoding::BYTE_STREAM_SPLIT);
    properties.encoding("g", parquet::Encoding::RLE);
    writeFile(folder.file("plain.parquet"), *table, properties.build(), 5'000);
    ASSERT_NO_FATAL_FAILURE(expectSameAsArrow(folder.file("plain.parquet")));
  }
}

TEST(ParquetScan, putsNestedColumnsTogether) {
  const ScratchFolder folder;
  const auto pair = arrow::struct_({arrow::field("x", arrow::int32()), arrow::field("y", arrow::utf8())});
  const std::vector<std::shared_ptr<arrow::DataType>> types = {
      pair,
      arrow::list(arrow::int64()),
      arrow::list(arrow::list(arrow::utf8())),
      arrow::list(pair),
      arrow::map(arrow::utf8(), arrow::float64()),
      arrow::map(arrow::utf8(), arrow::list(pair)),
      arrow::struct_({arrow::field("l", arrow::list(arrow::int32())), arrow::field("s", pair)}),
  };
  for (const double nullShare : {0.0, 0.25}) {
    std::mt19937_64 random(11);
    arrow::FieldVector fields;
    arrow::ArrayVector arrays;
    for (const auto& type : types) {
      fields.push_back(arrow::field("c" + std::to_string(fields.size()), type));
      arrays.push_back(randomColumn(type, 6'000, nullShare, 500, random));
    }
    parquet::WriterProperties::Builder properties;
    properties.data_pagesize(2'000);
    writeFile(folder.file("nested.parquet"), *arrow::Table::Make(arrow::schema(fields), arrays), properties.build(), 2'500);
    ASSERT_NO_FATAL_FAILURE(expectSameAsArrow(folder.file("nested.parquet")));
  }
}

TEST(ParquetScan, everyRowGroupBelongsToOneOfManyPartitions) {
  const ScratchFolder folder;
  writeFile(folder.file("many.parquet"), *flatTable(5'000, 0.1, 50), parquet::default_writer_properties(), 250);
  expectSameAsArrow(folder.file("many.parquet"), 7);
}

TEST(ParquetScan, largeRowGroupsAreReadInParts) {
  const ScratchFolder folder;
  std::mt19937_64 random(2);
  const auto table = arrow::Table::Make(
      arrow::schema({arrow::field("a", arrow::int64()), arrow::field("b", arrow::utf8())}),
      {randomColumn(arrow::int64(), 140'000, 0.1, 1'000'000, random), randomColumn(arrow::utf8(), 140'000, 0.1, 300, random)});
  parquet::WriterProperties::Builder properties;
  properties.data_pagesize(20'000);
  writeFile(folder.file("large.parquet"), *table, properties.build(), 140'000);
  const auto opened = openTable(folder.file("large.parquet"));
  ASSERT_TRUE(opened.isOk());
  const auto scan = (*opened)->scan({.columns = {0}, .columnTypes = {DataType::bigint()}}, {});
  ASSERT_TRUE(scan.isOk());
  EXPECT_EQ((*scan)->morsels(0)->size(), 2u);
  expectSameAsArrow(folder.file("large.parquet"));
}

expr::ExprPtr column(int32_t position, DataType type) {
  expr::BoundReference reference;
  reference.ordinal = position;
  reference.type = std::move(type);
  reference.name = "c";
  return expr::makeExpr(std::move(reference));
}

// Keeps the values in one range, as a join would.
class RangeFilter final : public connector::DynamicFilter {
 public:
  RangeFilter(int64_t low, int64_t high) : bounds_(std::make_shared<const Bounds>(Bounds{Value::integer(low), Value::integer(high)})) {}
  std::shared_ptr<const Bounds> bounds() const override { return bounds_; }
  bool apply(const columnar::ColumnVector& column, columnar::Selection& rows) const override {
    std::erase_if(rows, [&](columnar::RowIndex row) {
      const Value value = column.valueAt(row);
      return value.isNull() || value.asInteger() < bounds_->min.asInteger() || value.asInteger() > bounds_->max.asInteger();
    });
    return true;
  }

 private:
  std::shared_ptr<const Bounds> bounds_;
};

TEST(ParquetScan, filtersKeepExactlyTheRowsTheyHoldFor) {
  using expr::ComparisonOp;
  const ScratchFolder folder;
  for (const double nullShare : {0.0, 0.2}) {
    for (const int64_t distinct : {3L, 40L, 100'000L}) {
      std::mt19937_64 random(static_cast<uint64_t>(distinct));
      const arrow::ArrayVector arrays = {randomColumn(arrow::int32(), 9'000, nullShare, distinct, random),
                                         randomColumn(arrow::utf8(), 9'000, nullShare, distinct, random),
                                         randomColumn(arrow::int64(), 9'000, nullShare, distinct, random)};
      parquet::WriterProperties::Builder properties;
      properties.data_pagesize(2'000)->dictionary_pagesize_limit(30'000)->write_batch_size(200);
      if (distinct != 40) properties.enable_write_page_index();
      writeFile(folder.file("filter.parquet"),
                *arrow::Table::Make(arrow::schema({arrow::field("a", arrow::int32()), arrow::field("b", arrow::utf8()), arrow::field("c", arrow::int64())}), arrays),
                properties.build(), 4'000);
      const auto table = openTable(folder.file("filter.parquet"));
      ASSERT_TRUE(table.isOk());
      const auto all = readAll(**table, {});
      ASSERT_TRUE(all.isOk());
      const Value pivot = (*all)[0][17].isNull() ? Value::integer(-1'000) : (*all)[0][17];
      const Value word = (*all)[1][5].isNull() ? Value::string("-1000") : (*all)[1][5];
      const auto a = column(0, DataType::integer());
      const auto b = column(1, DataType::string());
      struct Case {
        std::vector<expr::ExprPtr> filters;
        std::function<bool(const Value&, const Value&)> holds;
      };
      const auto pivotLiteral = expr::literal(pivot, DataType::integer());
      const std::vector<Case> cases = {
          {{expr::comparison(ComparisonOp::kEqual, a, pivotLiteral)}, [&](const Value& x, const Value&) { return x == pivot; }},
          {{expr::comparison(ComparisonOp::kLess, a, pivotLiteral)},
           [&](const Value& x, const Value&) { return !x.isNull() && x.asInteger() < pivot.asInteger(); }},
          {{expr::comparison(ComparisonOp::kGreaterOrEqual, a, pivotLiteral),
            expr::comparison(ComparisonOp::kNotEqual, b, expr::literal(word, DataType::string()))},
           [&](const Value& x, const Value& y) { return !x.isNull() && x.asInteger() >= pivot.asInteger() && !y.isNull() && !(y == word); }},
          {{expr::comparison(ComparisonOp::kEqual, a, expr::literalInt(2'000'000'000))}, [](const Value&, const Value&) { return false; }},
          {{expr::comparison(ComparisonOp::kEqual, b, expr::literalString("no such text"))}, [](const Value&, const Value&) { return false; }},
      };
      for (size_t c = 0; c < cases.size(); ++c) {
        connector::ScanRequest request;
        request.columns = {0, 1, 2};
        request.filters = cases[c].filters;
        const auto filtered = readAll(**table, request);
        ASSERT_TRUE(filtered.isOk()) << filtered.status().message();
        std::vector<std::vector<Value>> expected(3);
        for (size_t row = 0; row < (*all)[0].size(); ++row) {
          if (!cases[c].holds((*all)[0][row], (*all)[1][row])) continue;
          for (size_t i = 0; i < 3; ++i) expected[i].push_back((*all)[i][row]);
        }
        ASSERT_EQ(*filtered, expected) << "case " << c << " nulls " << nullShare << " distinct " << distinct;
      }
    }
  }
}

TEST(ParquetScan, dynamicFiltersSkipRowGroupsAndRows) {
  const ScratchFolder folder;
  arrow::Int64Builder builder;
  for (int64_t i = 0; i < 10'000; ++i) ASSERT_TRUE(builder.Append(i).ok());
  writeFile(folder.file("sorted.parquet"), *arrow::Table::Make(arrow::schema({arrow::field("k", arrow::int64())}), {*builder.Finish()}),
            parquet::default_writer_properties(), 1'000);
  const auto table = openTable(folder.file("sorted.parquet"));
  ASSERT_TRUE(table.isOk());
  connector::ScanRequest request{.columns = {0}, .columnTypes = {DataType::bigint()}};
  const auto scan = (*table)->scan(request, {});
  ASSERT_TRUE(scan.isOk());
  const auto reader = (*scan)->makeReader();
  ASSERT_TRUE(reader.isOk());
  (*reader)->addDynamicFilter(0, std::make_shared<RangeFilter>(2'500, 2'504));
  std::vector<int64_t> found;
  for (int32_t partition = 0; partition < (*scan)->numPartitions(); ++partition) {
    const auto morsels = (*scan)->morsels(partition);
    for (const connector::Morsel& morsel : *morsels) {
      ASSERT_TRUE((*reader)->open(morsel).isOk());
      columnar::ColumnarBatch batch;
      while (*(*reader)->next(batch)) {
        for (const columnar::RowIndex row : batch.activeRows()) found.push_back(batch.column(0)->valueAt(row).asInteger());
      }
    }
  }
  EXPECT_EQ(found, (std::vector<int64_t>{2'500, 2'501, 2'502, 2'503, 2'504}));
  EXPECT_EQ((*reader)->rowsDecoded(), 1'000);
}

TEST(ParquetScan, thePageIndexLimitsWhatIsDecoded) {
  const ScratchFolder folder;
  arrow::Int64Builder builder;
  arrow::StringBuilder texts;
  for (int64_t i = 0; i < 10'000; ++i) {
    ASSERT_TRUE(builder.Append(i).ok());
    ASSERT_TRUE(texts.Append("row " + std::to_string(i)).ok());
  }
  parquet::WriterProperties::Builder properties;
  properties.enable_write_page_index()->data_pagesize(2'000)->write_batch_size(100)->disable_dictionary();
  writeFile(folder.file("sorted.parquet"),
            *arrow::Table::Make(arrow::schema({arrow::field("k", arrow::int64()), arrow::field("t", arrow::utf8())}), {*builder.Finish(), *texts.Finish()}),
            properties.build(), 10'000);
  const auto table = openTable(folder.file("sorted.parquet"));
  ASSERT_TRUE(table.isOk());
  connector::ScanRequest request{.columns = {0, 1}, .columnTypes = {DataType::bigint(), DataType::string()}};
  request.filters = {expr::comparison(expr::ComparisonOp::kGreater, column(0, DataType::bigint()), expr::literalLong(5'000)),
                     expr::comparison(expr::ComparisonOp::kLess, column(0, DataType::bigint()), expr::literalLong(5'003))};
  const auto rows = readAll(**table, request);
  ASSERT_TRUE(rows.isOk());
  EXPECT_EQ((*rows)[1], (std::vector<Value>{Value::string("row 5001"), Value::string("row 5002")}));
  const auto scan = (*table)->scan(request, {});
  const auto reader = (*scan)->makeReader();
  ASSERT_TRUE((*reader)->open((*scan)->morsels(0)->at(0)).isOk());
  columnar::ColumnarBatch batch;
  while (*(*reader)->next(batch)) {
  }
  EXPECT_LT((*reader)->rowsDecoded(), 1'000);
}

TEST(ParquetScan, damagedFilesAreErrors) {
  const ScratchFolder folder;
  const std::string path = folder.file("whole.parquet");
  parquet::WriterProperties::Builder properties;
  properties.compression(arrow::Compression::SNAPPY)->data_pagesize(2'000);
  writeFile(path, *flatTable(3'000, 0.2, 100), properties.build(), 3'000);
  std::string whole;
  {
    std::ifstream in(path, std::ios::binary);
    whole.assign(std::istreambuf_iterator<char>(in), {});
  }
  std::mt19937_64 random(3);
  const auto tryBytes = [&](const std::string& bytes, int number) {
    const std::string damaged = folder.file("damaged" + std::to_string(number) + ".parquet");
    std::ofstream(damaged, std::ios::binary) << bytes;
    const auto table = openTable(damaged);
    if (table.isOk()) (void)readAll(**table, {});  // any answer but a crash
    std::filesystem::remove(damaged);
    return table.isOk();
  };
  EXPECT_FALSE(tryBytes("", -1));
  EXPECT_FALSE(tryBytes("PAR1", -2));
  EXPECT_FALSE(tryBytes(whole.substr(0, whole.size() - 5), -3));
  EXPECT_FALSE(tryBytes("PAR1PAR1\xff\xff\xff\x7fPAR1", -4));
  for (int i = 0; i < 150; ++i) {
    std::string bytes = whole;
    for (int k = 0; k < 3; ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
    if (i % 3 == 0) bytes[bytes.size() - 8 - random() % 1'500] = static_cast<char>(random());
    tryBytes(bytes, i);
  }
}

TEST(ParquetScan, readsWiderTypesAndMissingColumns) {
  const ScratchFolder folder;
  std::mt19937_64 random(1);
  writeFile(folder.file("narrow.parquet"),
            *arrow::Table::Make(arrow::schema({arrow::field("Id", arrow::int32()), arrow::field("f", arrow::float32())}),
                                {randomColumn(arrow::int32(), 100, 0.1, 90, random), randomColumn(arrow::float32(), 100, 0.1, 90, random)}),
            parquet::default_writer_properties(), 100);
  registerSources();
  connector::OpenRequest request;
  request.paths = {folder.file("narrow.parquet")};
  request.schema = StructFields{{"id", DataType::bigint()}, {"f", DataType::float64()}, {"gone", DataType::string()}};
  const auto table = connector::DataSourceTable::instance().find("parquet")->open(request);
  ASSERT_TRUE(table.isOk());
  const auto columns = readAll(**table, {});
  ASSERT_TRUE(columns.isOk()) << columns.status().message();
  EXPECT_EQ((*columns)[0].size(), 100u);
  EXPECT_TRUE((*columns)[2][0].isNull());
  request.schema = StructFields{{"id", DataType::string()}};
  const auto wrong = connector::DataSourceTable::instance().find("parquet")->open(request);
  ASSERT_TRUE(wrong.isOk());
  const auto failed = readAll(**wrong, {});
  ASSERT_FALSE(failed.isOk());
  EXPECT_EQ(failed.error().condition().name, "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH");
}

TEST(ParquetScan, foldersGivePartitionColumns) {
  const ScratchFolder folder;
  std::mt19937_64 random(1);
  for (const std::string& name : {std::string("year=2023/city=Bern"), std::string("year=2024/city=New%20York"), std::string("year=2024/city=__HIVE_DEFAULT_PARTITION__")}) {
    std::filesystem::create_directories(folder.file(name));
    writeFile(folder.file(name + "/part-0.parquet"),
              *arrow::Table::Make(arrow::schema({arrow::field("a", arrow::int32())}), {randomColumn(arrow::int32(), 3, 0, 90, random)}),
              parquet::default_writer_properties(), 100);
  }
  std::ofstream(folder.file("_SUCCESS"));
  std::ofstream(folder.file("year=2023/.hidden.parquet"));
  const auto table = openTable(folder.file(""));
  ASSERT_TRUE(table.isOk()) << table.status().message();
  ASSERT_EQ((*table)->schema().size(), 3u);
  EXPECT_EQ((*table)->schema()[1].type, DataType::integer());
  EXPECT_EQ((*table)->schema()[2].type, DataType::string());
  const auto columns = readAll(**table, {});
  ASSERT_TRUE(columns.isOk());
  ASSERT_EQ((*columns)[1].size(), 9u);
  int numNulls = 0;
  for (const Value& city : (*columns)[2]) numNulls += city.isNull() ? 1 : 0;
  EXPECT_EQ(numNulls, 3);
  ByteWriter out;
  encodeTable(out, **table);
  ByteReader in(out.bytes());
  const auto decoded = decodeTable(in);
  ASSERT_TRUE(decoded.isOk());
  EXPECT_EQ((*decoded)->identity(), (*table)->identity());
}

}  // namespace
}  // namespace flint::sources
