#include "functions/protobuf/protobuf_descriptors.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <map>
#include <vector>

namespace flint::functions {

namespace proto = google::protobuf;

namespace {

constexpr int kMostDependencies = 1'000;  // one behind another

// Keeps the library from writing what is wrong with a file to the log.
class SilentCollector final : public proto::DescriptorPool::ErrorCollector {
 public:
  void AddError(const std::string&, const std::string&, const proto::Message*, ErrorLocation, const std::string&) override {}
};

// Builds files in the order of their dependencies.
class PoolBuilder {
 public:
  PoolBuilder(const proto::FileDescriptorSet& files, proto::DescriptorPool& pool) : pool_(pool) {
    for (const proto::FileDescriptorProto& file : files.file()) files_.emplace(file.name(), &file);
  }

  Result<const proto::FileDescriptor*> build(const proto::FileDescriptorProto& file, int depth) {
    if (const auto* built = pool_.FindFileByName(file.name())) return built;
    if (depth > kMostDependencies) return Error(condition::kCannotParseProtobufDescriptor);
    for (const std::string& dependency : file.dependency()) {
      const auto found = files_.find(dependency);
      if (found == files_.end()) return Error(condition::kProtobufDependencyNotFound).with("dependencyName", dependency);
      RETURN_IF_ERROR(build(*found->second, depth + 1));
    }
    SilentCollector collector;
    const proto::FileDescriptor* built = pool_.BuildFileCollectingErrors(file, &collector);
    if (built == nullptr) return Error(condition::kCannotParseProtobufDescriptor);
    return built;
  }

 private:
  proto::DescriptorPool& pool_;
  std::map<std::string, const proto::FileDescriptorProto*> files_;
};

}  // namespace

struct ProtobufDescriptors::Parts {
  proto::DescriptorPool pool;
  std::vector<const proto::FileDescriptor*> files;  // as they are in the set
  std::unique_ptr<proto::util::TypeResolver> resolver;
};

ProtobufDescriptors::ProtobufDescriptors(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
ProtobufDescriptors::~ProtobufDescriptors() = default;

Result<ProtobufDescriptorsPtr> ProtobufDescriptors::make(std::string_view descriptorSet) {
  proto::FileDescriptorSet files;
  if (!files.ParseFromArray(descriptorSet.data(), static_cast<int>(descriptorSet.size()))) return Error(condition::kCannotParseProtobufDescriptor);
  auto parts = std::make_unique<Parts>();
  PoolBuilder builder(files, parts->pool);
  for (const proto::FileDescriptorProto& file : files.file()) {
    ASSIGN_OR_RETURN(const proto::FileDescriptor* built, builder.build(file, 0));
    parts->files.push_back(built);
  }
  parts->resolver.reset(proto::util::NewTypeResolverForDescriptorPool("type.googleapis.com", &parts->pool));
  return ProtobufDescriptorsPtr(new ProtobufDescriptors(std::move(parts)));
}

Result<const proto::Descriptor*> ProtobufDescriptors::message(const std::string& name) const {
  for (const proto::FileDescriptor* file : parts_->files) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      const proto::Descriptor* found = file->message_type(i);
      if (found->name() == name || found->full_name() == name) return found;
    }
  }
  return Error(condition::kProtobufMessageNotFound).with("messageName", name);
}

bool ProtobufDescriptors::anyAsJson(std::string_view bytes, bool enumsAsInts, std::string& json) const {
  proto::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_enums_as_ints = enumsAsInts;
  json.clear();
  return proto::util::BinaryToJsonString(parts_->resolver.get(), "type.googleapis.com/google.protobuf.Any", std::string(bytes), &json, options).ok();
}

}  // namespace flint::functions
