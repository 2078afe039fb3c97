#include "session/cache/canonical_forms.h"

#include <algorithm>
#include <filesystem>

#include "analysis/analyzed_table.h"
#include "columnar/vector_compare.h"
#include "io/file_system.h"
#include "plan/logical/subquery_expressions.h"
#include "sources/files/file_table.h"
#include "tree/transform.h"

namespace flint::session {

using expr::ExprId;
using expr::ExprKind;
using expr::ExprPtr;
using plan::LogicalKind;
using plan::LogicalPlanPtr;

namespace {

// Stands for a table in canonical forms: equal where format, place, schema and options are.
class TablePlace final : public connector::Table {
 public:
  explicit TablePlace(std::string identity) : identity_(std::move(identity)) {}
  std::string name() const override { return {}; }
  const StructFields& schema() const override { return schema_; }
  Result<connector::TableStatistics> statistics() const override { return connector::TableStatistics(); }
  Result<connector::ScanPtr> scan(const connector::ScanRequest&, const connector::SplitOptions&) const override {
    return internalError("a canonical form is not run");
  }
  std::string format() const override { return {}; }
  void encode(ByteWriter&) const override {}
  std::string identity() const override { return identity_; }

 private:
  const std::string identity_;
  const StructFields schema_;
};

std::string placeOf(const connector::TablePtr& table) {
  const auto* files = dynamic_cast<const sources::FileTable*>(analysis::withoutCatalogStatistics(table).get());
  if (files == nullptr) return table->identity();
  std::string place = files->format() + "\n" + DataType::structType(files->schema()).simpleString() + "\n";
  for (const auto& [key, value] : files->options()) place += key + "=" + value + "\n";
  for (const std::string& root : files->files()->rootPaths) place += absolutePath(root) + "\n";
  return place;
}

bool sameRows(const std::vector<columnar::ColumnarBatch>& a, const std::vector<columnar::ColumnarBatch>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    const columnar::ActiveRows left = a[i].activeRows();
    const columnar::ActiveRows right = b[i].activeRows();
    if (left.count() != right.count() || a[i].numColumns() != b[i].numColumns()) return false;
    for (size_t column = 0; column < a[i].numColumns(); ++column) {
      if (!a[i].column(column)->type().sameType(b[i].column(column)->type())) return false;
      for (columnar::RowIndex row = 0; row < left.count(); ++row) {
        if (columnar::compareValues(*a[i].column(column), left[row], *b[i].column(column), right[row]) != 0) return false;
      }
    }
  }
  return true;
}

bool isCommutative(const std::string& function) { return function == "+" || function == "*" || function == "&" || function == "|" || function == "^"; }

}  // namespace

// One form; numbers ids as it meets them.
class CanonicalPlanMaker {
 public:
  CanonicalPlanMaker(CanonicalForms& forms, const CanonicalForms::Definitions& definitions) : forms_(forms), definitions_(definitions) {}

  LogicalPlanPtr plan(const LogicalPlanPtr& named) {
    const LogicalPlanPtr& node = withoutNames(named);
    if (const auto* reference = node->as<plan::CteRelationRef>()) {
      const auto definition = definitions_.find(reference->cteId);
      if (definition != definitions_.end() && !reference->recursive) return inlined(*reference, definition->second);
    }
    LogicalPlanPtr out = tree::mapChildren(node, [this](const LogicalPlanPtr& child) { return plan(child); });
    std::vector<ExprPtr> expressions = out->expressions();
    const bool keepsNames = node->kind() == LogicalKind::kRelation;  // its columns are found in the table by name
    for (ExprPtr& each : expressions) each = expression(each, keepsNames);
    if (!expressions.empty()) out = out->withNewExpressions(std::move(expressions));
    if (const auto* relation = out->as<plan::Relation>()) {
      plan::Relation copy = *relation;
      copy.table = std::make_shared<TablePlace>(placeOf(relation->table));
      copy.name.clear();
      return plan::makePlan(std::move(copy));
    }
    if (const auto* local = out->as<plan::LocalRelation>(); local != nullptr && local->batches != nullptr) {
      plan::LocalRelation copy = *local;
      copy.batches = forms_.representative(local->batches);
      return plan::makePlan(std::move(copy));
    }
    return out;
  }

 private:
  LogicalPlanPtr inlined(const plan::CteRelationRef& reference, const LogicalPlanPtr& definition) {
    const auto outer = ids_;
    LogicalPlanPtr body = plan(definition);
    std::vector<ExprId> made;
    for (const expr::AttributePtr& column : definition->output()) made.push_back(number(column->id));
    ids_ = outer;
    for (size_t i = 0; i < made.size() && i < reference.attributes.size(); ++i) ids_[reference.attributes[i]->id] = made[i];
    return body;
  }

  ExprId number(ExprId id) { return ids_.try_emplace(id, next_).second ? next_++ : ids_[id]; }

  ExprPtr expression(const ExprPtr& root, bool keepsNames) {
    return tree::transformUp(root, [&](const ExprPtr& node) { return one(node, keepsNames); });
  }

  expr::AttributePtr attribute(const expr::AttributeReference& node, bool keepsName) {
    expr::AttributeReference copy = node;
    copy.id = number(node.id);
    if (!keepsName) copy.name.clear();
    copy.qualifier.clear();
    copy.metadata.clear();
    copy.nullableColumn = true;
    return expr::makeExpr(std::move(copy));
  }

  template <class Subquery>
  ExprPtr subquery(const Subquery& node) {
    Subquery copy = node;
    copy.plan = plan(node.plan);
    copy.id = 0;
    return expr::makeExpr(std::move(copy));
  }

  template <class Node>
  static ExprPtr ordered(const Node& node, const ExprPtr& self) {
    if (node.left->hash() <= node.right->hash()) return self;
    Node copy = node;
    std::swap(copy.left, copy.right);
    return expr::makeExpr(std::move(copy));
  }

  ExprPtr one(const ExprPtr& node, bool keepsNames) {
    switch (node->kind()) {
      case ExprKind::kAttributeReference: return attribute(*node->as<expr::AttributeReference>(), keepsNames);
      case ExprKind::kAlias: {
        expr::Alias copy = *node->as<expr::Alias>();
        copy.id = number(copy.id);
        copy.name.clear();
        copy.qualifier.clear();
        copy.metadata.reset();
        return expr::makeExpr(std::move(copy));
      }
      case ExprKind::kLambdaVariable: {
        expr::LambdaVariable copy = *node->as<expr::LambdaVariable>();
        copy.id = number(copy.id);
        copy.name.clear();
        return expr::makeExpr(std::move(copy));
      }
      case ExprKind::kOuterReference: {
        expr::OuterReference copy;
        copy.attribute = attribute(*node->as<expr::OuterReference>()->attribute, false);
        return expr::makeExpr(std::move(copy));
      }
      case ExprKind::kCast: {
        if (!node->as<expr::Cast>()->implicit) return node;
        expr::Cast copy = *node->as<expr::Cast>();
        copy.implicit = false;
        return expr::makeExpr(std::move(copy));
      }
      case ExprKind::kGetStructField: {
        expr::GetStructField copy = *node->as<expr::GetStructField>();
        copy.name.clear();
        return expr::makeExpr(std::move(copy));
      }
      case ExprKind::kAnd: return ordered(*node->as<expr::And>(), node);
      case ExprKind::kOr: return ordered(*node->as<expr::Or>(), node);
      case ExprKind::kComparison: {
        const auto& comparison = *node->as<expr::Comparison>();
        if (comparison.left->hash() <= comparison.right->hash()) return node;
        return expr::comparison(expr::mirrored(comparison.op), comparison.right, comparison.left);
      }
      case ExprKind::kFunctionCall: {
        const auto& call = *node->as<expr::FunctionCall>();
        if (call.arguments.size() != 2 || !isCommutative(call.name) || call.arguments[0]->hash() <= call.arguments[1]->hash()) return node;
        expr::FunctionCall copy = call;
        std::swap(copy.arguments[0], copy.arguments[1]);
        return expr::makeExpr(std::move(copy));
      }
      case ExprKind::kScalarSubquery: return subquery(*node->as<plan::ScalarSubquery>());
      case ExprKind::kExists: return subquery(*node->as<plan::Exists>());
      case ExprKind::kInSubquery: return subquery(*node->as<plan::InSubquery>());
      default: return node;
    }
  }

  CanonicalForms& forms_;
  const CanonicalForms::Definitions& definitions_;
  std::unordered_map<ExprId, ExprId> ids_;
  ExprId next_ = 1;
};

LogicalPlanPtr CanonicalForms::of(const LogicalPlanPtr& analyzed, const Definitions& definitions) {
  if (const auto* with = analyzed->as<plan::WithCte>()) {
    Definitions all = definitions;
    all.merge(definitionsOf(analyzed));
    return CanonicalPlanMaker(*this, all).plan(with->child);
  }
  return CanonicalPlanMaker(*this, definitions).plan(analyzed);
}

plan::LocalRelation::Batches CanonicalForms::representative(const plan::LocalRelation::Batches& batches) {
  for (const plan::LocalRelation::Batches& known : known_) {
    if (known == batches || sameRows(*known, *batches)) return known;
  }
  known_.push_back(batches);
  return batches;
}

CanonicalForms::Definitions definitionsOf(const LogicalPlanPtr& plan) {
  CanonicalForms::Definitions out;
  const auto* with = plan->as<plan::WithCte>();
  if (with == nullptr) return out;
  for (const LogicalPlanPtr& each : with->definitions) {
    if (const auto* definition = each->as<plan::CteRelationDef>(); definition != nullptr && !definition->recursive) out.emplace(definition->id, definition->child);
  }
  return out;
}

const LogicalPlanPtr& withoutNames(const LogicalPlanPtr& plan) {
  const LogicalPlanPtr* node = &plan;
  for (;;) {
    if (const auto* alias = (*node)->as<plan::SubqueryAlias>()) {
      node = &alias->child;
    } else if (const auto* hint = (*node)->as<plan::ResolvedHint>()) {
      node = &hint->child;
    } else {
      return *node;
    }
  }
}

uint64_t shapeOf(const LogicalPlanPtr& named, const CanonicalForms::Definitions& definitions) {
  const LogicalPlanPtr& node = withoutNames(named);
  if (const auto* with = node->as<plan::WithCte>()) {
    CanonicalForms::Definitions all = definitions;
    all.merge(definitionsOf(node));
    return shapeOf(with->child, all);
  }
  if (const auto* reference = node->as<plan::CteRelationRef>()) {
    const auto definition = definitions.find(reference->cteId);
    if (definition != definitions.end()) return shapeOf(definition->second, definitions);
  }
  uint64_t shape = mixHash(static_cast<uint64_t>(node->kind()));
  for (const LogicalPlanPtr& child : node->children()) shape = combineHash(shape, shapeOf(child, definitions));
  return shape;
}

std::string absolutePath(const std::string& path) {
  const auto place = io::fileSystemFor(path);
  if (!place.isOk()) return path;
  std::string text = std::filesystem::path(place->second).is_absolute() ? place->second : std::filesystem::current_path().string() + "/" + place->second;
  text = std::filesystem::path(text).lexically_normal().string();
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

std::vector<std::string> rootPathsOf(const plan::Relation& relation) {
  std::vector<std::string> roots;
  if (const auto* files = dynamic_cast<const sources::FileTable*>(analysis::withoutCatalogStatistics(relation.table).get())) {
    for (const std::string& root : files->files()->rootPaths) roots.push_back(absolutePath(root));
  }
  return roots;
}

}  // namespace flint::session
