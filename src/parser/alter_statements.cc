#include "parser/statement_parser.h"

namespace flint::parser {
namespace {

using enum TokenType;

}  // namespace

LogicalPlanPtr StatementParser::alter(uint32_t first) {
  expect(kAlter);
  if (atNamespaceWord()) return alterNamespace(first);
  if (accept(kTable)) return alterTable(first, false);
  expect(kView);
  return alterTable(first, true);
}

LogicalPlanPtr StatementParser::alterNamespace(uint32_t first) {
  advance();
  plan::ObjectName name = objectName();
  plan::Options properties;
  std::vector<std::string> unset;
  std::string location;
  if (accept(kUnset)) {
    if (!accept(kDbproperties)) expect(kProperties);
    expect(kLeftParen);
    do {
      unset.push_back(propertyKey());
    } while (accept(kComma));
    expect(kRightParen);
  } else {
    if (accept(kDefault, kCollation)) {
      properties.emplace_back("collation", multipartIdentifier().back());
      return planNode<plan::AlterNamespace>(first, std::move(name), std::move(properties), std::move(unset), std::move(location));
    }
    expect(kSet);
    if (accept(kLocation)) {
      location = stringLiteral();
    } else {
      if (!accept(kDbproperties)) expect(kProperties);
      properties = optionList();
    }
  }
  return planNode<plan::AlterNamespace>(first, std::move(name), std::move(properties), std::move(unset), std::move(location));
}

std::string StatementParser::columnPosition() {
  if (accept(kFirst)) return "FIRST";
  expect(kAfter);
  return "AFTER " + identifier();
}

LogicalPlanPtr StatementParser::alterTable(uint32_t first, bool isView) {
  plan::ObjectName name = objectName();
  plan::Options partition;
  if (at(kPartition)) partition = partitionSpec(nullptr);
  if (failed() || (!isView && refuseHiveStatement(true, first))) return nullptr;
  if (isView && !at(kWith, kSchema) && (at(kAs) || atQuery())) {
    accept(kAs);
    const uint32_t queryFirst = position();
    LogicalPlanPtr plan = query();
    return planNode<plan::AlterViewAs>(first, std::move(name), std::move(plan), sourceText(queryFirst));
  }
  switch (peek().type) {
    case kRename:
      advance();
      if (accept(kColumn)) {
        std::vector<std::string> column = multipartIdentifier();
        expect(kTo);
        std::string newName = identifier();
        return planNode<plan::RenameColumn>(first, std::move(name), std::move(column), std::move(newName));
      }
      expect(kTo);
      if (at(kPartition)) {
        plan::Options to = partitionSpec(nullptr);
        std::vector<std::pair<plan::Options, std::string>> partitions{{std::move(partition), ""}};
        return planNode<plan::AlterPartitions>(first, std::move(name), plan::PartitionChange::kRename, std::move(partitions), std::move(to));
      }
      {
        std::vector<std::string> newName = multipartIdentifier();
        return planNode<plan::RenameTable>(first, std::move(name), std::move(newName), isView);
      }
    case kSet: return alterSet(first, std::move(name), std::move(partition), isView);
    case kUnset: {
      advance();
      expect(kTblproperties);
      const bool exists = ifExists();
      std::vector<std::string> keys;
      expect(kLeftParen);
      do {
        keys.push_back(propertyKey());
      } while (accept(kComma));
      expect(kRightParen);
      return planNode<plan::AlterTableProperties>(first, std::move(name), plan::Options(), std::move(keys), exists, isView);
    }
    case kWith: {
      advance();
      expect(kSchema);
      std::string binding = upperCase(identifier());
      if (binding == "TYPE") binding += ' ' + upperCase(identifier());
      return planNode<plan::AlterTableProperties>(first, std::move(name), plan::Options(), std::vector<std::string>(), false, isView, std::move(binding));
    }
    case kAdd:
    case kDrop:
      if (peek(1).type == kPartition || (peek(1).type == kIf && at(kAdd))) return alterPartitions(first, std::move(name));
      if (at(kDrop, kIf) && peek(3).type == kPartition) return alterPartitions(first, std::move(name));
      return alterColumns(first, std::move(name));
    case kRecover:
      advance();
      expect(kPartitions);
      return planNode<plan::AlterPartitions>(first, std::move(name), plan::PartitionChange::kRecover);
    case kCluster: {
      advance();
      expect(kBy);
      std::vector<std::vector<std::string>> columns;
      if (!acceptWord("NONE")) columns = nameLists();
      return planNode<plan::AlterTableClustering>(first, std::move(name), std::move(columns));
    }
    case kAlter:
    case kChange:
    case kReplace: return alterColumns(first, std::move(name));
    default: failSyntax(); return nullptr;
  }
}

LogicalPlanPtr StatementParser::alterSet(uint32_t first, plan::ObjectName name, plan::Options partition, bool isView) {
  expect(kSet);
  if (accept(kLocation)) {
    std::string location = stringLiteral();
    return planNode<plan::AlterTableLocation>(first, std::move(name), std::move(partition), std::move(location));
  }
  if (accept(kSerde)) {
    std::string serde = stringLiteral();
    plan::Options properties;
    if (accept(kWith, kSerdeproperties)) properties = optionList();
    return planNode<plan::AlterTableSerde>(first, std::move(name), std::move(partition), std::move(serde), std::move(properties));
  }
  if (accept(kSerdeproperties)) {
    plan::Options properties = optionList();
    return planNode<plan::AlterTableSerde>(first, std::move(name), std::move(partition), std::string(), std::move(properties));
  }
  expect(kTblproperties);
  plan::Options properties = optionList();
  return planNode<plan::AlterTableProperties>(first, std::move(name), std::move(properties), std::vector<std::string>(), false, isView);
}

LogicalPlanPtr StatementParser::alterPartitions(uint32_t first, plan::ObjectName name) {
  const bool add = at(kAdd);
  advance();
  const bool exists = add ? ifNotExists() : ifExists();
  std::vector<std::pair<plan::Options, std::string>> partitions;
  do {
    if (!at(kPartition)) failSyntax();
    plan::Options spec = partitionSpec(nullptr);
    std::string location;
    if (add && accept(kLocation)) location = stringLiteral();
    partitions.emplace_back(std::move(spec), std::move(location));
  } while (!failed() && (accept(kComma) || (add && at(kPartition))));
  const bool purge = !add && accept(kPurge);
  return planNode<plan::AlterPartitions>(first, std::move(name), add ? plan::PartitionChange::kAdd : plan::PartitionChange::kDrop, std::move(partitions),
                                         plan::Options(), exists, purge);
}

LogicalPlanPtr StatementParser::alterColumns(uint32_t first, plan::ObjectName name) {
  const uint32_t clause = position();
  if (at(kAdd) || at(kReplace)) {
    const bool replace = at(kReplace);
    advance();
    if (!replace && (at(kConstraint) || at(kPrimary) || at(kForeign) || at(kUnique) || at(kCheck))) {
      std::string constraint = at(kConstraint) ? std::string(textOf(peek(1))) : "";
      columnConstraint();
      return planNode<plan::AlterTableConstraint>(first, std::move(name), std::move(constraint), sourceText(clause), false);
    }
    if (!accept(kColumns)) expect(kColumn);
    std::vector<plan::ColumnDefinition> columns;
    const bool listed = accept(kLeftParen);
    do {
      columns.push_back(columnDefinition());
    } while (accept(kComma));
    if (listed) expect(kRightParen);
    return planNode<plan::AddColumns>(first, std::move(name), std::move(columns), replace);
  }
  if (accept(kDrop)) {
    if (accept(kConstraint)) {
      const bool exists = ifExists();
      std::string constraint = identifier();
      const bool cascade = accept(kCascade);
      if (!cascade) accept(kRestrict);
      return planNode<plan::AlterTableConstraint>(first, std::move(name), std::move(constraint), std::string(), true, exists, cascade);
    }
    if (!accept(kColumns)) expect(kColumn);
    const bool exists = ifExists();
    std::vector<std::vector<std::string>> columns;
    if (at(kLeftParen)) {
      columns = nameLists();
    } else {
      do {
        columns.push_back(multipartIdentifier());
      } while (accept(kComma));
    }
    return planNode<plan::DropColumns>(first, std::move(name), std::move(columns), exists);
  }
  const bool hive = at(kChange);
  advance();
  if (!accept(kColumn) && !hive) expect(kColumn);
  std::vector<plan::ColumnChange> changes;
  do {
    plan::ColumnChange change;
    change.name = multipartIdentifier();
    if (hive && atIdentifier() && peek(1).type >= kQuotedIdentifier && !at(kType) && !at(kComment) && !at(kSet) && !at(kDrop) && !at(kFirst) && !at(kAfter)) {
      // CHANGE a b type: the name comes twice.
      const std::string newName = identifier();
      if (!failed() && lowerCase(newName) != lowerCase(change.name.back())) {
        return failNotAllowed("Renaming column is not supported in Hive-style ALTER COLUMN, please run RENAME COLUMN instead", first);
      }
      change.type = dataType();
      if (accept(kNot, kNull)) change.nullable = false;
    }
    bool changed = change.type.has_value();
    while (!failed()) {
      if (accept(kType)) {
        change.type = dataType();
      } else if (accept(kComment)) {
        change.comment = stringLiteral();
      } else if (at(kFirst) || at(kAfter)) {
        change.position = columnPosition();
      } else if (accept(kSet, kNot, kNull)) {
        change.nullable = false;
      } else if (accept(kDrop, kNot, kNull)) {
        change.nullable = true;
      } else if (accept(kDrop, kDefault)) {
        change.dropDefault = true;
      } else if (accept(kSet, kDefault)) {
        const uint32_t valueFirst = position();
        expression();
        change.defaultText = sourceText(valueFirst);
      } else {
        break;
      }
      changed = true;
    }
    if (!changed) {
      return failNotAllowed("ALTER TABLE table ALTER COLUMN requires a TYPE, a SET/DROP, a COMMENT, or a FIRST/AFTER", first);
    }
    changes.push_back(std::move(change));
  } while (accept(kComma));
  return planNode<plan::AlterColumns>(first, std::move(name), std::move(changes), hive);
}

}  // namespace flint::parser
