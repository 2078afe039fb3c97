#!/usr/bin/env bash
# The .slt files, in every mode of test/sql/run_slt.py.
set -uo pipefail
log=$FLINT_RESULTS/slt.log
modes=$("$FLINT_PYTHON" -W ignore -c 'import sys; sys.path.insert(0, "test/sql"); import run_slt; print(" ".join("--mode " + m for m in run_slt.MODES))')
# shellcheck disable=SC2016,SC2086
FLINT_SERVER_LOG=$FLINT_RESULTS/server.log tools/with_server.sh -- \
  sh -c '"$FLINT_PYTHON" -W ignore test/sql/run_slt.py --remote "$SPARK_REMOTE" '"$modes" </dev/null >"$log" 2>&1
status=$?
tail -n 40 "$log" | head -n 39
tail -n 1 "$log" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' >"$FLINT_COUNTS"
[ -s "$FLINT_COUNTS" ] || exit 1
exit $status
