#pragma once

namespace flint::io {

/// Says that a change that outlives the process is about to be made: of a folder, a file, a catalog. With FLINT_KILL_AT_STEP=n in the environment the
/// process ends by SIGKILL before its n-th, so that tests can stop a statement anywhere.
///
/// Threads: thread-safe.
void durableStep();

}  // namespace flint::io
