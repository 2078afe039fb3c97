#!/usr/bin/env python3
"""Checks that every header compiles alone.

    check_headers.py BUILD_FOLDER

A header that is the first include of its own source or test file is proved by the build; the others are compiled here, with the
flags of their layer.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIRST_INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
FALLBACK = ["c++", "-std=c++20", f"-I{ROOT}/src", f"-I{ROOT}/include"]


def is_proved_by_the_build(header, name):
    for suffix in (".cc", "_test.cc"):
        source = header.with_name(header.stem + suffix)
        if source.exists():
            first = FIRST_INCLUDE.search(source.read_text())
            if first and first.group(1) == name:
                return True
    return False


def flags_by_layer(build):
    """The compiler and the flags that do not name a file, of one source in each layer."""
    result = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["file"])
        if ROOT / "src" not in path.parents:
            continue
        layer = path.relative_to(ROOT / "src").parts[0]
        words = shlex.split(entry["command"])
        words = words[next(i for i, word in enumerate(words) if re.search(r"(c|g)\+\+$", word)):]
        flags = [word for i, word in enumerate(words) if word not in ("-c", "-o") and words[i - 1] not in ("-c", "-o")]
        result.setdefault(layer, flags)
    return result


def compile_alone(command, name):
    run = subprocess.run(command + ["-fsyntax-only", "-x", "c++", "-"],
                         input=f'#include "{name}"\n', capture_output=True, text=True)
    return name, run.returncode, run.stderr


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    flags = flags_by_layer(build)
    work = []
    for top in ("src", "include"):
        for header in sorted((ROOT / top).rglob("*.h")):
            name = header.relative_to(ROOT / top).as_posix()
            if not is_proved_by_the_build(header, name):
                work.append((flags.get(name.split("/")[0], flags.get("base", FALLBACK)), name))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, status, errors in pool.map(lambda item: compile_alone(*item), work):
            if status != 0:
                failed += 1
                print(f"{name}: does not compile alone:\n{errors}")
    if failed:
        sys.exit(f"check_headers: {failed} of {len(work)} headers do not compile alone")


if __name__ == "__main__":
    main()
