#!/usr/bin/env python3
"""Prints `<passed> <failed>` of a test report.

    count_tests.py ctest CTEST_JUNIT_XML FOLDER   every gtest case of the binaries ctest ran; FOLDER holds their JSON reports
    count_tests.py junit JUNIT_XML                every case of a report such as pytest's
"""

import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def count_junit(path):
    passed = failed = 0
    for case in ElementTree.parse(path).iter("testcase"):
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            failed += 1
        elif "skipped" not in kinds:
            passed += 1
    return passed, failed


def count_ctest(path, folder):
    passed = failed = 0
    for test in ElementTree.parse(path).iter("testcase"):
        succeeded = test.get("status") == "run"
        report = pathlib.Path(folder) / f"{test.get('name')}.json"
        if report.exists():
            cases = [case for suite in json.loads(report.read_text())["testsuites"] for case in suite["testsuite"]]
            ran = [case for case in cases if case["result"] == "COMPLETED"]
            broken = sum("failures" in case for case in ran)
            passed += len(ran) - broken
            # A binary may fail without a failed case: a sanitizer's report, a crash at its end.
            failed += broken if broken or succeeded else 1
        elif succeeded:
            passed += 1
        else:
            failed += 1
    return passed, failed


def main():
    kind, *arguments = sys.argv[1:]
    passed, failed = {"ctest": count_ctest, "junit": count_junit}[kind](*arguments)
    print(passed, failed)


if __name__ == "__main__":
    main()
