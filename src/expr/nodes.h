#pragma once

#include "expr/call_nodes.h"
#include "expr/named_nodes.h"
#include "expr/operator_nodes.h"

/// Every resolved expression node. Subqueries, which hold plans, are in plan/logical/subquery_expressions.h; unresolved nodes in unresolved.h.
