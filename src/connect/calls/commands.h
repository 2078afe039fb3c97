#pragma once

#include "base/status.h"
#include "connect/service/response_writer.h"
#include "connect/service/session_holder.h"

namespace spark::connect {
class Command;
}

namespace flint::connect {

/// Runs one command; what it answers besides success goes to `writer`.
Status runCommand(SessionHolder& session, const spark::connect::Command& command, ResponseWriter& writer);

}  // namespace flint::connect
