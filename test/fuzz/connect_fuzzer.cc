// Connect plans as bytes: decoded, analyzed, optimized, planned, and their rows. Mutations change fields, so that most plans still mean something.
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>
#include <spark/connect/base.pb.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "connect/decoder/plan_decoder.h"
#include "connect/service/session_decode_context.h"
#include "fuzz_target.h"
#include "plan/logical/command_parts.h"
#include "query_trial.h"
#include "random_bytes.h"
#include "session/large_stack.h"
#include "tree/transform.h"

namespace flint::fuzz {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using spark::connect::Plan;

QueryTrial& trial() {
  static QueryTrial made(std::chrono::milliseconds(200));
  return made;
}

bool parse(const void* data, size_t size, Plan& plan) {
  google::protobuf::io::CodedInputStream input(static_cast<const uint8_t*>(data), static_cast<int>(size));
  input.SetRecursionLimit(2 * connect::PlanDecoder::kMaxDepth);
  return plan.ParseFromCodedStream(&input);
}

// Every message below and including `message`.
void collectMessages(Message& message, std::vector<Message*>& out) {
  out.push_back(&message);
  std::vector<const FieldDescriptor*> fields;
  const Reflection& reflection = *message.GetReflection();
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (field->is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) collectMessages(*reflection.MutableRepeatedMessage(&message, field, i), out);
    } else {
      collectMessages(*reflection.MutableMessage(&message, field), out);
    }
  }
}

int64_t anyNumber(Choices& choices) {
  constexpr int64_t kTelling[] = {0, 1, -1, 2, 7, 255, 65'536, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
  return choices.oneIn(4) ? static_cast<int64_t>(choices.next()) : kTelling[choices.below(std::size(kTelling))];
}

std::string anyText(Choices& choices) {
  constexpr const char* kTelling[] = {"", "id", "i", "s", "*", "a.b", "`", "`a`b", "id + 1", "SELECT 1", "sum", "explode", "+", "when", "\xff\xfe", "decimal(50, 60)", "'", "a INT", "{}", "1e400"};
  return kTelling[choices.below(std::size(kTelling))];
}

void setScalar(Message& message, const FieldDescriptor* field, Choices& choices) {
  const Reflection& reflection = *message.GetReflection();
  const bool add = field->is_repeated();
  const int64_t number = anyNumber(choices);
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      add ? reflection.AddInt32(&message, field, static_cast<int32_t>(number)) : reflection.SetInt32(&message, field, static_cast<int32_t>(number));
      break;
    case FieldDescriptor::CPPTYPE_INT64: add ? reflection.AddInt64(&message, field, number) : reflection.SetInt64(&message, field, number); break;
    case FieldDescriptor::CPPTYPE_UINT32:
      add ? reflection.AddUInt32(&message, field, static_cast<uint32_t>(number)) : reflection.SetUInt32(&message, field, static_cast<uint32_t>(number));
      break;
    case FieldDescriptor::CPPTYPE_UINT64:
      add ? reflection.AddUInt64(&message, field, static_cast<uint64_t>(number)) : reflection.SetUInt64(&message, field, static_cast<uint64_t>(number));
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      add ? reflection.AddDouble(&message, field, static_cast<double>(number)) : reflection.SetDouble(&message, field, static_cast<double>(number));
      break;
    case FieldDescriptor::CPPTYPE_FLOAT:
      add ? reflection.AddFloat(&message, field, static_cast<float>(number)) : reflection.SetFloat(&message, field, static_cast<float>(number));
      break;
    case FieldDescriptor::CPPTYPE_BOOL: add ? reflection.AddBool(&message, field, number > 0) : reflection.SetBool(&message, field, number > 0); break;
    case FieldDescriptor::CPPTYPE_ENUM:
      add ? reflection.AddEnumValue(&message, field, static_cast<int>(number % 12)) : reflection.SetEnumValue(&message, field, static_cast<int>(number % 12));
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      // Texts of messages are UTF-8; clients that send others are refused by the parser.
      add ? reflection.AddString(&message, field, anyText(choices)) : reflection.SetString(&message, field, anyText(choices));
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE: add ? reflection.AddMessage(&message, field) : reflection.MutableMessage(&message, field); break;
  }
}

// A message of the same type from elsewhere in the plan, or one inside itself, in place of `target`.
void replaceMessage(Message& target, const std::vector<Message*>& all, Choices& choices) {
  std::vector<Message*> alike;
  for (Message* other : all) {
    if (other->GetDescriptor() == target.GetDescriptor() && other != &target) alike.push_back(other);
  }
  if (alike.empty()) return;
  const std::unique_ptr<Message> copy(target.New());
  copy->CopyFrom(*alike[choices.below(alike.size())]);
  target.CopyFrom(*copy);
}

void mutateField(Plan& plan, Choices& choices) {
  std::vector<Message*> all;
  collectMessages(plan, all);
  Message& message = *all[choices.below(all.size())];
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  const Reflection& reflection = *message.GetReflection();
  if (type.field_count() == 0) return;
  const FieldDescriptor* field = type.field(static_cast<int>(choices.below(static_cast<size_t>(type.field_count()))));
  std::vector<const FieldDescriptor*> present;
  reflection.ListFields(message, &present);
  if (!present.empty() && choices.oneIn(2)) field = present[choices.below(present.size())];
  const int size = field->is_repeated() ? reflection.FieldSize(message, field) : 0;
  switch (choices.below(7)) {
    case 0: reflection.ClearField(&message, field); break;
    case 1:
      if (size > 0) reflection.RemoveLast(&message, field);
      break;
    case 2:
      if (size > 1) reflection.SwapElements(&message, field, 0, size - 1);
      break;
    case 3: replaceMessage(message, all, choices); break;
    case 4: reflection.MutableUnknownFields(&message)->AddLengthDelimited(static_cast<int>(900 + choices.below(200)), "unknown"); break;
    default:
      if (!field->is_map()) setScalar(message, field, choices);
      break;
  }
}

void tryPlan(const Plan& message) {
  connect::SessionHolder session({"user", "session"}, trial().session());
  connect::SessionDecodeContext context(session);
  connect::PlanDecoder decoder(context);
  if (!message.has_root()) return;
  const auto decoded = decoder.relation(message.root());
  if (!decoded.isOk()) {
    if (isDefect(decoded.error())) weakness(decoded.error().message().c_str(), message.ShortDebugString().c_str());
    static_cast<void>(decoded.error().message());
    return;
  }
  // Commands write where a mutated path says.
  if (tree::anyNode(decoded.value(), [](const plan::LogicalPlanPtr& node) { return plan::isCommand(node->kind()); })) return;
  const auto rows = trial().run(decoded.value(), message.ShortDebugString());
  if (!rows.isOk()) static_cast<void>(rows.error().message());
}

size_t serialized(const Plan& plan, uint8_t* out, size_t room) {
  const size_t size = plan.ByteSizeLong();
  if (size > room) return 0;
  plan.SerializeToArray(out, static_cast<int>(size));
  return size;
}

}  // namespace
}  // namespace flint::fuzz

using namespace flint::fuzz;

int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);
  trial();
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flint::session::runOnLargeStack([&] {
    auto plan = std::make_unique<Plan>();
    if (parse(data, size, *plan)) tryPlan(*plan);
  });
  return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t maxSize, unsigned int seed) {
  Choices choices(seed);
  size_t length = 0;
  flint::session::runOnLargeStack([&] {
    Plan plan;
    parse(data, size, plan);
    for (size_t i = 0, rounds = 1 + choices.below(3); i < rounds; ++i) mutateField(plan, choices);
    length = serialized(plan, data, maxSize);
  });
  return length;
}

// A part of the second plan in place of one of the same type in the first.
size_t LLVMFuzzerCustomCrossOver(const uint8_t* first, size_t firstSize, const uint8_t* second, size_t secondSize, uint8_t* out, size_t maxOutSize,
                                 unsigned int seed) {
  Choices choices(seed);
  size_t length = 0;
  flint::session::runOnLargeStack([&] {
    Plan plan;
    Plan other;
    parse(first, firstSize, plan);
    parse(second, secondSize, other);
    std::vector<Message*> targets;
    std::vector<Message*> parts;
    collectMessages(plan, targets);
    collectMessages(other, parts);
    replaceMessage(*targets[choices.below(targets.size())], parts, choices);
    length = serialized(plan, out, maxOutSize);
  });
  return length;
}
