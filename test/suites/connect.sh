# The real PySpark client against real servers, which the tests start from $FLINT_BIN.
if [ ! -d test/connect ]; then
  echo "0 0" >"$FLINT_COUNTS"
  exit 0
fi
"$FLINT_PYTHON" -m pytest -q -p no:cacheprovider --junitxml="$FLINT_RESULTS/pytest.xml" test/connect
"$FLINT_PYTHON" tools/count_tests.py junit "$FLINT_RESULTS/pytest.xml" >"$FLINT_COUNTS"
