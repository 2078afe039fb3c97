// What `show` prints of a value: as a cast to text, but NULL in capitals, binary parts in hexadecimal and variants as JSON.
#include <memory>

#include "expr/cast/cast_kernels.h"
#include "expr/function_registry.h"
#include "functions/kernel_loops.h"
#include "functions/types_of_arguments.h"
#include "types/time_zone.h"

namespace flint::functions {

using namespace expr;

namespace {

struct ZoneData {
  const TimeZone* zone = nullptr;
};

void printedTexts(const KernelArgs& args) {
  static constexpr ValueTextStyle kStyle{.null = "NULL", .hexBinary = true};
  const TimeZone& zone = *args.data<ZoneData>().zone;
  auto out = args.result<StringView>();
  std::string text;
  for (const RowIndex row : args.activeRows()) {
    text.clear();
    appendValueText(*args.vector(0), row, zone, text, kStyle);
    out.set(row, text);
  }
}

Result<FunctionBinding> bindPrintedText(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  auto data = std::make_shared<ZoneData>();
  data->zone = TimeZone::find(context.options.timeZone);
  if (data->zone == nullptr) data->zone = &TimeZone::utc();
  FunctionBinding binding;
  binding.argumentTypes = {context.argumentTypes[0]};
  binding.result = kString;
  binding.kernel = printedTexts;
  binding.data = std::move(data);
  return binding;
}

}  // namespace

void registerPrintedText(FunctionRegistry& registry) {
  static const ScalarFunction kPrinted = {.names = {"to_pretty_string"}, .group = Group::kInternal, .since = "3.5.0", .usage = "to_pretty_string(expr) - The text that shown tables have for a value.", .bind = bindPrintedText};
  registry.add(kPrinted);
}

}  // namespace flint::functions
