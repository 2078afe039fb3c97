#include <unordered_map>

#include "columnar/batch_codec.h"
#include "expr/scalar_function.h"
#include "plan/physical/physical_field_writer.h"
#include "plan/physical/python_nodes.h"
#include "plan/physical/script_transformation_node.h"

namespace flint::plan {
namespace {

constexpr uint64_t kVersion = 1;


/// Reads what PhysicalFieldWriter wrote; the first failure is kept in `status`.
class PhysicalFieldReader {
 public:
  PhysicalFieldReader(const std::vector<PhysicalPlanPtr>& made, std::vector<size_t> children, const expr::EvaluationOptions& options)
      : made_(made), children_(std::move(children)), options_(options) {}

  template <class T>
  void read(ByteReader& in, std::shared_ptr<T>& pointer) {
    if (in.readVarint() == 0 || in.failed() || !status_.isOk()) return;
    using Plain = std::remove_const_t<T>;
    if constexpr (std::is_same_v<Plain, PhysicalPlan>) {
      if (nextChild_ >= children_.size()) return fail(in, internalError("an encoded plan node lacks a child"));
      pointer = made_[children_[nextChild_++]];
    } else if constexpr (std::is_same_v<Plain, connector::Table>) {
      readTable(in, pointer);
    } else if constexpr (std::is_same_v<Plain, std::vector<columnar::ColumnarBatch>>) {
      readBatches(in, pointer);
    } else {
      Result<ExprPtr> decoded = expr::decodeExpression(in, options_);
      if (!decoded.isOk()) return fail(in, decoded.status());
      if constexpr (std::is_same_v<Plain, expr::Expression>) {
        pointer = *decoded;
      } else {
        if ((*decoded)->template as<Plain>() == nullptr) return fail(in, internalError("an encoded plan has another expression where an attribute belongs"));
        pointer = std::static_pointer_cast<T>(*decoded);
      }
    }
  }
  const Status& status() const { return status_; }
  bool usedAllChildren() const { return nextChild_ == children_.size(); }

 private:
  void fail(ByteReader& in, Status status) {
    if (status_.isOk()) status_ = std::move(status);
    in.fail();
  }
  void readTable(ByteReader& in, connector::TablePtr& table);
  void readBatches(ByteReader& in, LocalRelation::Batches& batches);

  const std::vector<PhysicalPlanPtr>& made_;
  const std::vector<size_t> children_;
  const expr::EvaluationOptions& options_;
  size_t nextChild_ = 0;
  Status status_;
};

void PhysicalFieldReader::readTable(ByteReader& in, connector::TablePtr& table) {
  const std::string format(in.readString());
  ByteReader bytes(in.readString());
  if (in.failed()) return;
  const connector::DataSource* source = connector::DataSourceTable::instance().find(format);
  if (source == nullptr || source->decode == nullptr) return fail(in, internalError("an encoded plan scans the unknown format " + format));
  Result<connector::TablePtr> decoded = source->decode(bytes);
  if (!decoded.isOk()) return fail(in, decoded.status());
  table = *decoded;
}

void PhysicalFieldReader::readBatches(ByteReader& in, LocalRelation::Batches& batches) {
  std::vector<DataType> types;
  tree::decodeField(*this, in, types);
  const size_t count = in.readCount();
  auto out = std::make_shared<std::vector<columnar::ColumnarBatch>>();
  for (size_t i = 0; i < count; ++i) {
    Result<columnar::ColumnarBatch> batch = columnar::decodeBatch(in, types);
    if (!batch.isOk()) return fail(in, batch.status());
    out->push_back(std::move(*batch));
  }
  batches = std::move(out);
}

// Children before parents, each once.
void collectNodes(const PhysicalPlanPtr& plan, std::vector<PhysicalPlanPtr>& order, std::unordered_map<const PhysicalPlan*, size_t>& indexes) {
  if (indexes.contains(plan.get())) return;
  for (const PhysicalPlanPtr& child : plan->children()) collectNodes(child, order, indexes);
  indexes.emplace(plan.get(), order.size());
  order.push_back(plan);
}

template <class Node>
Result<PhysicalPlanPtr> decodeNode(ByteReader& in, PhysicalFieldReader& reader) {
  Node node;
  if (in.readVarint() != std::tuple_size_v<decltype(Node::fields())>) return internalError("an encoded plan node has other fields than this version knows");
  tree::decodeField(reader, in, node);
  RETURN_IF_ERROR(reader.status());
  RETURN_IF_ERROR(in.status());
  if (!reader.usedAllChildren()) return internalError("an encoded plan node has too many children");
  return PhysicalPlanPtr(makePhysical(std::move(node)));
}

Result<PhysicalPlanPtr> decodeKind(uint64_t kind, ByteReader& in, PhysicalFieldReader& reader) {
#define FLINT_PHYSICAL_NODE(Node) \
  if (kind == static_cast<uint64_t>(Node::kKind)) return decodeNode<Node>(in, reader);
#include "plan/physical/physical_kinds.inc"
#undef FLINT_PHYSICAL_NODE
  return internalError("an encoded plan has a node of the unknown kind " + std::to_string(kind));
}

}  // namespace

void PhysicalFieldWriter::writeBatches(ByteWriter& out, const std::vector<columnar::ColumnarBatch>& batches) {
  std::vector<DataType> types;
  if (!batches.empty()) {
    for (const columnar::VectorPtr& column : batches[0].columns()) types.push_back(column->type());
  }
  PhysicalFieldWriter writer;
  tree::encodeField(writer, out, types);
  out.writeVarint(batches.size());
  for (const columnar::ColumnarBatch& batch : batches) columnar::encodeBatch(out, batch);
}

std::string encodePlan(const PhysicalPlanPtr& plan) {
  std::vector<PhysicalPlanPtr> order;
  std::unordered_map<const PhysicalPlan*, size_t> indexes;
  collectNodes(plan, order, indexes);
  ByteWriter out;
  out.writeVarint(kVersion);
  out.writeVarint(order.size());
  for (const PhysicalPlanPtr& node : order) {
    out.writeVarint(static_cast<uint64_t>(node->kind()));
    out.writeInt(node->nodeId());
    out.writeFixed(node->estimatedRows());
    const std::vector<PhysicalPlanPtr> children = node->children();
    out.writeVarint(children.size());
    for (const PhysicalPlanPtr& child : children) out.writeVarint(indexes.at(child.get()));
    node->encodeFields(out);
  }
  return out.take();
}

Result<PhysicalPlanPtr> decodePlan(std::string_view bytes, const expr::EvaluationOptions& options) {
  ByteReader in(bytes);
  if (in.readVarint() != kVersion) return internalError("an encoded plan is of another version");
  const size_t numNodes = in.readCount();
  std::vector<PhysicalPlanPtr> made;
  for (size_t i = 0; i < numNodes; ++i) {
    const uint64_t kind = in.readVarint();
    const int64_t nodeId = in.readInt();
    const auto estimatedRows = in.readFixed<double>();
    std::vector<size_t> children(in.readCount());
    for (size_t& child : children) {
      child = in.readVarint();
      if (child >= made.size()) in.fail();
    }
    RETURN_IF_ERROR(in.status());
    PhysicalFieldReader reader(made, std::move(children), options);
    ASSIGN_OR_RETURN(PhysicalPlanPtr node, decodeKind(kind, in, reader));
    if (nodeId != 0) node = node->withNodeId(nodeId);
    if (estimatedRows >= 0) node = node->withEstimatedRows(estimatedRows);
    made.push_back(std::move(node));
  }
  if (made.empty() || !in.atEnd()) return internalError("an encoded plan is malformed");
  return made.back();
}

}  // namespace flint::plan
