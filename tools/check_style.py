#!/usr/bin/env python3
"""Checks the rules of CONTRIBUTING.md that a script can: no `throw`, telling names, file sizes, a README a layer.

A file beyond the size limit is listed in tools/size_exceptions.txt with its reason, one `<path>: <reason>` a line.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SIZE_LIMITS = {".h": 300, ".cc": 800}
EXCEPTIONS = ROOT / "tools/size_exceptions.txt"

# Names that say nothing about what is inside. `common` is a word of the field in front (common_subexpressions).
EMPTY_WORDS = {"util", "utils", "helper", "helpers", "misc"}
TYPE = re.compile(r"\b(?:class|struct)\s+(?:\[\[\w+\]\]\s*)?([A-Z]\w*)")
TOKENS = re.compile(r"""
    //[^\n]* | /\*.*?\*/                                  # comments
  | R"(?P<delimiter>[^(\s]{0,16})\(.*?\)(?P=delimiter)"   # raw strings
  | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])'              # strings and characters
""", re.VERBOSE | re.DOTALL)


def code_of(text):
    """The text without comments and strings, line for line."""
    return TOKENS.sub(lambda match: "\n" * match.group().count("\n") or " ", text)


def is_empty_name(words):
    return bool(EMPTY_WORDS & set(words)) or words[-1] == "common"


def check_names(path, code, problems):
    relative = path.relative_to(ROOT)
    if is_empty_name(path.stem.lower().removesuffix("_test").split("_")):
        problems.append(f"{relative}: the file's name does not say what is inside")
    for match in TYPE.finditer(code):
        words = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*", match.group(1))]
        if words and is_empty_name(words):
            line = code[:match.start()].count("\n") + 1
            problems.append(f"{relative}:{line}: {match.group(1)} does not say what it is")


def check_throw(path, code, problems):
    for match in re.finditer(r"\bthrow\b", code):
        line = code[:match.start()].count("\n") + 1
        problems.append(f"{path.relative_to(ROOT)}:{line}: `throw`; errors are values (Status, Result)")


def read_exceptions(problems):
    exceptions = {}
    for line in EXCEPTIONS.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        path, _, reason = line.partition(":")
        if not reason.strip():
            problems.append(f"tools/size_exceptions.txt: {path} has no reason")
        exceptions[path.strip()] = reason.strip()
    return exceptions


def check_size(path, text, exceptions, problems):
    relative = path.relative_to(ROOT).as_posix()
    limit = SIZE_LIMITS.get(path.suffix)
    lines = text.count("\n")
    if limit is None or lines <= limit:
        if relative in exceptions:
            problems.append(f"{relative}: has {lines} lines; it needs no place in tools/size_exceptions.txt")
    elif relative not in exceptions:
        problems.append(f"{relative}: has {lines} lines, more than {limit}: split it, or give a reason in tools/size_exceptions.txt")


def main():
    problems = []
    exceptions = read_exceptions(problems)
    for listed in exceptions:
        if not (ROOT / listed).exists():
            problems.append(f"tools/size_exceptions.txt: there is no {listed}")
    for top in ("src", "include", "test", "examples"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix not in (".h", ".cc", ".inc"):
                continue
            text = path.read_text()
            code = code_of(text)
            check_names(path, code, problems)
            check_size(path, text, exceptions, problems)
            if top == "src":
                check_throw(path, code, problems)
    for layer in sorted((ROOT / "src").iterdir()):
        if layer.is_dir() and not (layer / "README.md").exists():
            problems.append(f"src/{layer.name}: has no README.md")
    for problem in problems:
        print(problem)
    if problems:
        sys.exit(f"check_style: {len(problems)} problems")


if __name__ == "__main__":
    main()
