# The tests of the checks and other tools themselves.
"$FLINT_PYTHON" -m pytest -q -p no:cacheprovider --junitxml="$FLINT_RESULTS/pytest.xml" test/tools
"$FLINT_PYTHON" tools/count_tests.py junit "$FLINT_RESULTS/pytest.xml" >"$FLINT_COUNTS"
