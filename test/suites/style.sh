# The layer and style checks, and whether generated pages are current; each counts as one test.
passed=0
failed=0
for check in "check_layers.py" "check_style.py" "check_headers.py $FLINT_BUILD"; do
  if "$FLINT_PYTHON" tools/$check; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
# The reference page of functions is what their declarations say.
if [ -x "$FLINT_BUILD/bin/flint" ]; then
  if "$FLINT_BUILD/bin/flint" functions | diff - docs/functions.md >"$FLINT_RESULTS/functions.diff"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "docs/functions.md is not current: $FLINT_BUILD/bin/flint functions >docs/functions.md"
  fi
fi
echo "$passed $failed" >"$FLINT_COUNTS"
