#include "expr/expression_text.h"
#include "parser/statement_parser.h"
#include "plan/logical/subquery_expressions.h"

namespace flint::parser {
namespace {

using enum TokenType;

}  // namespace

LogicalPlanPtr StatementParser::create(uint32_t first) {
  expect(kCreate);
  const bool replace = accept(kOr, kReplace);
  if (atNamespaceWord() && !replace) return createNamespace(first);
  // Only pipelines make these.
  for (const char* dataset : {"MATERIALIZED VIEW", "STREAMING TABLE"}) {
    if (!atWords(dataset)) continue;
    failWith(condition::kUnsupportedFeatureCreatePipelineDatasetQueryExecution, {{"pipelineDatasetType", dataset}}, first);
    return nullptr;
  }
  uint32_t ahead = 0;
  while (peek(ahead).type == kGlobal || peek(ahead).type == kTemporary || peek(ahead).type == kTemp || peek(ahead).type == kExternal) ++ahead;
  const bool temporary = at(kTemporary) || at(kTemp);
  switch (peek(ahead).type) {
    case kTable:
      if (temporary) return createTemporaryTable(first, replace);
      return createTable(first, replace, true);
    case kView: return createView(first, replace);
    case kFunction:
      if (temporary) advance();
      return createFunction(first, replace, temporary);
    default:
      for (uint32_t i = 0; i < ahead; ++i) advance();
      failSyntax();
      return nullptr;
  }
}

LogicalPlanPtr StatementParser::createNamespace(uint32_t first) {
  advance();
  const bool exists = ifNotExists();
  plan::ObjectName name = objectName();
  plan::Options properties;
  while (!failed()) {
    if (accept(kComment)) {
      properties.emplace_back("comment", stringLiteral());
    } else if (accept(kLocation)) {
      properties.emplace_back("location", stringLiteral());
    } else if (accept(kWith, kDbproperties) || accept(kWith, kProperties)) {
      for (auto& property : optionList()) properties.push_back(std::move(property));
    } else if (accept(kDefault, kCollation)) {
      properties.emplace_back("collation", multipartIdentifier().back());
    } else {
      break;
    }
  }
  return planNode<plan::CreateNamespace>(first, std::move(name), exists, std::move(properties));
}

LogicalPlanPtr StatementParser::createTable(uint32_t first, bool replace, bool orCreate) {
  plan::TableSpec spec;
  if (!replace || orCreate) {
    spec.external = accept(kExternal);
    expect(kTable);
  }
  const bool exists = ifNotExists();
  plan::ObjectName name = objectName();
  if (accept(kLike)) {
    plan::ObjectName source = objectName();
    std::vector<plan::ColumnDefinition> none;
    tableClauses(spec, none);
    return planNode<plan::CreateTableLike>(first, std::move(name), std::move(source), std::move(spec), exists);
  }
  std::vector<plan::ColumnDefinition> columns;
  columnConstraints_.clear();
  if (at(kLeftParen) && !atQuery(1)) {
    advance();
    do {
      if (at(kConstraint) || at(kPrimary, kKey) || at(kForeign, kKey) || at(kUnique, kLeftParen) || at(kCheck, kLeftParen)) {
        const uint32_t constraintFirst = position();
        columnConstraint();
        spec.constraints.push_back(sourceText(constraintFirst));
      } else {
        columns.push_back(columnDefinition());
      }
    } while (accept(kComma));
    expect(kRightParen);
  }
  spec.constraints.insert(spec.constraints.end(), columnConstraints_.begin(), columnConstraints_.end());
  size_t numPrimaryKeys = 0;
  for (const std::string& constraint : spec.constraints) numPrimaryKeys += upperCase(constraint).find("PRIMARY KEY") != std::string::npos ? 1 : 0;
  if (numPrimaryKeys > 1 && !failed()) failWith(condition::kMultiplePrimaryKeys, {{"columns", expr::joinTexts(spec.constraints)}}, first);
  tableClauses(spec, columns);
  LogicalPlanPtr plan;
  const uint32_t queryFirst = position();
  if (accept(kAs) || atQuery() || at(kLeftParen)) plan = query();
  if (!failed() && plan != nullptr && !columns.empty()) return failNotAllowed("Schema may not be specified in a Create Table As Select (CTAS) statement", queryFirst);
  return planNode<plan::CreateTable>(first, std::move(name), std::move(columns), std::move(spec), std::move(plan), exists, replace, orCreate);
}

// CREATE TEMPORARY TABLE t USING ... is an old name of CREATE TEMPORARY VIEW t USING ...
LogicalPlanPtr StatementParser::createTemporaryTable(uint32_t first, bool replace) {
  advance();
  expect(kTable);
  if (ifNotExists() && !failed()) return failNotAllowed("CREATE TEMPORARY TABLE IF NOT EXISTS", first);
  plan::ObjectName name = objectName();
  std::vector<plan::ColumnDefinition> columns;
  if (at(kLeftParen) && !atQuery(1)) {
    advance();
    do {
      columns.push_back(columnDefinition());
    } while (accept(kComma));
    expect(kRightParen);
  }
  plan::TableSpec spec;
  tableClauses(spec, columns);
  if (failed()) return nullptr;
  if (spec.provider.empty() || at(kAs) || atQuery()) return failNotAllowed("CREATE TEMPORARY TABLE; use CREATE TEMPORARY VIEW", first);
  return planNode<plan::CreateTempViewUsing>(first, std::move(name), std::move(columns), std::move(spec.provider), std::move(spec.options), replace, false);
}

LogicalPlanPtr StatementParser::createView(uint32_t first, bool replace) {
  const bool global = accept(kGlobal);
  const bool temporary = accept(kTemporary) || accept(kTemp);
  if (global && !temporary) failSyntax();
  expect(kView);
  const bool exists = ifNotExists();
  plan::ObjectName name = objectName();
  plan::CreateView view;
  if (at(kLeftParen)) {
    advance();
    do {
      plan::ColumnDefinition column;
      column.name = {identifier()};
      if (temporary && !at(kComment) && !at(kComma) && !at(kRightParen)) {
        column.type = dataType();
        if (accept(kNot, kNull)) column.nullable = false;
      }
      if (accept(kComment)) column.comment = stringLiteral();
      view.columns.push_back(std::move(column));
    } while (accept(kComma));
    expect(kRightParen);
  }
  if (at(kUsing)) {
    advance();
    std::string provider = multipartIdentifier().back();
    plan::Options options;
    if (accept(kOptions)) options = optionList();
    return planNode<plan::CreateTempViewUsing>(first, std::move(name), std::move(view.columns), std::move(provider), std::move(options), replace, global);
  }
  bool metrics = false;
  while (!failed()) {
    if (accept(kComment)) {
      view.comment = stringLiteral();
    } else if (accept(kTblproperties)) {
      view.properties = optionList();
    } else if (accept(kPartitioned, kOn)) {
      identifierList();
    } else if (accept(kDefault, kCollation)) {
      view.collation = multipartIdentifier().back();
    } else if (!temporary && at(kWith) && isWord("METRICS", 1)) {
      advance();
      advance();
      metrics = true;
    } else if (!temporary && accept(kLanguage)) {
      view.language = upperCase(identifier());
    } else if (at(kWith, kSchema)) {
      advance();
      advance();
      view.schemaBinding = upperCase(identifier());
      if (view.schemaBinding == "TYPE") view.schemaBinding += ' ' + upperCase(identifier());
    } else {
      break;
    }
  }
  expect(kAs);
  if (metrics || !view.language.empty()) {
    if (!metrics || view.language.empty()) {
      failWith(condition::kLegacyErrorTemp0035, {{"message", "A metric view is CREATE VIEW ... WITH METRICS LANGUAGE YAML AS $$...$$"}}, first);
      return nullptr;
    }
    if (view.language != "YAML") {
      failWith(condition::kLegacyErrorTemp0035, {{"message", "Unsupported language for metric view: " + view.language}}, first);
      return nullptr;
    }
    const std::string_view text = textOf(peek());
    const size_t tag = text.find('$', 1) + 1;
    if (at(kDollarText)) view.queryText = std::string(text.substr(tag, text.size() - 2 * tag));
    expect(kDollarText);
  } else {
    const uint32_t queryFirst = position();
    view.query = query();
    view.queryText = sourceText(queryFirst);
  }
  view.name = std::move(name);
  view.viewKind = global ? plan::ViewKind::kGlobalTemporary : temporary ? plan::ViewKind::kTemporary : plan::ViewKind::kPersisted;
  view.ifNotExists = exists;
  view.replace = replace;
  if (failed()) return nullptr;
  if (exists && temporary) return failNotAllowed("It is not allowed to define a TEMPORARY view with IF NOT EXISTS", first);
  if (exists && replace) return failNotAllowed("CREATE VIEW with both IF NOT EXISTS and REPLACE is not allowed", first);
  return plan::makePlan(std::move(view), originFrom(first));
}

std::vector<plan::ColumnDefinition> StatementParser::parameterList(bool returnColumns) {
  std::vector<plan::ColumnDefinition> out;
  expect(kLeftParen);
  if (accept(kRightParen)) {
    if (returnColumns) failSyntax();
    return out;
  }
  do {
    const uint32_t first = position();
    plan::ColumnDefinition column;
    column.name = {identifier()};
    column.type = dataType();
    while (!failed()) {
      if (accept(kComment)) {
        column.comment = stringLiteral();
      } else if (returnColumns) {
        if (!accept(kNot, kNull)) break;
        column.nullable = false;
      } else if (accept(kNot, kNull)) {
        column.nullable = false;
      } else if (accept(kDefault)) {
        const uint32_t valueFirst = position();
        column.defaultValue = expression();
        column.defaultText = sourceText(valueFirst);
      } else if (at(kGenerated)) {
        failWith(condition::kInvalidSqlSyntaxCreateFuncWithGeneratedColumnsAsParameters, {}, first);
      } else if (columnConstraint()) {
        failWith(condition::kInvalidSqlSyntaxCreateFuncWithColumnConstraints, {}, first);
      } else {
        break;
      }
    }
    out.push_back(std::move(column));
  } while (accept(kComma));
  expect(kRightParen);
  return out;
}

bool StatementParser::functionCharacteristic(plan::Options& characteristics) {
  if (accept(kLanguage)) {
    characteristics.emplace_back("language", identifier());
  } else if (accept(kSpecific)) {
    characteristics.emplace_back("specific", identifier());
  } else if (accept(kDeterministic)) {
    characteristics.emplace_back("deterministic", "true");
  } else if (accept(kNot, kDeterministic)) {
    characteristics.emplace_back("deterministic", "false");
  } else if (accept(kComment)) {
    characteristics.emplace_back("comment", stringLiteral());
  } else if (isWord("CONTAINS") && peek(1).type == kSql) {
    advance();
    advance();
    characteristics.emplace_back("dataAccess", "CONTAINS SQL");
  } else if (accept(kReads, kSql, kData)) {
    characteristics.emplace_back("dataAccess", "READS SQL DATA");
  } else if (accept(kModifies, kSql, kData)) {
    characteristics.emplace_back("dataAccess", "MODIFIES SQL DATA");
  } else if (accept(kSql, kSecurity)) {
    characteristics.emplace_back("security", upperCase(identifier()));
  } else if (at(kReturns, kNull)) {
    advance();
    advance();
    expect(kOn, kNull);
    expectWord("INPUT");
    characteristics.emplace_back("nullCall", "RETURNS NULL");
  } else if (isWord("CALLED")) {
    advance();
    expect(kOn, kNull);
    expectWord("INPUT");
    characteristics.emplace_back("nullCall", "CALLED");
  } else if (accept(kDefault, kCollation)) {
    characteristics.emplace_back("collation", multipartIdentifier().back());
  } else {
    return false;
  }
  return true;
}

LogicalPlanPtr StatementParser::createFunction(uint32_t first, bool replace, bool temporary) {
  expect(kFunction);
  plan::CreateFunction function;
  function.replace = replace;
  function.temporary = temporary;
  function.ifNotExists = ifNotExists();
  function.name = objectName();
  if (!failed() && function.ifNotExists && replace) failWith(condition::kInvalidSqlSyntaxCreateRoutineWithIfNotExistsAndReplace, {}, first);
  if (!failed() && function.ifNotExists && temporary) failWith(condition::kInvalidSqlSyntaxCreateTempFuncWithIfNotExists, {}, first);
  if (!failed() && temporary && function.name.parts.size() > 2) {
    std::string name;
    for (const std::string& part : function.name.parts) name += (name.empty() ? "" : ".") + quoteIdentifier(part);
    failWith(condition::kInvalidSqlSyntaxMultiPartName, {{"statement", "CREATE TEMPORARY FUNCTION"}, {"name", name}}, first);
  }
  if (!failed() && temporary && function.name.parts.size() == 2 && lowerCase(function.name.parts[0]) == "session") {
    function.name.parts.erase(function.name.parts.begin());
  }
  if (!failed() && temporary && function.name.parts.size() == 2) {
    failWith(condition::kInvalidTempObjQualifier,
             {{"objectType", "FUNCTION"}, {"objectName", quoteIdentifier(function.name.parts[1])}, {"qualifier", quoteIdentifier(function.name.parts[0])}}, first);
  }
  if (accept(kAs)) {
    function.className = stringLiteral();
    if (accept(kUsing)) {
      do {
        std::string kind = upperCase(identifier());
        function.resources.emplace_back(std::move(kind), stringLiteral());
      } while (accept(kComma));
    }
    return failed() ? nullptr : plan::makePlan(std::move(function), originFrom(first));
  }
  if (at(kLeftParen)) function.parameters = parameterList(false);
  while (!failed()) {
    if (at(kReturns) && peek(1).type != kNull) {
      advance();
      if (at(kTable)) {
        advance();
        function.returnsTable = true;
        if (at(kLeftParen)) function.returnColumns = parameterList(true);
      } else {
        function.returnType = dataType();
      }
    } else if (!functionCharacteristic(function.characteristics)) {
      break;
    }
  }
  expect(kReturn);
  const uint32_t bodyFirst = position();
  if (atQuery()) {
    function.bodyQuery = query();
  } else {
    function.bodyExpression = expression();
    const auto* subquery = failed() ? nullptr : function.bodyExpression->as<plan::ScalarSubquery>();
    if (subquery != nullptr && function.returnsTable) {
      function.bodyQuery = subquery->plan;
      function.bodyExpression = nullptr;
    }
  }
  function.bodyText = sourceText(bodyFirst);
  for (const plan::ColumnDefinition& parameter : function.parameters) {
    if (parameter.nullable || failed()) continue;
    failWith(condition::kUserDefinedFunctionsNotNullOnFunctionParameters, {}, first);
  }
  return failed() ? nullptr : plan::makePlan(std::move(function), originFrom(first));
}

LogicalPlanPtr StatementParser::drop(uint32_t first) {
  expect(kDrop);
  if (atNamespaceWord()) {
    advance();
    const bool exists = ifExists();
    plan::ObjectName name = objectName();
    const bool cascade = accept(kCascade);
    if (!cascade) accept(kRestrict);
    return planNode<plan::DropNamespace>(first, std::move(name), exists, cascade);
  }
  if (accept(kTable)) {
    const bool exists = ifExists();
    plan::ObjectName name = objectName();
    const bool purge = accept(kPurge);
    return planNode<plan::DropTable>(first, std::move(name), exists, purge);
  }
  if (accept(kView)) {
    const bool exists = ifExists();
    plan::ObjectName name = objectName();
    return planNode<plan::DropView>(first, std::move(name), exists);
  }
  const bool temporary = accept(kTemporary) || accept(kTemp);
  if (temporary && (at(kVariable) || at(kVar))) {
    advance();
    const bool exists = ifExists();
    plan::ObjectName name = objectName();
    return planNode<plan::DropVariable>(first, std::move(name), exists);
  }
  expect(kFunction);
  const bool exists = ifExists();
  plan::ObjectName name = objectName();
  return planNode<plan::DropFunction>(first, std::move(name), temporary, exists);
}

LogicalPlanPtr StatementParser::analyze(uint32_t first) {
  expect(kAnalyze);
  const auto noScan = [&] {
    if (!atIdentifier()) return false;
    const uint32_t wordFirst = position();
    const std::string word = identifier();
    if (!failed() && upperCase(word) != "NOSCAN") {
      failWith(condition::kInvalidSqlSyntaxAnalyzeTableUnexpectedNoscan, {{"ctx", word}}, wordFirst);
    }
    return true;
  };
  if (accept(kTables)) {
    std::optional<plan::ObjectName> from = fromNamespace();
    expect(kCompute);
    expectWord("STATISTICS");
    const bool skip = noScan();
    return planNode<plan::AnalyzeTables>(first, from.value_or(plan::ObjectName()), skip);
  }
  expect(kTable);
  plan::ObjectName name = objectName();
  plan::Options partition;
  std::vector<std::string> open;
  if (at(kPartition)) partition = partitionSpec(&open);
  for (std::string& key : open) partition.emplace_back(std::move(key), "");
  expect(kCompute);
  expectWord("STATISTICS");
  std::vector<std::string> columns;
  bool all = false;
  bool skip = false;
  if (accept(kFor)) {
    all = accept(kAll);
    expect(kColumns);
    if (!all) {
      do {
        columns.push_back(identifier());
      } while (accept(kComma));
    }
  } else {
    skip = noScan();
  }
  return planNode<plan::AnalyzeTable>(first, std::move(name), std::move(partition), skip, std::move(columns), all);
}

LogicalPlanPtr StatementParser::commentOn(uint32_t first) {
  expect(kComment, kOn);
  std::string kind = upperCase(textOf(peek()));
  if (atNamespaceWord()) {
    kind = "NAMESPACE";
  } else if (!at(kTable)) {
    failSyntax();
  }
  advance();
  plan::ObjectName name = objectName();
  expect(kIs);
  std::optional<std::string> comment;
  if (!accept(kNull)) comment = stringLiteral();
  return planNode<plan::CommentOn>(first, std::move(kind), std::move(name), std::move(comment));
}

}  // namespace flint::parser
