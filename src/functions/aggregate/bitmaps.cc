// Bitmaps of 32,768 positions: bitmap_construct_agg, bitmap_or_agg, bitmap_and_agg.
#include <algorithm>
#include <cstring>

#include "functions/aggregate/aggregate_functions.h"
#include "functions/aggregate/argument_checks.h"
#include "functions/aggregate/object_aggregator.h"

namespace flint::functions {
namespace {

constexpr size_t kBytes = 4096;
constexpr int64_t kBits = 8 * kBytes;

enum class Merge : uint8_t { kConstruct, kOr, kAnd };

template <Merge kMerge>
struct Bitmap {
  struct Object {
    std::string bytes;
    int64_t invalid = -1;  // a position that no bitmap has
    bool isInvalid = false;
  };

  static std::string emptyBytes() { return std::string(kBytes, kMerge == Merge::kAnd ? '\xFF' : '\0'); }
  Object make() const { return {emptyBytes()}; }
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const {
    if (arguments[0]->isNull(row)) return;
    if constexpr (kMerge == Merge::kConstruct) {
      const int64_t position = VectorReader<int64_t>(*arguments[0])[row];
      if (position < 0 || position >= kBits) {
        object.invalid = position;
        object.isInvalid = true;
        return;
      }
      object.bytes[static_cast<size_t>(position / 8)] |= static_cast<char>(1 << (position % 8));
    } else {
      mergeBytes(object, VectorReader<StringView>(*arguments[0])[row].view());
    }
  }
  void merge(Object& into, const Object& from) const {
    mergeBytes(into, from.bytes);
    if (!from.isInvalid) return;
    into.invalid = from.invalid;
    into.isInvalid = true;
  }
  void encode(const Object& object, ByteWriter& out) const {
    out.writeString(object.bytes);
    out.writeFixed<uint8_t>(object.isInvalid ? 1 : 0);
    out.writeInt(object.invalid);
  }
  void decode(Object& object, ByteReader& in) const {
    Object from;
    from.bytes = in.readString();
    from.isInvalid = in.readFixed<uint8_t>() != 0;
    from.invalid = in.readInt();
    if (!in.failed()) merge(object, from);
  }
  Status finalize(const Object* object, VectorBuilder& result) const {
    if (object != nullptr && object->isInvalid) {
      return Error(condition::kInvalidBitmapPosition)
          .with("bitPosition", std::to_string(object->invalid))
          .with("bitmapNumBytes", std::to_string(kBytes))
          .with("bitmapNumBits", std::to_string(kBits));
    }
    result.appendString(object == nullptr ? emptyBytes() : object->bytes);
    return Status::ok();
  }

 private:
  void mergeBytes(Object& object, std::string_view bytes) const {
    for (size_t i = 0; i < kBytes; ++i) {
      const char other = i < bytes.size() ? bytes[i] : '\0';
      if (kMerge == Merge::kAnd) {
        object.bytes[i] = static_cast<char>(object.bytes[i] & other);
      } else {
        object.bytes[i] = static_cast<char>(object.bytes[i] | other);
      }
    }
  }
};

template <Merge kMerge>
Result<AggregateBinding> bindBitmap(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType wanted = kMerge == Merge::kConstruct ? DataType::bigint() : DataType::binary();
  const DataType& type = context.argumentTypes[0];
  const bool fits = type.is(TypeKind::kNull) || (kMerge == Merge::kConstruct ? type.isNumeric() || type.isStringLike() : type.is(TypeKind::kBinary));
  if (!fits) return unexpectedArgumentType(context, 0, "\"" + wanted.sql() + "\"");
  AggregateBinding binding{.argumentTypes = {wanted}, .result = DataType::binary(), .nullable = false};
  binding.canRaise = kMerge == Merge::kConstruct;
  binding.ignoresDuplicates = true;
  binding.emptyResult = Value::string(Bitmap<kMerge>::emptyBytes());
  binding.aggregator = makeObjectAggregator(Bitmap<kMerge>{});
  return binding;
}

const AggregateFunction kFunctions[] = {
    {.names = {"bitmap_construct_agg"}, .since = "3.5.0", .usage = "bitmap_construct_agg(child) - The bitmap of all positions.", .bind = bindBitmap<Merge::kConstruct>},
    {.names = {"bitmap_or_agg"}, .since = "3.5.0", .usage = "bitmap_or_agg(child) - The union of bitmaps.", .bind = bindBitmap<Merge::kOr>},
    {.names = {"bitmap_and_agg"}, .since = "4.1.0", .usage = "bitmap_and_agg(child) - The intersection of bitmaps.", .bind = bindBitmap<Merge::kAnd>},
};

}  // namespace

void registerBitmapAggregates(expr::FunctionRegistry& registry) {
  for (const AggregateFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
