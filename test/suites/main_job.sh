#!/usr/bin/env bash
# The main job prints what Spark 4.2.0 prints (test/golden/main_job.txt), but for the physical plan, which must only be there.
set -uo pipefail
output=$FLINT_RESULTS/main_job.txt
passed=0
failed=0
if ! tools/run_main_job.sh "$(basename "$FLINT_BUILD")" >"$output" 2>"$FLINT_RESULTS/main_job.err"; then
  echo "the main job failed:" && tail -n 20 "$FLINT_RESULTS/main_job.err"
  failed=1
else
  awk '/^== How the sort/ { print; print "(plan)"; plan = 1; next }
       /^== Top destinations, in SQL/ { plan = 0; print "" }
       !plan' "$output" >"$output.masked"
  if diff -u test/golden/main_job.txt "$output.masked"; then passed=1; else failed=1; fi
  if grep -q 'Sort \[count#.* ASC NULLS FIRST\], true' "$output"; then passed=$((passed + 1)); else echo "the plan has no Sort" && failed=$((failed + 1)); fi
fi
echo "$passed $failed" >"$FLINT_COUNTS"
