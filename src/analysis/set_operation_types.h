#pragma once

#include <optional>
#include <vector>

#include "expr/nodes.h"

namespace flint::analysis {

/// DISTINCT, UNION DISTINCT, INTERSECT and EXCEPT do not compare maps and variants.
/// Errors: UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE, .SET_OPERATION_ON_VARIANT_TYPE.
Status checkSetOperationTypes(const std::vector<expr::AttributePtr>& columns, const OriginPtr& origin);

/// The common type of values that stand for one column where no text becomes a number and no number a text, and where
/// texts have one collation: rows of VALUES, columns of UNPIVOT. Nothing when there is none.
std::optional<DataType> commonTypeWithoutPromotion(const std::vector<DataType>& types, bool ansi);

}  // namespace flint::analysis
