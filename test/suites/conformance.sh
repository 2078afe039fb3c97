# Spark's recorded answers. test/conformance_gates.txt says which folders of $CONFORMANCE_DIR are run and how many cases
# of each must pass, one `<folder> <count>` a line. Cases that pass are counted; those that do not are no failures as
# long as the gate is met, and the shortfall is where it is not.
gates=test/conformance_gates.txt
if [ ! -f "$gates" ]; then
  echo "0 0" >"$FLINT_COUNTS"
  exit 0
fi
if [ ! -f "$CONFORMANCE_DIR/run.py" ]; then
  echo "skipped there is no $CONFORMANCE_DIR; set CONFORMANCE_DIR" >"$FLINT_COUNTS"
  exit 0
fi
total_passed=0
total_failed=0
while read -r folder gate; do
  case $folder in '' | '#'*) continue ;; esac
  log=$FLINT_RESULTS/$(basename "$folder").log
  FLINT_SERVER_LOG=$FLINT_RESULTS/$(basename "$folder").server.log tools/with_server.sh -- \
    sh -c '"$FLINT_PYTHON" "$CONFORMANCE_DIR/run.py" check --remote "$SPARK_REMOTE" "$1"' sh "$CONFORMANCE_DIR/$folder" \
    </dev/null >"$log" 2>&1
  passed=$(tail -n 1 "$log" | sed -n 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p')
  passed=${passed:-0}
  echo "   $folder: $passed passed, at least $gate must"
  total_passed=$((total_passed + passed))
  [ "$passed" -ge "$gate" ] || total_failed=$((total_failed + gate - passed))
done <"$gates"
echo "$total_passed $total_failed" >"$FLINT_COUNTS"
