#!/usr/bin/env python3
"""Checks that no source file reaches above or beside its layer.

- The DEPS of src/<layer>/CMakeLists.txt have no cycle, and name layers of FLINT_LAYERS.
- `#include "x/..."` in layer y needs x in y's DEPS or in theirs; `base` and `types` are always allowed. Tests may use
  TEST_DEPS as well. The public headers of include/flint see no layer.
- Heavy headers stay behind thin walls: see WALLS.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)

# (what is included, why it is heavy, files under src/ that may). All of them are .cc files.
WALLS = [
    (re.compile(r"\.pb\.h$|^google/protobuf/|^grpc(pp)?/"), "protobuf and gRPC",
     re.compile(r"^(connect|rpc|functions/protobuf)/.*\.cc$")),
    (re.compile(r"^(arrow|parquet|orc)/(?!c/abi\.h$)"), "Arrow, Parquet and ORC",
     re.compile(r"^(columnar/arrow_bridge|io/arrow_fs|pyworker/|sources/|connect/).*\.cc$")),
    (re.compile(r"^regex$"), "<regex>", re.compile(r"(?!)")),
    (re.compile(r"^iostream$"), "<iostream>", re.compile(r"\.cc$")),
    (re.compile(r"^fmt/(?!core\.h$)"), "fmt beyond fmt/core.h", re.compile(r"\.cc$")),
]


def layers_of_table():
    text = (ROOT / "cmake/flint_layer.cmake").read_text()
    return re.search(r"set\(FLINT_LAYERS([^)]*)\)", text).group(1).split()


def arguments_of(cmake_call, keyword):
    """The words after `keyword` in a flint_layer call, up to the next keyword."""
    words = cmake_call.split()
    if keyword not in words:
        return []
    result = []
    for word in words[words.index(keyword) + 1:]:
        if word.isupper():
            break
        result.append(word)
    return result


def read_layers(problems):
    """Maps each layer that has a folder to its DEPS and TEST_DEPS."""
    table = layers_of_table()
    declared = {}
    for folder in sorted((ROOT / "src").iterdir()):
        if not folder.is_dir():
            continue
        listing = folder / "CMakeLists.txt"
        name = folder.name
        if name not in table or not listing.exists():
            problems.append(f"src/{name}: is no layer of FLINT_LAYERS, or has no CMakeLists.txt")
            continue
        text = re.sub(r"#.*", "", listing.read_text())
        call = re.search(r"flint_layer\(([^)]*)\)", text)
        if call is None or arguments_of(call.group(1), "NAME") != [name]:
            problems.append(f"src/{name}/CMakeLists.txt: needs a call flint_layer(NAME {name} ...)")
            continue
        always = [] if name == "base" else ["base"] if name == "types" else ["base", "types"]
        deps = always + arguments_of(call.group(1), "DEPS")
        test_deps = [word for word in arguments_of(call.group(1), "TEST_DEPS") if not word.startswith("flint_")]
        for dep in deps + test_deps:
            if dep not in table:
                problems.append(f"src/{name}/CMakeLists.txt: `{dep}` is no layer")
        declared[name] = (deps, test_deps)
    return declared


def find_cycles(declared, problems):
    done, path = set(), []

    def visit(name):
        if name in path:
            problems.append("the DEPS have a cycle: " + " -> ".join(path[path.index(name):] + [name]))
            return
        if name in done or name not in declared:
            return
        path.append(name)
        for dep in declared[name][0]:
            visit(dep)
        path.pop()
        done.add(name)

    for name in declared:
        visit(name)


def reachable(declared, starts):
    seen, open_ = set(), list(starts)
    while open_:
        name = open_.pop()
        if name not in seen:
            seen.add(name)
            open_ += declared.get(name, ([], []))[0]
    return seen


def check_file(path, allowed, table, problems):
    relative = path.relative_to(ROOT)
    inside = path.relative_to(ROOT / "src").as_posix() if (ROOT / "src") in path.parents else None
    for match in INCLUDE.finditer(path.read_text()):
        kind, header = match.groups()
        line = path.read_text()[:match.start(2)].count("\n") + 1
        top = header.split("/")[0]
        if kind == '"' and top in table and "/" in header and top not in allowed:
            problems.append(f"{relative}:{line}: includes {header}, but `{top}` is not in its DEPS")
        if kind == '"' and "/" not in header:
            problems.append(f"{relative}:{line}: includes {header}; headers are named from src/: \"layer/{header}\"")
        if inside is None:
            continue
        for pattern, what, may in WALLS:
            if pattern.search(header) and not may.search(inside):
                problems.append(f"{relative}:{line}: includes {header}; {what} may not be included here")


def main():
    problems = []
    table = layers_of_table()
    declared = read_layers(problems)
    find_cycles(declared, problems)
    for name, (deps, test_deps) in declared.items():
        allowed = reachable(declared, deps) | {name}
        allowed_in_tests = reachable(declared, deps + test_deps) | {name}
        for path in sorted((ROOT / "src" / name).rglob("*")):
            if path.suffix in (".h", ".cc", ".inc"):
                is_test = path.name.endswith("_test.cc") or path.parent.name == "testing"
                check_file(path, allowed_in_tests if is_test else allowed, table, problems)
    for path in sorted((ROOT / "include").rglob("*.h")):
        check_file(path, set(), table, problems)
    for problem in problems:
        print(problem)
    if problems:
        sys.exit(f"check_layers: {len(problems)} problems")


if __name__ == "__main__":
    main()
