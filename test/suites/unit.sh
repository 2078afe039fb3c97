# The C++ unit tests: one binary a layer, run by ctest; every gtest case counts.
rm -f "$FLINT_BUILD"/test_results/*_test.json
ctest --test-dir "$FLINT_BUILD" -j "$(nproc)" --timeout 600 --output-on-failure --output-junit "$FLINT_RESULTS/ctest.xml" \
  >"$FLINT_RESULTS/ctest.log" 2>&1 || grep -v ' Passed ' "$FLINT_RESULTS/ctest.log"
"$FLINT_PYTHON" tools/count_tests.py ctest "$FLINT_RESULTS/ctest.xml" "$FLINT_BUILD/test_results" >"$FLINT_COUNTS"
