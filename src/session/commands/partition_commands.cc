// Partitions of tables: SHOW PARTITIONS, ALTER TABLE ADD, DROP, RENAME PARTITION. A partition is there when its folder is; of one with a LOCATION of its
// own the folder is a link to that.
#include <algorithm>

#include "base/legacy_conditions.h"
#include "expr/expression_evaluator.h"
#include "io/file_system.h"
#include "io/symbolic_link.h"
#include "plan/logical/alter_commands.h"
#include "plan/logical/ddl_commands.h"
#include "plan/logical/session_commands.h"
#include "session/cache/cache_manager.h"
#include "session/commands/command_context.h"
#include "session/commands/table_partitions.h"
#include "sources/files/partition_values.h"
#include "sources/write/folder_journal.h"

namespace flint::session {

using catalog::CatalogTable;

namespace {

Status listBelow(io::FileSystem& fs, const std::string& folder, const CatalogTable& table, PartitionSpec& prefix, std::vector<PartitionSpec>& out) {
  if (prefix.size() == table.partitionColumns.size()) {
    out.push_back(prefix);
    return Status::ok();
  }
  ASSIGN_OR_RETURN(const std::vector<io::FileStatus> members, fs.list(folder));
  for (const io::FileStatus& member : members) {
    if (!member.isDirectory) continue;
    const size_t slash = member.path.find_last_of('/');
    const auto parsed = sources::parsePartitionFolder(slash == std::string::npos ? member.path : member.path.substr(slash + 1));
    if (!parsed.has_value()) continue;
    prefix.emplace_back(table.partitionColumns[prefix.size()], parsed->second);
    RETURN_IF_ERROR(listBelow(fs, member.path, table, prefix, out));
    prefix.pop_back();
  }
  return Status::ok();
}

std::string tableName(const CatalogTable& table) { return catalog::quoted({table.catalog, table.database, table.name}); }

std::string shownSpec(const PartitionSpec& spec) {
  std::string out;
  for (const auto& [key, value] : spec) out += (out.empty() ? "" : ", ") + quoteIdentifier(key) + " = " + value;
  return "PARTITION (" + out + ")";
}

Result<CatalogTable> partitionedTable(SparkSession& session, const plan::ObjectName& object, const std::string& operation) {
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(session, object));
  ASSIGN_OR_RETURN(const auto found, session.catalog().lookup(name));
  if (!found.has_value()) return tableOrViewNotFound(session, name);
  if (!found->table.has_value() || found->table->type == CatalogTable::Type::kView) {
    return Error(condition::kExpectTableNotViewNoAlternative).with("viewName", catalog::quoted(found->qualifier)).with("operation", operation).as(ErrorFamily::kAnalysis);
  }
  if (found->table->partitionColumns.empty()) {
    return Error(condition::kInvalidPartitionOperationPartitionSchemaIsEmpty).with("name", tableName(*found->table)).as(ErrorFamily::kAnalysis);
  }
  return *found->table;
}

CommandOutcome showPartitions(SparkSession& session, const plan::ShowPartitions& node) {
  ASSIGN_OR_RETURN(const CatalogTable table, partitionedTable(session, node.table, "SHOW PARTITIONS"));
  ASSIGN_OR_RETURN(const PartitionSpec wanted, normalizedSpec(session, table, node.partition));
  ASSIGN_OR_RETURN(const std::vector<PartitionSpec> partitions, listPartitions(table));
  std::vector<std::string> texts;
  for (const PartitionSpec& each : partitions) {
    if (matches(each, wanted)) texts.push_back(partitionPath(each));
  }
  std::sort(texts.begin(), texts.end());
  CommandResult result({textColumn("partition")});
  for (const std::string& text : texts) result.addTexts({text});
  return result.plan();
}

// Errors: CAST_INVALID_INPUT for a value that the column's type does not hold.
Status checkValues(const SparkSession& session, const CatalogTable& table, const PartitionSpec& spec) {
  for (const auto& [key, value] : spec) {
    const auto column = std::find_if(table.schema.begin(), table.schema.end(), [&](const StructField& field) { return field.name == key; });
    if (column == table.schema.end() || column->type.isStringLike() || value == sources::kNullPartition) continue;
    expr::Cast cast;
    cast.child = expr::literalString(value);
    cast.target = column->type;
    cast.mode = expr::CastMode::kAnsi;
    RETURN_IF_ERROR(expr::evaluateFoldable(expr::makeExpr(std::move(cast)), session.evaluationOptions()));
  }
  return Status::ok();
}

/// Changes of a table's partitions, made all or not at all.
class PartitionChanges {
 public:
  static Result<PartitionChanges> of(const CatalogTable& table) {
    ASSIGN_OR_RETURN(const auto place, io::fileSystemFor(table.location));
    return PartitionChanges(table, place.first, place.second);
  }

  Status addEmpty(const PartitionSpec& spec) {
    const std::string fresh = jobFolder_ + "/new/" + partitionPath(spec);
    RETURN_IF_ERROR(fs_->makeDirectories(fresh));
    any_ = true;
    return journal_.replace(fresh, partitionPath(spec));
  }
  // The partition's folder becomes another name of `location`, which is made when it is absent. What was in the folder goes. One that is relative lies
  // in the table's folder, where no reader looks.
  Status link(const PartitionSpec& spec, const std::string& location) {
    const bool relative = !location.starts_with("/") && location.find(':') == std::string::npos;
    ASSIGN_OR_RETURN(const auto there, io::fileSystemFor(relative ? table_.location + "/.locations/" + location : location));
    RETURN_IF_ERROR(there.first->makeDirectories(there.second));
    const std::string name = jobFolder_ + "/link" + std::to_string(numLinks_++);
    RETURN_IF_ERROR(fs_->makeDirectories(jobFolder_));
    RETURN_IF_ERROR(io::linkFolder(name, there.second));
    journal_.drop(partitionPath(spec), false);
    journal_.move(name, partitionPath(spec));
    any_ = true;
    return Status::ok();
  }
  void drop(const PartitionSpec& spec) {
    journal_.drop(partitionPath(spec), table_.type == CatalogTable::Type::kManaged);
    any_ = true;
  }
  Status commit() { return any_ ? journal_.commit() : Status::ok(); }

 private:
  PartitionChanges(const CatalogTable& table, std::shared_ptr<io::FileSystem> fs, const std::string& folder)
      : table_(table), fs_(std::move(fs)), jobFolder_(sources::FolderJournal::jobFolder(folder, sources::newJobId())), journal_(*fs_, folder, jobFolder_) {}

  const CatalogTable& table_;
  const std::shared_ptr<io::FileSystem> fs_;
  const std::string jobFolder_;
  sources::FolderJournal journal_;
  int32_t numLinks_ = 0;
  bool any_ = false;
};

// Where the partitions of an external table lie that were dropped: their files are not the catalog's to remove. Readers pass hidden folders over.
constexpr const char* kDropped = "/.dropped";

Status moveFolder(io::FileSystem& fs, const std::string& from, const std::string& to) {
  ASSIGN_OR_RETURN(const bool taken, fs.exists(to));
  if (taken) RETURN_IF_ERROR(fs.remove(to, true));
  RETURN_IF_ERROR(fs.makeDirectories(to.substr(0, to.find_last_of('/'))));
  return fs.rename(from, to);
}

// Takes dropped partitions back: those that match `wanted`, as far as there is none in their place.
Status takeBack(const CatalogTable& table, const PartitionSpec& wanted) {
  ASSIGN_OR_RETURN(const auto place, io::fileSystemFor(table.location));
  io::FileSystem& fs = *place.first;
  ASSIGN_OR_RETURN(const bool any, fs.exists(place.second + kDropped));
  if (!any) return Status::ok();
  std::vector<PartitionSpec> dropped;
  PartitionSpec prefix;
  RETURN_IF_ERROR(listBelow(fs, place.second + kDropped, table, prefix, dropped));
  for (const PartitionSpec& spec : dropped) {
    const std::string folder = place.second + "/" + partitionPath(spec);
    ASSIGN_OR_RETURN(const bool taken, fs.exists(folder));
    if (!taken && matches(spec, wanted)) RETURN_IF_ERROR(moveFolder(fs, place.second + kDropped + "/" + partitionPath(spec), folder));
  }
  return Status::ok();
}

CommandOutcome alterPartitions(SparkSession& session, const plan::AlterPartitions& node) {
  CommandResult nothing;
  ASSIGN_OR_RETURN(const CatalogTable table, tableOnly(session, node.name, "ALTER TABLE ... PARTITION"));
  if (table.partitionColumns.empty()) {
    if (node.change == plan::PartitionChange::kRecover) {
      return Error(condition::kNotAPartitionedTable).with("operation", "ALTER TABLE ... RECOVER PARTITIONS").with("tableIdentWithDB", tableName(table)).as(ErrorFamily::kAnalysis);
    }
    const char* action = node.change == plan::PartitionChange::kAdd ? "ALTER TABLE ... ADD PARTITION ..." : node.change == plan::PartitionChange::kDrop ? "ALTER TABLE ... DROP PARTITION ..." : "ALTER TABLE ... RENAME TO PARTITION";
    return withoutPartitions(table, action);
  }
  ASSIGN_OR_RETURN(const auto place, io::fileSystemFor(table.location));
  ASSIGN_OR_RETURN(const std::vector<PartitionSpec> known, listPartitions(table));
  const auto exists = [&](const PartitionSpec& spec) { return std::any_of(known.begin(), known.end(), [&](const PartitionSpec& each) { return matches(each, spec); }); };
  if (node.change == plan::PartitionChange::kRecover) {
    RETURN_IF_ERROR(takeBack(table, {}));
    session.shared().cache->invalidatePath(table.location);
    return nothing.plan();
  }
  std::vector<std::pair<PartitionSpec, std::string>> added;
  std::vector<PartitionSpec> dropped;
  for (const auto& [written, location] : node.partitions) {
    ASSIGN_OR_RETURN(const PartitionSpec spec, normalizedSpec(session, table, written));
    const std::string folder = place.second + "/" + partitionPath(spec);
    switch (node.change) {
      case plan::PartitionChange::kAdd:
        if (spec.size() != table.partitionColumns.size()) return incompleteSpec(table, spec);
        RETURN_IF_ERROR(checkValues(session, table, spec));
        if (exists(spec)) {
          if (node.ifExists) continue;
          return Error(condition::kPartitionsAlreadyExist).with("partitionList", shownSpec(spec)).with("tableName", tableName(table)).as(ErrorFamily::kAnalysis);
        }
        added.emplace_back(spec, location);
        break;
      case plan::PartitionChange::kDrop:
        if (!exists(spec)) {
          if (node.ifExists) continue;
          return partitionsNotFound(table, spec);
        }
        for (const PartitionSpec& each : known) {
          if (matches(each, spec)) dropped.push_back(each);
        }
        break;
      case plan::PartitionChange::kRename: {
        ASSIGN_OR_RETURN(const PartitionSpec target, normalizedSpec(session, table, node.renameTo));
        if (spec.size() != table.partitionColumns.size()) return incompleteSpec(table, spec);
        if (target.size() != table.partitionColumns.size()) return incompleteSpec(table, target);
        if (!exists(spec)) return partitionsNotFound(table, spec);
        if (exists(target)) {
          return Error(condition::kPartitionsAlreadyExist).with("partitionList", shownSpec(target)).with("tableName", tableName(table)).as(ErrorFamily::kAnalysis);
        }
        const std::string to = place.second + "/" + partitionPath(target);
        RETURN_IF_ERROR(place.first->makeDirectories(to.substr(0, to.find_last_of('/'))));
        RETURN_IF_ERROR(place.first->rename(folder, to));
        break;
      }
      case plan::PartitionChange::kRecover: break;
    }
  }
  ASSIGN_OR_RETURN(PartitionChanges changes, PartitionChanges::of(table));
  for (const auto& [spec, location] : added) {
    if (!location.empty()) {
      RETURN_IF_ERROR(changes.link(spec, location));
      continue;
    }
    RETURN_IF_ERROR(takeBack(table, spec));
    ASSIGN_OR_RETURN(const bool there, place.first->exists(place.second + "/" + partitionPath(spec)));
    if (!there) RETURN_IF_ERROR(changes.addEmpty(spec));
  }
  for (const PartitionSpec& spec : dropped) {
    const std::string folder = place.second + "/" + partitionPath(spec);
    const bool keeps = table.type == CatalogTable::Type::kExternal && !io::linkTarget(folder).has_value();
    if (keeps) {
      RETURN_IF_ERROR(moveFolder(*place.first, folder, place.second + kDropped + "/" + partitionPath(spec)));
    } else {
      changes.drop(spec);
    }
  }
  RETURN_IF_ERROR(changes.commit());
  session.shared().cache->invalidatePath(table.location);
  return nothing.plan();
}

}  // namespace

Result<std::vector<PartitionSpec>> listPartitions(const CatalogTable& table) {
  std::vector<PartitionSpec> out;
  ASSIGN_OR_RETURN(const auto place, io::fileSystemFor(table.location));
  ASSIGN_OR_RETURN(const bool exists, place.first->exists(place.second));
  if (!exists) return out;
  RETURN_IF_ERROR(sources::finishJournals(*place.first, place.second));
  PartitionSpec prefix;
  RETURN_IF_ERROR(listBelow(*place.first, place.second, table, prefix, out));
  return out;
}

Status emptyPartitions(const CatalogTable& table, const std::vector<PartitionSpec>& partitions) {
  ASSIGN_OR_RETURN(PartitionChanges changes, PartitionChanges::of(table));
  for (const PartitionSpec& each : partitions) RETURN_IF_ERROR(changes.addEmpty(each));
  return changes.commit();
}

std::string partitionLocation(const CatalogTable& table, const PartitionSpec& spec) {
  const std::string folder = table.location + "/" + partitionPath(spec);
  const auto place = io::fileSystemFor(folder);
  const auto target = place.isOk() ? io::linkTarget(place.value().second) : std::nullopt;
  return target.value_or(folder);
}

std::string partitionPath(const PartitionSpec& spec) {
  std::string out;
  for (const auto& [key, value] : spec) {
    out += (out.empty() ? "" : "/") + sources::escapePathName(key) + "=" + (value.empty() ? std::string(sources::kNullPartition) : sources::escapePathName(value));
  }
  return out;
}

bool matches(const PartitionSpec& partition, const PartitionSpec& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& each) { return std::find(partition.begin(), partition.end(), each) != partition.end(); });
}

Result<PartitionSpec> normalizedSpec(const SparkSession& session, const CatalogTable& table, const plan::Options& written) {
  PartitionSpec out;
  for (const auto& [key, value] : written) {
    const auto known = std::any_of(table.partitionColumns.begin(), table.partitionColumns.end(),
                                   [&](const std::string& column) { return session.catalog().folded(column) == session.catalog().folded(key); });
    if (!known) {
      PartitionSpec asked;
      for (const auto& each : written) asked.emplace_back(each);
      return partitionsNotFound(table, asked);
    }
  }
  for (const std::string& column : table.partitionColumns) {
    for (const auto& [key, value] : written) {
      if (session.catalog().folded(column) == session.catalog().folded(key)) out.emplace_back(column, value);
    }
  }
  return out;
}

Error partitionsNotFound(const CatalogTable& table, const PartitionSpec& spec) {
  return Error(condition::kPartitionsNotFound).with("partitionList", shownSpec(spec)).with("tableName", catalog::quoted({table.database, table.name})).as(ErrorFamily::kAnalysis);
}

Error incompleteSpec(const CatalogTable& table, const PartitionSpec& spec) {
  std::string given;
  for (const auto& [key, value] : spec) given += (given.empty() ? "" : ", ") + key;
  std::string wanted;
  for (const std::string& column : table.partitionColumns) wanted += (wanted.empty() ? "" : ", ") + column;
  return Error(condition::kLegacyErrorTemp1232).with("specKeys", given).with("partitionColumnNames", wanted).with("tableName", tableName(table)).as(ErrorFamily::kAnalysis);
}

Error withoutPartitions(const CatalogTable& table, const std::string& action) {
  return Error(condition::kLegacyErrorTemp1251).with("action", action).with("tableName", tableName(table)).as(ErrorFamily::kAnalysis);
}

CommandOutcome setPartitionLocation(SparkSession& session, const plan::AlterTableLocation& node) {
  CommandResult nothing;
  ASSIGN_OR_RETURN(const CatalogTable table, partitionedTable(session, node.name, "ALTER TABLE ... SET LOCATION ..."));
  ASSIGN_OR_RETURN(const PartitionSpec spec, normalizedSpec(session, table, node.partition));
  if (spec.size() != table.partitionColumns.size()) return incompleteSpec(table, spec);
  ASSIGN_OR_RETURN(const std::vector<PartitionSpec> known, listPartitions(table));
  if (std::none_of(known.begin(), known.end(), [&](const PartitionSpec& each) { return matches(each, spec); })) return partitionsNotFound(table, spec);
  ASSIGN_OR_RETURN(PartitionChanges changes, PartitionChanges::of(table));
  RETURN_IF_ERROR(changes.link(spec, node.location));
  RETURN_IF_ERROR(changes.commit());
  session.shared().cache->invalidatePath(table.location);
  return nothing.plan();
}

CommandOutcome runPartitionCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command) {
  if (const auto* node = command->as<plan::ShowPartitions>()) return showPartitions(*session, *node);
  if (const auto* node = command->as<plan::AlterPartitions>()) return alterPartitions(*session, *node);
  if (const auto* node = command->as<plan::RepairTable>()) {
    CommandResult nothing;
    const auto table = partitionedTable(*session, node->name, "MSCK REPAIR TABLE");
    if (!table.isOk() && table.error().condition().name == condition::kInvalidPartitionOperationPartitionSchemaIsEmpty.name) {
      return Error(condition::kNotAPartitionedTable).with("operation", "MSCK REPAIR TABLE").with("tableIdentWithDB", *table.error().parameter("name")).as(ErrorFamily::kAnalysis);
    }
    RETURN_IF_ERROR(table);
    if (node->addPartitions) RETURN_IF_ERROR(takeBack(table.value(), {}));
    session->shared().cache->invalidatePath(table.value().location);
    return nothing.plan();
  }
  return LogicalPlanPtr();
}

}  // namespace flint::session
