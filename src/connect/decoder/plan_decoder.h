#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/status.h"
#include "connect/decoder/invalid_plan.h"
#include "expr/python_udf.h"
#include "expr/unresolved.h"
#include "parser/sql_parser.h"
#include "plan/logical/unresolved_plans.h"
#include "session/dataframe_calls/attribute_names.h"

namespace spark::connect {
class Catalog;
class CommonInlineUserDefinedFunction;
class Expression;
class Relation;
}  // namespace spark::connect
namespace google::protobuf {
template <class T>
class RepeatedPtrField;
}

namespace flint::connect {

using expr::ExprPtr;
using plan::LogicalPlanPtr;

/// What decoding needs of the session that a plan is for.
///
/// Threads: called by the decoding thread alone.
class DecodeContext {
 public:
  virtual ~DecodeContext() = default;
  virtual const parser::ParserOptions& parserOptions() const = 0;
  /// The format of files where none is named: spark.sql.sources.default.
  virtual std::string defaultFormat() const = 0;
  virtual bool caseSensitive() const = 0;
  virtual int64_t integerSetting(std::string_view key, int64_t otherwise) const = 0;
  /// The bytes of the artifact `cache/<hash>`. Errors: CONNECT_INVALID_PLAN.NOT_FOUND_CHUNKED_CACHED_LOCAL_RELATION.
  virtual Result<std::shared_ptr<const std::string>> cachedArtifact(const std::string& hash) = 0;
  /// A plan the session keeps by id. Errors: CONNECT_INVALID_PLAN.DATAFRAME_NOT_FOUND.
  virtual Result<LogicalPlanPtr> cachedRelation(const std::string& id) = 0;
  /// The path of a file of the session's own with that content. Errors: of the file system.
  virtual Result<std::string> scratchFile(const std::string& content, const std::string& extension) = 0;
  /// Plans whose rows are made while decoding: `show`, catalog calls, pivot values.
  virtual Result<std::string> showString(const LogicalPlanPtr& plan, int32_t numRows, int32_t truncate, bool vertical) = 0;
  virtual Result<std::string> htmlString(const LogicalPlanPtr& plan, int32_t numRows, int32_t truncate) = 0;
  virtual Result<std::vector<columnar::ColumnarBatch>> collect(const LogicalPlanPtr& plan, StructFields& schema) = 0;
  /// Where the session's Python functions run: everything of a PythonFunction but the function.
  virtual Result<expr::PythonFunction> pythonSession() = 0;
  virtual Result<LogicalPlanPtr> catalogCall(const spark::connect::Catalog& call) = 0;
};

/// Turns the messages of one request into unresolved plans and expressions; knows the protocol, not what plans mean.
///
/// Threads: confined to its owner. Nesting uses the stack; deeper plans than `kMaxDepth` are refused.
/// Errors: CONNECT_INVALID_PLAN.* for what breaks the protocol, parse errors of SQL texts inside.
/// Source: keeps the behaviour of Spark's SparkConnectPlanner.
class PlanDecoder {
 public:
  static constexpr int kMaxDepth = 20'000;

  explicit PlanDecoder(DecodeContext& context) : context_(context) {}

  Result<LogicalPlanPtr> relation(const spark::connect::Relation& message);
  Result<ExprPtr> expression(const spark::connect::Expression& message);
  Result<std::vector<ExprPtr>> expressions(const google::protobuf::RepeatedPtrField<spark::connect::Expression>& messages);

  DecodeContext& context() { return context_; }
  /// Plans that subquery expressions name by id, while the relation that carries them is decoded.
  std::unordered_map<int64_t, LogicalPlanPtr>& references() { return references_; }

 private:
  Result<LogicalPlanPtr> relationBody(const spark::connect::Relation& message);

  DecodeContext& context_;
  std::unordered_map<int64_t, LogicalPlanPtr> references_;
  int depth_ = 0;
};

using session::columnByName;
using session::columnNamed;
using session::parseAttributeName;

}  // namespace flint::connect
