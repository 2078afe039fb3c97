# The layer and style checks; each counts as one test.
passed=0
failed=0
for check in "check_layers.py" "check_style.py" "check_headers.py $FLINT_BUILD"; do
  if "$FLINT_PYTHON" tools/$check; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
echo "$passed $failed" >"$FLINT_COUNTS"
