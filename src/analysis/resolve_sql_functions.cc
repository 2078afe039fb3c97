// Functions whose bodies are SQL: a call is its body, with the arguments in the place of the parameters.
#include <algorithm>
#include <utility>

#include "analysis/analyzer.h"
#include "analysis/plan_resolver.h"
#include "analysis/sql_function_analysis.h"
#include "analysis/type_coercion_rules.h"
#include "base/condition.h"
#include "expr/expression_text.h"
#include "plan/logical/subquery_expressions.h"

namespace flint::analysis {
namespace {

using catalog::SqlFunction;

constexpr int kDeepestCall = 100;

std::string functionKey(const SqlFunction& function) {
  return function.temporary ? function.name.back() : function.name[function.name.size() - 2] + "." + function.name.back();
}

std::string shownName(const SqlFunction& function) { return catalog::joined(function.name); }

Result<ExprPtr> castTo(const ExprPtr& value, const DataType& type, const expr::EvaluationOptions& options) {
  if (value->dataType().sameType(type)) return value;
  expr::Cast cast;
  cast.child = value;
  cast.target = type;
  cast.mode = options.ansi ? expr::CastMode::kAnsi : expr::CastMode::kLegacy;
  cast.implicit = true;
  RETURN_IF_ERROR(checkCast(cast, options));
  return ExprPtr(expr::makeExpr(std::move(cast), value->origin()));
}

// SELECT expression, without anything around it: the expression.
ExprPtr onlyExpression(const LogicalPlanPtr& query) {
  const auto* project = query->as<plan::Project>();
  if (project == nullptr || project->projectList.size() != 1 || project->child->as<plan::OneRowRelation>() == nullptr) return nullptr;
  const ExprPtr& item = project->projectList[0];
  if (item->as<expr::UnresolvedStar>() != nullptr || item->as<expr::MultiAlias>() != nullptr) return nullptr;
  return expr::withoutAlias(item);
}

/// What the parameters' names mean inside of a body.
class Parameters {
 public:
  Parameters(const SqlFunction& function, const std::vector<ExprPtr>& values, const expr::EvaluationOptions& options)
      : values_(values), options_(options) {
    for (size_t i = 0; i < function.parameters.size(); ++i) {
      attributes_.push_back(expr::attribute(function.parameters[i].name, function.parameters[i].type, true, function.name));
    }
    scope_ = std::make_shared<const Scope>(attributes_, std::vector<AttributePtr>(), options.caseSensitive);
    names_.scope = scope_.get();
    names_.find = [this](const expr::UnresolvedAttribute& column, bool) -> Result<ExprPtr> {
      ASSIGN_OR_RETURN(const ExprPtr found, scope_->find(column.nameParts, column.origin(), options_));
      if (found == nullptr) return found;
      return tree::transformUp(found, [this](const ExprPtr& node) -> ExprPtr {
        const auto* attribute = node->as<expr::AttributeReference>();
        if (attribute == nullptr) return node;
        for (size_t i = 0; i < attributes_.size(); ++i) {
          if (attributes_[i]->id == attribute->id) return values_[i];
        }
        return node;
      });
    };
  }
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;
  const NameContext& names() const { return names_; }

 private:
  const std::vector<ExprPtr>& values_;
  const expr::EvaluationOptions& options_;
  std::vector<AttributePtr> attributes_;
  std::shared_ptr<const Scope> scope_;
  NameContext names_;
};

bool isAggregateOrWindow(const ExprPtr& expression) {
  const auto& traits = expression->traits();
  return traits.hasAggregate || traits.hasWindow || traits.hasGenerator;
}

}  // namespace

expr::EvaluationOptions optionsUnder(const std::map<std::string, std::string>& settings, expr::EvaluationOptions options) {
  const auto value = [&](const char* key) -> const std::string* {
    const auto found = settings.find(key);
    return found == settings.end() ? nullptr : &found->second;
  };
  if (const std::string* ansi = value("spark.sql.ansi.enabled")) options.ansi = *ansi == "true";
  if (const std::string* zone = value("spark.sql.session.timeZone")) options.timeZone = *zone;
  if (const std::string* policy = value("spark.sql.legacy.timeParserPolicy")) options.legacyTimeParser = *policy == "LEGACY";
  return options;
}

Status rejectSqlFunctions(const ExprPtr& expression, const catalog::SessionCatalog& catalog, const char* nodeName) {
  Status status;
  tree::forEachNode(expression, [&](const ExprPtr& node) {
    const auto* call = node->as<expr::UnresolvedFunction>();
    if (call == nullptr || !status.isOk() || !std::holds_alternative<std::monostate>(catalog.functions().find(lowerCase(call->nameParts.back())))) return;
    const auto function = catalog.findFunction(call->nameParts);
    if (function == nullptr) return;
    status = Error(condition::kUnsupportedSqlUdfUsage).with("functionName", quotedName(function->name)).with("nodeName", nodeName).at(node->origin()).as(ErrorFamily::kAnalysis);
  });
  return status;
}

Result<std::vector<ExprPtr>> PlanResolver::bindSqlArguments(const SqlFunction& function, std::vector<ExprPtr> arguments, const OriginPtr& origin) {
  const std::string name = shownName(function);
  const size_t given = arguments.size();
  const size_t count = function.parameters.size();
  const auto wrongNumber = [&]() {
    return Error(condition::kWrongNumArgsWithoutSuggestion)
        .with("functionName", quotedName(function.name))
        .with("expectedNum", std::to_string(count))
        .with("actualNum", std::to_string(given))
        .with("docroot", "https://spark.apache.org/docs/latest")
        .at(origin)
        .as(ErrorFamily::kAnalysis);
  };
  if (given > count) return wrongNumber();
  std::vector<ExprPtr> bound(count);
  bool named = false;
  for (size_t i = 0; i < given; ++i) {
    const auto* argument = arguments[i]->as<expr::NamedArgument>();
    if (argument == nullptr) {
      if (named) {
        return Error(condition::kUnexpectedPositionalArgument).with("routineName", quotedName(function.name)).with("parameterName", quoteIdentifier(function.parameters[i].name)).at(origin).as(ErrorFamily::kAnalysis);
      }
      bound[i] = arguments[i];
      continue;
    }
    named = true;
    size_t place = 0;
    while (place < count && !sameName(function.parameters[place].name, argument->name)) ++place;
    if (place == count) {
      std::string all;
      for (const auto& each : function.parameters) all += (all.empty() ? "" : " ") + quoteIdentifier(each.name);
      return Error(condition::kUnrecognizedParameterName).with("routineName", quotedName(function.name)).with("argumentName", quoteIdentifier(argument->name)).with("proposal", all).at(origin).as(ErrorFamily::kAnalysis);
    }
    if (bound[place] != nullptr) {
      const bool positional = place < given && arguments[place]->as<expr::NamedArgument>() == nullptr;
      return Error(positional ? condition::kDuplicateRoutineParameterAssignmentBothPositionalAndNamed : condition::kDuplicateRoutineParameterAssignmentDoubleNamedArgumentReference)
          .with("routineName", quotedName(function.name))
          .with("parameterName", quoteIdentifier(argument->name))
          .at(origin)
          .as(ErrorFamily::kAnalysis);
    }
    bound[place] = argument->value;
  }
  for (size_t i = 0; i < count; ++i) {
    const auto& parameter = function.parameters[i];
    if (bound[i] == nullptr) {
      if (parameter.defaultValue == nullptr) {
        if (!named) return wrongNumber();
        return Error(condition::kRequiredParameterNotFound).with("routineName", quotedName(function.name)).with("parameterName", quoteIdentifier(parameter.name)).with("index", std::to_string(i)).at(origin).as(ErrorFamily::kAnalysis);
      }
      const NameContext nothing;
      ASSIGN_OR_RETURN(bound[i], ExpressionResolver(*this, nothing).resolveForPlan(parameter.defaultValue));
    }
    bound[i] = expr::withoutAlias(withoutReplaced(bound[i]));
    ASSIGN_OR_RETURN(bound[i], castTo(bound[i], parameter.type, options_));
  }
  return bound;
}

void PlanResolver::noteCall(const SqlFunction& function) {
  if (dependencies_ == nullptr) return;
  dependencies_->functions.insert(functionKey(function));
  if (function.readsData) dependencies_->readsData = true;
  if (function.temporary) {
    dependencies_->temporaryFunctions.push_back(function.name);
  } else {
    dependencies_->isMomentary = true;
  }
}

Result<ExprPtr> PlanResolver::sqlFunctionValue(const SqlFunction& function, const std::vector<ExprPtr>& arguments, const OriginPtr& origin) {
  if (viewDepth_ >= kDeepestCall) return Error(condition::kFailedToParseTooComplex).as(ErrorFamily::kAnalysis);
  const expr::EvaluationOptions options = optionsUnder(function.settings, options_);
  PlanResolver body(catalog_, conf_, options);
  body.dependencies_ = dependencies_;
  body.depth_ = depth_ + 1;
  body.viewDepth_ = viewDepth_ + 1;
  const Parameters parameters(function, arguments, options);
  ExprPtr expression = function.bodyExpression != nullptr ? function.bodyExpression : onlyExpression(function.bodyQuery);
  if (expression == nullptr) {
    plan::ScalarSubquery subquery;
    subquery.plan = function.bodyQuery;
    expression = expr::makeExpr(std::move(subquery), origin);
  }
  ASSIGN_OR_RETURN(ExprPtr value, ExpressionResolver(body, parameters.names()).resolveForPlan(expression));
  definitions_.insert(definitions_.end(), body.definitions_.begin(), body.definitions_.end());
  if (function.returnType.is(TypeKind::kNull)) return value;
  return castTo(value, function.returnType, options);
}

Result<ResolvedPlan> PlanResolver::sqlFunctionRows(const SqlFunction& function, const std::vector<ExprPtr>& arguments, const OriginPtr& origin) {
  if (viewDepth_ >= kDeepestCall) return Error(condition::kFailedToParseTooComplex).as(ErrorFamily::kAnalysis);
  const expr::EvaluationOptions options = optionsUnder(function.settings, options_);
  PlanResolver body(catalog_, conf_, options);
  body.dependencies_ = dependencies_;
  body.depth_ = depth_ + 1;
  body.viewDepth_ = viewDepth_ + 1;
  const Parameters parameters(function, arguments, options);
  SubqueryFrame frame;
  frame.outer = &parameters.names();
  frame.isCall = true;
  ASSIGN_OR_RETURN(const LogicalPlanPtr rows, body.resolveSubquery(function.bodyQuery, frame));
  definitions_.insert(definitions_.end(), body.definitions_.begin(), body.definitions_.end());
  const std::vector<AttributePtr> output = rows->output();
  if (function.returnColumns.empty()) return ResolvedPlan{rows, {}, nullptr};
  if (output.size() != function.returnColumns.size()) {
    return Error(condition::kUserDefinedFunctionsReturnColumnCountMismatch)
        .with("outputSize", std::to_string(output.size()))
        .with("returnParamSize", std::to_string(function.returnColumns.size()))
        .with("name", shownName(function))
        .at(origin)
        .as(ErrorFamily::kAnalysis);
  }
  plan::Project project;
  for (size_t i = 0; i < output.size(); ++i) {
    ASSIGN_OR_RETURN(const ExprPtr value, castTo(output[i], function.returnColumns[i].type, options));
    project.projectList.push_back(expr::alias(value, function.returnColumns[i].name));
  }
  project.child = rows;
  return ResolvedPlan{plan::makePlan(std::move(project)), {}, nullptr};
}

Result<ExprPtr> ExpressionResolver::resolveSqlFunction(const SqlFunction& function, const expr::UnresolvedFunction& call) {
  const auto unsupported = [&](const char* syntax) {
    return Error(condition::kInvalidSqlSyntaxFunctionWithUnsupportedSyntax).with("prettyName", quotedName(function.name)).with("syntax", syntax).at(call.origin()).as(ErrorFamily::kAnalysis);
  };
  // Without a body it is of a Java class, which there is no JVM to load.
  if (function.bodyExpression == nullptr && function.bodyQuery == nullptr) {
    return Error(condition::kCannotLoadFunctionClass).with("className", function.bodyText).with("functionName", quotedName(function.name)).at(call.origin()).as(ErrorFamily::kAnalysis);
  }
  plans_.noteCall(function);
  if (function.returnsTable) return Error(condition::kNotAScalarFunction).with("functionName", quotedName(function.name)).at(call.origin()).as(ErrorFamily::kAnalysis);
  if (call.distinct) return unsupported("DISTINCT");
  if (call.filter != nullptr) return unsupported("FILTER CLAUSE");
  if (call.ignoreNulls.value_or(false)) return unsupported("IGNORE NULLS");
  ASSIGN_OR_RETURN(const std::vector<ExprPtr> arguments, resolveArguments(call, function.name.back()));
  std::vector<std::string> texts;
  for (const ExprPtr& argument : arguments) texts.push_back(expr::columnName(argument, options().timeZone));
  ASSIGN_OR_RETURN(const std::vector<ExprPtr> bound, plans_.bindSqlArguments(function, arguments, call.origin()));
  expr::RuntimeReplaceable replaced;
  ASSIGN_OR_RETURN(replaced.replacement, plans_.sqlFunctionValue(function, bound, call.origin()));
  replaced.text = shownName(function) + "(" + expr::joinTexts(texts) + ")";
  return ExprPtr(expr::makeExpr(std::move(replaced), call.origin()));
}

Status analyzeSqlFunction(SqlFunction& function, bool returnsGiven, catalog::SessionCatalog& catalog, const catalog::SQLConf& conf,
                          const expr::EvaluationOptions& options, Dependencies& dependencies) {
  PlanResolver resolver(catalog, conf, options);
  const NameContext nothing;
  bool optional = false;
  for (const auto& parameter : function.parameters) {
    if (parameter.defaultValue == nullptr) {
      if (!optional) continue;
      size_t previous = 0;
      while (function.parameters[previous + 1].name != parameter.name) ++previous;
      return Error(condition::kUserDefinedFunctionsNotAValidDefaultParameterPosition)
          .with("functionName", quotedName(function.name))
          .with("parameterName", quoteIdentifier(function.parameters[previous].name))
          .with("nextParameterName", quoteIdentifier(parameter.name))
          .as(ErrorFamily::kAnalysis);
    }
    optional = true;
    ASSIGN_OR_RETURN(const ExprPtr value, ExpressionResolver(resolver, nothing).resolveForPlan(parameter.defaultValue));
    if (value->traits().hasSubquery || isAggregateOrWindow(value)) {
      return Error(condition::kUserDefinedFunctionsNotAValidDefaultExpression)
          .with("functionName", quotedName(function.name))
          .with("parameterName", quoteIdentifier(parameter.name))
          .as(ErrorFamily::kAnalysis);
    }
    RETURN_IF_ERROR(castTo(value, parameter.type, options));
  }
  // The body over columns that stand for the parameters.
  resolver.noteIn(&dependencies);
  std::vector<ExprPtr> values;
  for (const auto& parameter : function.parameters) values.push_back(expr::attribute(parameter.name, parameter.type, true, function.name));
  SqlFunction plain = function;
  if (!function.returnsTable) {
    plain.returnType = returnsGiven ? function.returnType : DataType::null();
    ASSIGN_OR_RETURN(const ExprPtr value, resolver.sqlFunctionValue(plain, values, nullptr));
    if (isAggregateOrWindow(value)) {
      return Error(condition::kUserDefinedFunctionsCannotContainComplexFunctions).with("queryText", function.bodyText).as(ErrorFamily::kAnalysis);
    }
    if (!returnsGiven) function.returnType = value->dataType();
  } else {
    if (function.bodyQuery == nullptr) {
      return Error(condition::kUserDefinedFunctionsSqlTableUdfBodyMustBeAQuery).with("name", quotedName(function.name)).as(ErrorFamily::kAnalysis);
    }
    // A column of a query around it, as it were: LATERAL calls have such arguments.
    std::vector<ExprPtr> outer;
    for (const ExprPtr& value : values) {
      expr::OuterReference reference;
      reference.attribute = std::static_pointer_cast<const expr::AttributeReference>(value);
      outer.push_back(expr::makeExpr(std::move(reference)));
    }
    if (!returnsGiven) plain.returnColumns.clear();
    ASSIGN_OR_RETURN(const ResolvedPlan rows, resolver.sqlFunctionRows(plain, outer, nullptr));
    if (!returnsGiven) {
      for (const AttributePtr& column : rows.plan->output()) function.returnColumns.push_back({column->name, column->dataType(), true});
    }
  }
  return Status::ok();
}

Result<LogicalPlanPtr> analyzeNoting(const LogicalPlanPtr& query, catalog::SessionCatalog& catalog, const catalog::SQLConf& conf,
                                     const expr::EvaluationOptions& options, Dependencies& dependencies) {
  PlanResolver resolver(catalog, conf, options);
  resolver.noteIn(&dependencies);
  return resolver.resolveStatement(query);
}

Result<ExprPtr> resolveValue(const ExprPtr& expression, catalog::SessionCatalog& catalog, const catalog::SQLConf& conf,
                             const expr::EvaluationOptions& options) {
  PlanResolver resolver(catalog, conf, options);
  const NameContext nothing;
  return ExpressionResolver(resolver, nothing).resolveForPlan(expression);
}

}  // namespace flint::analysis
