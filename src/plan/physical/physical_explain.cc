#include "plan/physical/physical_explain.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "plan/logical/cached_relation.h"

namespace flint::plan {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

template <class T>
std::string listOf(const std::vector<T>& expressions) {
  std::string out = "[";
  for (const auto& expression : expressions) {
    if (out.size() > 1) out += ", ";
    out += expression->toString();
  }
  return out + "]";
}

template <class T>
std::pair<std::string, std::string> counted(const char* name, const std::vector<T>& expressions) {
  return {fmt::format("{} [{}]", name, expressions.size()), listOf(expressions)};
}

std::string textOf(const ExprPtr& expression) { return expression == nullptr ? "None" : expression->toString(); }

const char* sideName(BuildSide side) { return side == BuildSide::kLeft ? "BuildLeft" : "BuildRight"; }

std::string functionsOf(const HashAggregateExec& node) {
  std::string out = "[";
  for (const ExprPtr& aggregate : node.aggregates) {
    if (out.size() > 1) out += ", ";
    if (node.mode == AggregateMode::kPartial) out += "partial_";
    if (node.mode == AggregateMode::kPartialMerge) out += "merge_";
    out += aggregate->toString();
  }
  return out + "]";
}

template <class Join>
std::string hashJoinArguments(const Join& node) {
  std::string out = fmt::format("{}, {}, {}, {}", listOf(node.leftKeys), listOf(node.rightKeys), joinTypeName(node.type), sideName(node.buildSide));
  if (node.condition != nullptr) out += ", " + node.condition->toString();
  if (node.type == JoinType::kNullAwareAnti) out += ", true";
  return out;
}

template <class Join>
Pairs hashJoinDetails(const Join& node) {
  return {counted("Left keys", node.leftKeys), counted("Right keys", node.rightKeys), {"Join type", joinTypeName(node.type)}, {"Join condition", textOf(node.condition)}};
}

std::string readSchema(const std::vector<AttributePtr>& attributes) {
  std::string out = "struct<";
  for (const AttributePtr& attribute : attributes) {
    if (out.size() > 7) out += ",";
    out += attribute->name + ":" + attribute->type.simpleString();
  }
  return out + ">";
}

Pairs outputOnly(const PhysicalPlan& node) { return {counted("Output", node.output())}; }

// "Project [a#1]": the node without what is below it.
std::string lineOf(const PhysicalPlan& node) {
  const std::string arguments = node.argumentString();
  if (const auto* scan = node.as<FileSourceScanExec>()) return fmt::format("FileScan {} {}", scan->table->format(), arguments);
  const bool attached = !arguments.empty() && arguments[0] == '(' && !node.as<RangeExec>() && !node.as<FilterExec>();
  return arguments.empty() ? node.nodeName() : fmt::format("{}{}{}", node.nodeName(), attached ? "" : " ", arguments);
}

std::string titleOf(const PhysicalPlan& node) {
  if (const auto* scan = node.as<FileSourceScanExec>()) return scan->tableName.empty() ? fmt::format("Scan {}", scan->table->format()) : fmt::format("Scan {} {}", scan->table->format(), scan->tableName);
  return node.nodeName();
}

/// Draws a tree, a shared subplan's rows once.
class TreePrinter {
 public:
  template <class Line>
  void print(const PhysicalPlanPtr& plan, const std::string& prefix, const std::string& childPrefix, Line&& line) {
    out_ += prefix + line(plan) + "\n";
    if (const auto* shared = plan->as<SharedSubplanExec>()) {
      if (!printed_.insert(shared->id).second) return;
    }
    if (const auto* cached = plan->as<InMemoryTableScanExec>()) printCached(*cached, childPrefix);
    const std::vector<PhysicalPlanPtr> children = plan->children();
    for (size_t i = 0; i < children.size(); ++i) {
      const bool last = i + 1 == children.size();
      print(children[i], childPrefix + (last ? "+- " : ":- "), childPrefix + (last ? "   " : ":  "), line);
    }
  }
  std::string take() { return std::move(out_); }

 private:
  // The cached relation stands below its scan, and how its rows are made below that.
  void printCached(const InMemoryTableScanExec& scan, const std::string& prefix) {
    const CachedRelation* relation = cachedRelation(scan.data);
    if (relation == nullptr) return;
    out_ += fmt::format("{}   +- InMemoryRelation {}, {}\n", prefix, listOf(scan.attributes), relation->storageLevelText());
    const std::string source = relation->sourceText();
    const char* mark = "+- ";
    for (size_t start = 0; start < source.size();) {
      const size_t end = std::min(source.find('\n', start), source.size());
      out_ += fmt::format("{}         {}{}\n", prefix, mark, source.substr(start, end - start));
      mark = "   ";
      start = end + 1;
    }
  }

  std::string out_;
  std::set<int64_t> printed_;
};

// Numbers in the order EXPLAIN FORMATTED lists the nodes: children first.
void number(const PhysicalPlanPtr& plan, std::map<const PhysicalPlan*, int>& numbers, std::vector<PhysicalPlanPtr>& order) {
  if (numbers.contains(plan.get())) return;
  for (const PhysicalPlanPtr& child : plan->children()) number(child, numbers, order);
  order.push_back(plan);
  numbers.emplace(plan.get(), static_cast<int>(order.size()));
}

void appendInput(std::string& out, const PhysicalPlan& node) {
  const std::vector<PhysicalPlanPtr> children = node.children();
  if (children.size() == 1) {
    const auto input = children[0]->output();
    out += fmt::format("Input [{}]: {}\n", input.size(), listOf(input));
  }
}

}  // namespace

std::string partitioningText(const Partitioning& partitioning) {
  std::string keys;
  for (const ExprPtr& key : partitioning.keys) keys += key->toString() + ", ";
  switch (partitioning.kind) {
    case Partitioning::Kind::kUnknown: return fmt::format("UnknownPartitioning({})", partitioning.numPartitions);
    case Partitioning::Kind::kSingle: return "SinglePartition";
    case Partitioning::Kind::kHash: return fmt::format("hashpartitioning({}{})", keys, partitioning.numPartitions);
    case Partitioning::Kind::kRange: return fmt::format("rangepartitioning({}{})", keys, partitioning.numPartitions);
    case Partitioning::Kind::kRoundRobin: return fmt::format("RoundRobinPartitioning({})", partitioning.numPartitions);
    case Partitioning::Kind::kBroadcast: return "IdentityBroadcastMode";
    case Partitioning::Kind::kDirect: return fmt::format("shufflepartitionid({}{})", keys, partitioning.numPartitions);
  }
  return {};
}

std::string argumentsOf(const RangeExec& node) { return fmt::format("({}, {}, step={}, splits={})", node.start, node.end, node.step, node.numPartitions); }
Pairs verboseArgumentsOf(const RangeExec& node) { return {counted("Output", node.output()), {"Arguments", "Range " + argumentsOf(node)}}; }

std::string argumentsOf(const LocalTableScanExec& node) {
  return node.batches == nullptr || node.batches->empty() ? "<empty>, " + listOf(node.attributes) : listOf(node.attributes);
}
Pairs verboseArgumentsOf(const LocalTableScanExec& node) { return {counted("Output", node.attributes), {"Arguments", argumentsOf(node)}}; }

std::string argumentsOf(const FileSourceScanExec& node) {
  std::string out = node.tableName + listOf(node.attributes) + " Batched: true, DataFilters: " + listOf(node.filters) + ", Format: " + node.table->format();
  for (const auto& [name, value] : verboseArgumentsOf(node)) {
    if (!name.starts_with("Output") && name != "Batched") out += ", " + name + ": " + value;
  }
  return out;
}
Pairs verboseArgumentsOf(const FileSourceScanExec& node) {
  Pairs out = {counted("Output", node.attributes), {"Batched", "true"}};
  const std::vector<std::string> files = node.table->inputFiles();
  if (!files.empty()) out.emplace_back("Location", fmt::format("InMemoryFileIndex({} paths)[{}{}]", files.size(), files[0], files.size() > 1 ? ", ..." : ""));
  out.emplace_back("PushedFilters", listOf(node.filters));
  if (!node.dynamicFilters.empty()) {
    std::string columns;
    for (const DynamicFilterTarget& target : node.dynamicFilters) columns += (columns.empty() ? "" : ", ") + target.column->toString();
    out.emplace_back("DynamicFilters", "[" + columns + "]");
  }
  if (node.limit.has_value()) out.emplace_back("PushedLimit", std::to_string(*node.limit));
  out.emplace_back("ReadSchema", readSchema(node.attributes));
  return out;
}

std::string argumentsOf(const InMemoryTableScanExec& node) {
  return node.filters.empty() ? listOf(node.attributes) : listOf(node.attributes) + ", " + listOf(node.filters);
}
Pairs verboseArgumentsOf(const InMemoryTableScanExec& node) { return {counted("Output", node.attributes), {"Arguments", argumentsOf(node)}}; }

std::string argumentsOf(const ProjectExec& node) { return listOf(node.projectList); }
Pairs verboseArgumentsOf(const ProjectExec& node) { return {counted("Output", node.projectList)}; }

std::string argumentsOf(const FilterExec& node) { return node.condition->toString(); }
Pairs verboseArgumentsOf(const FilterExec& node) { return {{"Condition ", node.condition->toString()}}; }

std::string argumentsOf(const HashAggregateExec& node) { return fmt::format("(keys={}, functions={})", listOf(node.grouping), functionsOf(node)); }
Pairs verboseArgumentsOf(const HashAggregateExec& node) {
  return {counted("Keys", node.grouping), {fmt::format("Functions [{}]", node.aggregates.size()), functionsOf(node)},
          counted("Aggregate Attributes", node.givesStates() ? node.stateAttributes : node.aggregateAttributes),
          counted("Results", node.output())};
}

std::string argumentsOf(const ShuffledHashJoinExec& node) { return hashJoinArguments(node); }
Pairs verboseArgumentsOf(const ShuffledHashJoinExec& node) { return hashJoinDetails(node); }
std::string argumentsOf(const BroadcastHashJoinExec& node) { return hashJoinArguments(node) + (node.type == JoinType::kNullAwareAnti ? "" : ", false"); }
Pairs verboseArgumentsOf(const BroadcastHashJoinExec& node) { return hashJoinDetails(node); }
std::string argumentsOf(const BroadcastNestedLoopJoinExec& node) {
  std::string out = fmt::format("{}, {}", sideName(node.buildSide), joinTypeName(node.type));
  return node.condition == nullptr ? out : out + ", " + node.condition->toString();
}
Pairs verboseArgumentsOf(const BroadcastNestedLoopJoinExec& node) { return {{"Join type", joinTypeName(node.type)}, {"Join condition", textOf(node.condition)}}; }

std::string argumentsOf(const SortExec& node) { return fmt::format("{}, {}, 0", listOf(node.order), node.global); }
Pairs verboseArgumentsOf(const SortExec& node) { return {{"Arguments", argumentsOf(node)}}; }

std::string argumentsOf(const TakeOrderedAndProjectExec& node) {
  const std::string offset = node.offset > 0 ? fmt::format(", offset={}", node.offset) : "";
  return fmt::format("(limit={}{}, orderBy={}, output={})", node.limit, offset, listOf(node.order), listOf(node.output()));
}
Pairs verboseArgumentsOf(const TakeOrderedAndProjectExec& node) {
  return {{"Arguments", fmt::format("{}, {}, {}", node.limit, listOf(node.order), listOf(node.projectList))}};
}

std::string argumentsOf(const WindowExec& node) {
  std::string out = listOf(node.windowExpressions);
  if (!node.partitionBy.empty()) out += ", " + listOf(node.partitionBy);
  if (!node.orderBy.empty()) out += ", " + listOf(node.orderBy);
  return out;
}
Pairs verboseArgumentsOf(const WindowExec& node) {
  return {{"Arguments", fmt::format("{}, {}, {}", listOf(node.windowExpressions), listOf(node.partitionBy), listOf(node.orderBy))}};
}

std::string argumentsOf(const ExpandExec& node) {
  std::string projections;
  for (const auto& projection : node.projections) projections += (projections.empty() ? "" : ", ") + listOf(projection);
  return fmt::format("[{}], {}", projections, listOf(node.attributes));
}
Pairs verboseArgumentsOf(const ExpandExec& node) { return {{"Arguments", argumentsOf(node)}}; }

std::string argumentsOf(const GenerateExec& node) {
  return fmt::format("{}, {}, {}, {}", node.generator->toString(), listOf(node.required), node.outer, listOf(node.generatorOutput));
}
Pairs verboseArgumentsOf(const GenerateExec& node) { return {{"Arguments", argumentsOf(node)}}; }

std::string argumentsOf(const UnionExec&) { return {}; }
Pairs verboseArgumentsOf(const UnionExec&) { return {}; }

std::string argumentsOf(const SampleExec& node) { return fmt::format("{}, {}, {}, {}", node.lowerBound, node.upperBound, node.withReplacement, node.seed); }
Pairs verboseArgumentsOf(const SampleExec& node) { return {{"Arguments", argumentsOf(node)}}; }

std::string argumentsOf(const CoalesceExec& node) { return std::to_string(node.numPartitions); }
Pairs verboseArgumentsOf(const CoalesceExec& node) { return {{"Arguments", argumentsOf(node)}}; }

std::string argumentsOf(const ShuffleExchangeExec& node) {
  const char* origin = !node.partitioning.userSpecified ? "ENSURE_REQUIREMENTS" : "REPARTITION_BY_NUM";
  return fmt::format("{}, {}, [plan_id={}]", partitioningText(node.partitioning), origin, node.nodeId());
}
Pairs verboseArgumentsOf(const ShuffleExchangeExec& node) { return {{"Arguments", argumentsOf(node)}}; }

std::string argumentsOf(const BroadcastExchangeExec& node) { return fmt::format("IdentityBroadcastMode, [plan_id={}]", node.nodeId()); }
Pairs verboseArgumentsOf(const BroadcastExchangeExec& node) { return {{"Arguments", argumentsOf(node)}}; }

std::string argumentsOf(const ShuffleReadExec& node) { return fmt::format("{}, {}", node.shuffleId, partitioningText(node.partitioning)); }
Pairs verboseArgumentsOf(const ShuffleReadExec& node) { return {counted("Output", node.attributes), {"Arguments", argumentsOf(node)}}; }

std::string argumentsOf(const LocalLimitExec& node) { return std::to_string(node.limit); }
Pairs verboseArgumentsOf(const LocalLimitExec& node) { return {{"Arguments", argumentsOf(node)}}; }
std::string argumentsOf(const GlobalLimitExec& node) { return fmt::format("{}, {}", node.limit, node.offset); }
Pairs verboseArgumentsOf(const GlobalLimitExec& node) { return {{"Arguments", argumentsOf(node)}}; }
std::string argumentsOf(const CollectTailExec& node) { return std::to_string(node.limit); }
Pairs verboseArgumentsOf(const CollectTailExec& node) { return {{"Arguments", argumentsOf(node)}}; }

std::string argumentsOf(const SharedSubplanExec& node) { return listOf(node.attributes); }
Pairs verboseArgumentsOf(const SharedSubplanExec& node) { return {counted("Output", node.attributes)}; }

std::string argumentsOf(const CollectMetricsExec& node) { return fmt::format("{}, {}", node.name, listOf(node.metrics)); }
Pairs verboseArgumentsOf(const CollectMetricsExec& node) { return {{"Arguments", argumentsOf(node)}}; }

std::string argumentsOf(const WriteFilesExec&) { return {}; }
Pairs verboseArgumentsOf(const WriteFilesExec& node) { return outputOnly(node); }

std::string treeString(const PhysicalPlanPtr& plan) {
  TreePrinter printer;
  printer.print(plan, "", "", [](const PhysicalPlanPtr& node) { return lineOf(*node); });
  return printer.take();
}

std::string formattedString(const PhysicalPlanPtr& plan) {
  std::map<const PhysicalPlan*, int> numbers;
  std::vector<PhysicalPlanPtr> order;
  number(plan, numbers, order);
  TreePrinter printer;
  printer.print(plan, "", "", [&](const PhysicalPlanPtr& node) { return fmt::format("{} ({})", titleOf(*node), numbers.at(node.get())); });
  std::string out = printer.take() + "\n";
  for (const PhysicalPlanPtr& node : order) {
    out += fmt::format("\n({}) {}\n", numbers.at(node.get()), titleOf(*node));
    std::string details;
    for (const auto& [name, value] : node->verboseArguments()) {
      // Spark lists the output of a Project before its input, and the input before all else.
      if (name.starts_with("Output")) {
        out += fmt::format("{}: {}\n", name, value);
      } else {
        details += fmt::format("{}: {}\n", name, value);
      }
    }
    appendInput(out, *node);
    out += details;
  }
  return out;
}

}  // namespace flint::plan
