#include <algorithm>

#include "parser/statement_parser.h"

namespace flint::parser {
namespace {

using enum TokenType;

}  // namespace

plan::ObjectName StatementParser::objectName() {
  plan::ObjectName name;
  if (atIdentifierClause()) {
    name.expression = identifierClauseArgument();
  } else {
    name.parts = multipartIdentifier();
  }
  return name;
}

std::optional<plan::ObjectName> StatementParser::fromNamespace() {
  if (!accept(kFrom) && !accept(kIn)) return std::nullopt;
  return objectName();
}

bool StatementParser::ifExists() { return accept(kIf, kExists); }
bool StatementParser::ifNotExists() { return accept(kIf, kNot, kExists); }
bool StatementParser::atNamespaceWord() const { return at(kDatabase) || at(kSchema) || at(kNamespace); }

std::optional<std::string> StatementParser::likePattern() {
  if (accept(kLike) || atString()) return stringLiteral();
  return std::nullopt;
}

// A constant as text: the value of partition columns and properties.
std::string StatementParser::constantText() {
  const uint32_t first = position();
  if (atString()) return stringLiteral();
  ExprPtr value = constant();
  if (failed()) return "";
  const auto* literal = value->as<expr::Literal>();
  if (literal == nullptr) {
    failSyntax();
    return "";
  }
  if (literal->value.isNull()) return "__HIVE_DEFAULT_PARTITION__";
  // DATE '2020-01-01': the text between the quotes.
  std::string text = sourceText(first);
  const size_t quote = text.find('\'');
  if (quote != std::string::npos && text.back() == '\'') return text.substr(quote + 1, text.size() - quote - 2);
  return text;
}

plan::Options StatementParser::partitionSpec(std::vector<std::string>* dynamic) {
  plan::Options spec;
  std::vector<std::string> keys;
  const uint32_t first = position();
  expect(kPartition);
  expect(kLeftParen);
  do {
    std::string key = identifier();
    const auto repeats = [&](const auto& other) { return lowerCase(other) == lowerCase(key); };
    if (!failed() && std::any_of(keys.begin(), keys.end(), repeats)) failWith(condition::kDuplicateKey, {{"keyColumn", quoteIdentifier(key)}}, first);
    keys.push_back(key);
    if (accept(kEqual)) {
      spec.emplace_back(std::move(key), constantText());
    } else if (dynamic != nullptr) {
      dynamic->push_back(std::move(key));
    } else if (!failed()) {
      failWith(condition::kInvalidSqlSyntaxEmptyPartitionValue, {{"partKey", quoteIdentifier(key)}}, first);
    }
  } while (accept(kComma));
  expect(kRightParen);
  return spec;
}

std::string StatementParser::balancedText() {
  const uint32_t first = position();
  expect(kLeftParen);
  int depth = 1;
  while (depth > 0 && !failed()) {
    if (atEnd()) failSyntax();
    depth += at(kLeftParen) ? 1 : at(kRightParen) ? -1 : 0;
    advance();
  }
  return sourceText(first);
}

bool StatementParser::columnConstraint() {
  if (at(kConstraint)) {
    advance();
    identifier();
  }
  if (accept(kPrimary, kKey) || accept(kUnique)) {
  } else if (accept(kCheck)) {
    balancedText();
  } else if (accept(kReferences)) {
    multipartIdentifier();
    if (at(kLeftParen)) identifierList();
  } else if (accept(kForeign, kKey)) {
    identifierList();
    expect(kReferences);
    multipartIdentifier();
    if (at(kLeftParen)) identifierList();
  } else {
    return false;
  }
  if (at(kLeftParen)) identifierList();
  while (accept(kNot, kEnforced) || accept(kRely) || accept(kNorely) || accept(kEnforced) || acceptWord("INITIALLY") || acceptWord("DEFERRED") ||
         acceptWord("DEFERRABLE")) {
  }
  return true;
}

plan::ColumnDefinition StatementParser::columnDefinition() {
  plan::ColumnDefinition column;
  column.name = multipartIdentifier();
  column.type = dataType();
  while (!failed()) {
    if (accept(kNot, kNull)) {
      column.nullable = false;
    } else if (accept(kComment)) {
      column.comment = stringLiteral();
    } else if (at(kDefault) && peek(1).type != kCollation) {
      advance();
      const uint32_t first = position();
      column.defaultValue = expression();
      column.defaultText = sourceText(first);
    } else if (accept(kGenerated)) {
      const uint32_t first = position();
      if (!accept(kAlways)) expect(kBy, kDefault);
      expect(kAs);
      if (accept(kIdentity)) {
        if (at(kLeftParen)) balancedText();
        column.identityText = sourceText(first);
      } else {
        column.generatedText = balancedText();
      }
    } else if (at(kFirst) || at(kAfter)) {
      column.position = columnPosition();
    } else {
      const uint32_t first = position();
      if (!columnConstraint()) break;
      columnConstraints_.push_back(sourceText(first));
    }
  }
  return column;
}

std::vector<std::vector<std::string>> StatementParser::nameLists() {
  std::vector<std::vector<std::string>> out;
  expect(kLeftParen);
  do {
    out.push_back(multipartIdentifier());
  } while (accept(kComma));
  expect(kRightParen);
  return out;
}

void StatementParser::partitionedBy(plan::TableSpec& spec, std::vector<plan::ColumnDefinition>& columns) {
  expect(kLeftParen);
  do {
    uint32_t ahead = 1;
    while (peek(ahead).type == kDot) ahead += 2;
    if (peek(ahead).type == kLeftParen) {
      spec.partitionTransforms.push_back(expression());
    } else if (peek(ahead).type == kComma || peek(ahead).type == kRightParen) {
      spec.partitionColumns.push_back(multipartIdentifier());
    } else {
      // With a type, the column is declared here.
      columns.push_back(columnDefinition());
      spec.partitionColumns.push_back(columns.back().name);
    }
  } while (accept(kComma));
  expect(kRightParen);
}

void StatementParser::tableClauses(plan::TableSpec& spec, std::vector<plan::ColumnDefinition>& columns) {
  while (!failed()) {
    if (accept(kUsing)) {
      spec.provider = multipartIdentifier().back();
    } else if (at(kOptions, kLeftParen)) {
      advance();
      spec.options = optionList();
    } else if (accept(kTblproperties)) {
      spec.properties = optionList();
    } else if (accept(kPartitioned, kBy)) {
      partitionedBy(spec, columns);
    } else if (accept(kClustered, kBy)) {
      spec.bucketColumns = identifierList();
      if (accept(kSorted, kBy)) {
        expect(kLeftParen);
        do {
          spec.bucketSortColumns.push_back(identifier());
          if (!accept(kAsc) && accept(kDesc) && !failed()) failNotAllowed("Column ordering must be ASC", position());
        } while (accept(kComma));
        expect(kRightParen);
      }
      expect(kInto);
      spec.numBuckets = static_cast<int32_t>(integerNumber(2'147'483'647));
      expect(kBuckets);
      // The upper bound is a setting; see CREATE TABLE.
      if (!failed() && spec.numBuckets <= 0) {
        failWith(condition::kInvalidBucketCount, {{"bucketingMaxBuckets", "100000"}, {"numBuckets", std::to_string(spec.numBuckets)}}, position());
      }
    } else if (accept(kCluster, kBy)) {
      spec.clusterBy = nameLists();
    } else if (accept(kLocation)) {
      spec.location = stringLiteral();
    } else if (accept(kComment)) {
      spec.comment = stringLiteral();
    } else if (at(kDefault, kCollation) || at(kCollation)) {
      accept(kDefault);
      advance();
      spec.collation = multipartIdentifier().back();
    } else if (at(kRow, kFormat)) {
      const uint32_t first = position();
      advance();
      advance();
      while (!failed() && !atEnd() && !at(kStored) && !at(kUsing) && !at(kLocation) && !at(kTblproperties) && !at(kAs) && !at(kSelect) && !at(kSemicolon) &&
             !at(kComment) && !at(kOptions) && !at(kPartitioned)) {
        if (at(kLeftParen)) {
          balancedText();
        } else {
          advance();
        }
      }
      spec.rowFormat = sourceText(first);
    } else if (accept(kStored)) {
      if (accept(kBy)) {
        failWith(condition::kInvalidStatementOrClause, {{"operation", "STORED BY"}}, position());
      } else {
        expect(kAs);
        if (accept(kInputformat)) {
          spec.fileFormat = stringLiteral();
          expect(kOutputformat);
          spec.fileFormat += ' ' + stringLiteral();
        } else {
          spec.fileFormat = identifier();
        }
      }
    } else {
      return;
    }
  }
}

}  // namespace flint::parser
