#!/usr/bin/env bash
# Builds with sanitizers and runs under them what they are for; a report of theirs ends its process, and so its test.
#
#   tools/run_sanitizers.sh asan    address and undefined behaviour: every layer's unit tests and the SQL files
#   tools/run_sanitizers.sh tsan    threads: the layers that share state, the SQL files and the client's tests, but for the deepest expressions
#
# Slow; run before a piece of work is called done. Reports stand in build/<preset>/test_results.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-}
export ASAN_OPTIONS=detect_stack_use_after_return=0:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:suppressions=$PWD/tools/tsan_suppressions.txt

case $preset in
asan) targets=(all) suites=(unit sql) ;;
tsan) targets=(flint exec_test memory_test shuffle_test scheduler_test connect_test) suites=(sql connect) ;;
*) sed -n '2,8p' "$0" | sed 's/^# \{0,1\}//' >&2; exit 2 ;;
esac

cmake --preset "$preset" >build/configure.log || { cat build/configure.log; exit 1; }
cmake --build "build/$preset" -j "${JOBS:-$(nproc)}" --target "${targets[@]}"
if [ "$preset" = tsan ]; then
  # The sanitizer holds 64 K calls a thread, which the deepest expressions need more of.
  export PYTEST_ADDOPTS="-k 'not nested and not megabyte and not thousand'"
  for test in exec_test memory_test shuffle_test scheduler_test connect_test; do "build/tsan/bin/$test" --gtest_brief=1; done
fi
tools/run_tests.sh "$preset" "${suites[@]}"
