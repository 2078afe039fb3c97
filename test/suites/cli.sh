# `flint sql`: its options, formats and exit statuses, and the shell on a pseudo-terminal.
"$FLINT_PYTHON" -m pytest -q -p no:cacheprovider --junitxml="$FLINT_RESULTS/pytest.xml" test/cli
"$FLINT_PYTHON" tools/count_tests.py junit "$FLINT_RESULTS/pytest.xml" >"$FLINT_COUNTS"
