#include "parser/statement_parser.h"

namespace flint::parser {
namespace {

using enum TokenType;

}  // namespace

LogicalPlanPtr StatementParser::statement() {
  const Nesting nesting(*this);
  const uint32_t first = position();
  if (refuseHiveStatement(false, first)) return nullptr;
  switch (peek().type) {
    case kExplain: return explain(first);
    case kSet: return set(first);
    case kReset: {
      advance();
      std::string key = restOfText();
      return planNode<plan::ResetCommand>(first, std::move(key));
    }
    case kUse: {
      advance();
      const bool word = atNamespaceWord() && atIdentifier(1);
      if (word) advance();
      plan::ObjectName name = objectName();
      return planNode<plan::SetNamespace>(first, std::move(name), word);
    }
    case kShow: return show(first);
    case kDescribe:
    case kDesc: return describe(first);
    case kCreate: return create(first);
    case kReplace:
      advance();
      expect(kTable);
      return createTable(first, true, false);
    case kAlter: return alter(first);
    case kDrop: return drop(first);
    case kTruncate: {
      advance();
      expect(kTable);
      plan::ObjectName name = objectName();
      plan::Options partition;
      if (at(kPartition)) partition = partitionSpec(nullptr);
      return planNode<plan::TruncateTable>(first, std::move(name), std::move(partition));
    }
    case kCache: return cache(first);
    case kUncache: {
      advance();
      expect(kTable);
      const bool exists = ifExists();
      plan::ObjectName name = objectName();
      return planNode<plan::UncacheTable>(first, std::move(name), exists);
    }
    case kClear:
      advance();
      expect(kCache);
      return planNode<plan::ClearCache>(first);
    case kRefresh: return refresh(first);
    case kAnalyze: return analyze(first);
    case kComment: return commentOn(first);
    case kMerge: return merge(first);
    case kUpdate: return update(first);
    case kDelete: return deleteFrom(first);
    case kMsck:
    case kRepair: {
      accept(kMsck);
      expect(kRepair, kTable);
      plan::ObjectName name = objectName();
      bool add = true;
      bool dropped = false;
      if (at(kAdd) || at(kDrop) || at(kSync)) {
        add = !at(kDrop);
        dropped = !at(kAdd);
        advance();
        expect(kPartitions);
      }
      return planNode<plan::RepairTable>(first, std::move(name), add, dropped);
    }
    case kLoad: return loadData(first);
    case kAdd:
    case kList: return resources(first);
    case kExecute: return executeImmediate(first);
    case kDeclare: return declareVariable(first);
    case kCall: {
      advance();
      plan::ObjectName name = objectName();
      expect(kLeftParen);
      std::vector<ExprPtr> arguments;
      if (!at(kRightParen)) {
        do {
          arguments.push_back(functionArgument());
        } while (accept(kComma));
      }
      expect(kRightParen);
      return planNode<plan::CallProcedure>(first, std::move(name), std::move(arguments));
    }
    default: return queryOrChange(first);
  }
}

}  // namespace flint::parser
