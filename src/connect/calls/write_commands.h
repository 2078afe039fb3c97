#pragma once

#include "base/status.h"
#include "connect/decoder/plan_decoder.h"
#include "session/spark_session.h"

namespace spark::connect {
class WriteOperation;
class WriteOperationV2;
}  // namespace spark::connect

namespace flint::connect {

/// `df.write`: to a path, as a table, or into one. Errors: the write's.
Status writeRelation(const session::SparkSessionPtr& session, PlanDecoder& decoder, const spark::connect::WriteOperation& message);
/// `df.writeTo`: creates, replaces or appends to a table.
Status writeRelation(const session::SparkSessionPtr& session, PlanDecoder& decoder, const spark::connect::WriteOperationV2& message);

}  // namespace flint::connect
