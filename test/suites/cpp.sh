#!/usr/bin/env bash
# The C++ API: its main job prints what the Python one does (test/golden/main_job.txt).
set -uo pipefail
output=$FLINT_RESULTS/main_job.txt
passed=0
failed=0
if ! "$FLINT_BUILD/bin/main_job_cpp" >"$output" 2>"$FLINT_RESULTS/main_job.err"; then
  echo "the main job failed:" && tail -n 20 "$FLINT_RESULTS/main_job.err"
  failed=1
else
  awk '/^== How the sort/ { print; print "(plan)"; plan = 1; next }
       /^== Top destinations, in SQL/ { plan = 0; print "" }
       !plan' "$output" >"$output.masked"
  if diff -u test/golden/main_job.txt "$output.masked"; then passed=1; else failed=1; fi
fi
echo "$passed $failed" >"$FLINT_COUNTS"
