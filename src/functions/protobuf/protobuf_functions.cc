// from_protobuf, to_protobuf: known where the session names Spark's module for Protobuf among its packages or jars.
#include <sys/stat.h>

#include <optional>

#include "expr/schema_text.h"
#include "functions/collection/list_rows.h"
#include "functions/external_formats.h"
#include "functions/protobuf/protobuf_decoder.h"
#include "functions/protobuf/protobuf_encoder.h"
#include "functions/types_of_arguments.h"
#include "io/file_system.h"

namespace flint::functions {

using namespace expr;
using columnar::VectorBuilder;

namespace {

/// The arguments of a call after its first.
struct MessageArguments {
  std::string name;
  std::optional<std::string> descriptorSet;
  records::RecordOptions options{{}};
};

Result<std::string> contentOf(const std::string& path) {
  ASSIGN_OR_RETURN(const auto file, io::localFileSystem()->open(path));
  std::string content(static_cast<size_t>(file->size()), '\0');
  RETURN_IF_ERROR(file->readAt(0, file->size(), content.data()));
  return content;
}

Result<std::string> readDescriptorSet(const std::string& path, bool writes) {
  struct stat found = {};
  if (path.empty() ? writes : ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) return Error(condition::kCannotParseProtobufDescriptor);
  if (path.empty()) return std::string();
  if (::stat(path.c_str(), &found) != 0) return Error(condition::kProtobufDescriptorFileNotFound).with("filePath", path);
  Result<std::string> content = contentOf(path);
  if (!content.isOk()) return Error(condition::kCannotParseProtobufDescriptor);
  return content;
}

Error noConstantOptions(const BindContext& context, const char* which) {
  return wrongArgument(context, std::string("The ") + which + " argument has to be a constant map of texts with the options");
}

Result<MessageArguments> messageArguments(const BindContext& context, bool writes) {
  if (!isConstantText(context, 1)) return wrongArgument(context, "The second argument has to be a constant text with the name of the message");
  MessageArguments arguments;
  if (!context.constants[1]->isNull()) arguments.name = context.constants[1]->asString();
  // The options may stand in the descriptor's place.
  const bool hasOptionsThird = context.argumentTypes[2].is(TypeKind::kMap);
  const size_t options = hasOptionsThird ? 2 : 3;
  if (!areConstantOptions(context, options)) return noConstantOptions(context, hasOptionsThird ? "third" : "fourth");
  arguments.options = constantOptions(context, options);
  if (hasOptionsThird || isConstantNull(context, 2)) return arguments;
  const Value* descriptor = context.constants[2];
  const bool isBytes = context.argumentTypes[2].is(TypeKind::kBinary);
  if (descriptor == nullptr || (!isBytes && !context.argumentTypes[2].isStringLike())) {
    return wrongArgument(context, "The third argument has to be a constant: the path of a descriptor file, or its bytes");
  }
  if (descriptor->isNull()) return arguments;
  if (isBytes) {
    arguments.descriptorSet = descriptor->asString();
  } else {
    ASSIGN_OR_RETURN(arguments.descriptorSet, readDescriptorSet(descriptor->asString(), writes));
  }
  return arguments;
}

struct Message {
  ProtobufDescriptorsPtr descriptors;
  const google::protobuf::Descriptor* type = nullptr;
};

Error notLoaded(const BindContext& context) { return Error(condition::kProtobufNotLoadedSqlFunctionsUnusable).with("functionName", upperName(context)); }

Result<Message> messageOf(const MessageArguments& arguments) {
  if (!arguments.descriptorSet.has_value()) {
    // Without a descriptor the name is that of a class.
    const bool isQualified = arguments.name.find('.') != std::string::npos;
    return Error(condition::kCannotLoadProtobufClass)
        .with("protobufClassName", arguments.name)
        .with("explanation", isQualified ? "Ensure the class include in the jar" : "Ensure the class name includes package prefix");
  }
  Message message;
  ASSIGN_OR_RETURN(message.descriptors, ProtobufDescriptors::make(*arguments.descriptorSet));
  ASSIGN_OR_RETURN(message.type, message.descriptors->message(arguments.name));
  return message;
}

struct FromProtobufData {
  std::shared_ptr<const ProtobufDecoder> decoder;
  records::ParseMode mode = records::ParseMode::kFailFast;
};

void fromProtobuf(const KernelArgs& args) {
  const auto& data = args.data<FromProtobufData>();
  const auto bytes = args.column<StringView>(0);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    if (bytes.isNull(row)) return builder.appendNull();
    if (data.decoder->append(bytes[row].view(), builder)) return;
    if (data.mode == records::ParseMode::kPermissive) return appendMalformed(args.resultType(), builder);
    builder.appendNull();
    args.errors().set(row, Error(condition::kMalformedProtobufMessage).with("failFastMode", "FAILFAST"));
  });
}

template <bool kLoaded>
Result<FunctionBinding> bindFromProtobuf(const BindContext& given) {
  const BindContext context = asWritten(given);
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 4));
  ASSIGN_OR_RETURN(const MessageArguments arguments, messageArguments(context, false));
  if (!kLoaded) return notLoaded(context);
  ASSIGN_OR_RETURN(const Message message, messageOf(arguments));
  if (!context.argumentTypes[0].is(TypeKind::kBinary)) return unexpectedArgumentType(context, 0, "\"BINARY\"");
  const records::RecordOptions& chosen = arguments.options;
  ProtobufReadOptions options;
  ASSIGN_OR_RETURN(options.recursiveDepth, integerOption(chosen, "recursive.fields.max.depth", -1));
  options.anyAsJson = chosen.flag("convert.any.fields.to.json", false);
  options.emitsDefaults = chosen.flag("emit.default.values", false);
  options.enumsAsInts = chosen.flag("enums.as.ints", false);
  options.unwrapsWrappers = chosen.flag("unwrap.primitive.wrapper.types", false);
  options.upcastsUnsigned = chosen.flag("upcast.unsigned.ints", false);
  options.keepsEmptyMessages = chosen.flag("retain.empty.message.types", false);
  auto data = std::make_shared<FromProtobufData>();
  ASSIGN_OR_RETURN(data->mode, failFastModeOf(context, chosen));
  ASSIGN_OR_RETURN(data->decoder, ProtobufDecoder::make(message.descriptors, *message.type, options));
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.result = data->mode == records::ParseMode::kPermissive ? asNullable(data->decoder->type()) : data->decoder->type();
  binding.nulls = NullRule::kHandledByKernel;
  binding.nullableIfArgumentsAre = false;
  binding.kernel = fromProtobuf;
  binding.canRaise = data->mode == records::ParseMode::kFailFast;
  binding.data = std::move(data);
  return binding;
}

struct ToProtobufData {
  std::shared_ptr<const ProtobufEncoder> encoder;
};

void toProtobuf(const KernelArgs& args) {
  const auto& data = args.data<ToProtobufData>();
  const ColumnVector& values = *args.vector(0);
  auto result = args.result<StringView>();
  std::string bytes;
  for (const RowIndex row : args.activeRows()) {
    if (values.isNull(row)) {
      result.setNull(row);
      continue;
    }
    bytes.clear();
    const Status written = data.encoder->append(values, row, bytes);
    if (!written.isOk()) args.errors().set(row, written.error());
    result.set(row, bytes);
  }
}

template <bool kLoaded>
Result<FunctionBinding> bindToProtobuf(const BindContext& given) {
  const BindContext context = asWritten(given);
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 4));
  if (!context.argumentTypes[0].is(TypeKind::kStruct)) {
    return Error(condition::kDatatypeMismatchNonStructType)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("inputName", quoteIdentifier("data"))
        .with("inputType", "\"" + context.argumentTypes[0].sql() + "\"");
  }
  ASSIGN_OR_RETURN(const MessageArguments arguments, messageArguments(context, true));
  if (!kLoaded) return notLoaded(context);
  ASSIGN_OR_RETURN(const Message message, messageOf(arguments));
  auto data = std::make_shared<ToProtobufData>();
  ASSIGN_OR_RETURN(data->encoder, ProtobufEncoder::make(message.descriptors, *message.type, context.argumentTypes[0], context.options.caseSensitive));
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.result = kBinary;
  binding.nulls = NullRule::kHandledByKernel;
  binding.nullable = context.arguments[0]->nullable();
  binding.kernel = toProtobuf;
  binding.canRaise = true;
  binding.data = std::move(data);
  return binding;
}

}  // namespace

void registerProtobufFunctions(FunctionRegistry& registry) {
  static const DefaultArgument kNone = {DataType::null(), Value::null()};
  static const ScalarFunction kFunctions[] = {
      {.names = {"from_protobuf"}, .group = Group::kProtobuf, .since = "4.0.0", .usage = "from_protobuf(data, messageName, descFilePath[, options]) - The value of a Protobuf message; needs the Protobuf module.", .bind = bindFromProtobuf<false>, .defaults = {kNone, kNone}, .maxArguments = 4},
      {.names = {"from_protobuf_loaded"}, .group = Group::kInternal, .since = "4.0.0", .usage = "from_protobuf where the module is loaded.", .bind = bindFromProtobuf<true>, .display = "from_protobuf", .defaults = {kNone, kNone}, .maxArguments = 4},
      {.names = {"to_protobuf"}, .group = Group::kProtobuf, .since = "4.0.0", .usage = "to_protobuf(data, messageName, descFilePath[, options]) - The value as a Protobuf message; needs the Protobuf module.", .bind = bindToProtobuf<false>, .defaults = {kNone, kNone}, .maxArguments = 4},
      {.names = {"to_protobuf_loaded"}, .group = Group::kInternal, .since = "4.0.0", .usage = "to_protobuf where the module is loaded.", .bind = bindToProtobuf<true>, .display = "to_protobuf", .defaults = {kNone, kNone}, .maxArguments = 4},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
