#!/usr/bin/env python3
"""Makes C++ constants of the error conditions.

    generate_conditions.py error_conditions.json OUTPUT_FOLDER

Writes condition_constants.h and condition_constants.cc. The JSON maps a condition's name to its `sqlState`, `message`,
`parameters` and, optionally, `subConditions`: name to `message` and `parameters`, which are added to the parent's. Those with
`declaredIn` are left out of the header: that file declares them, for the few that raise them.
"""

import json
import pathlib
import re
import sys


def constant_name(name):
    return "k" + "".join(word.capitalize() for word in re.split(r"[._]", name) if word)


def cpp_string(text):
    return json.dumps(text)


def conditions_of(declared):
    """Yields (full name, SQLSTATE, message, parameters) of every condition and sub-condition."""
    for name, entry in declared.items():
        yield name, entry["sqlState"], entry["message"], entry["parameters"]
        for sub_name, sub in entry.get("subConditions", {}).items():
            added = [p for p in sub["parameters"] if p not in entry["parameters"]]
            message = f"{entry['message']} {sub['message']}".strip()
            yield f"{name}.{sub_name}", entry["sqlState"], message, entry["parameters"] + added


def check(conditions):
    constants = {}
    for name, sql_state, message, parameters in conditions:
        other = constants.setdefault(constant_name(name), name)
        if other != name:
            sys.exit(f"{name} and {other} would both be {constant_name(name)}")
        if not name.startswith("_LEGACY_") and not re.fullmatch(r"[0-9A-Z]{5}", sql_state):
            sys.exit(f"{name}: {sql_state!r} is no SQLSTATE")
        unknown = set(re.findall(r"<(\w+)>", message)) - set(parameters)
        if unknown:
            sys.exit(f"{name}: the message uses undeclared parameters {sorted(unknown)}")


def header(conditions, elsewhere):
    lines = ["#pragma once", "", "// Generated from base/error_conditions.json; change it there.", "",
             "namespace flint {", "inline namespace base {", "struct Condition;", "namespace condition {"]
    lines += [f"extern const Condition {constant_name(name)};" for name, *_ in conditions if name not in elsewhere]
    lines += ["}  // namespace condition", "}  // namespace base", "}  // namespace flint", ""]
    return "\n".join(lines)


def source(conditions):
    lines = ['#include "base/condition.h"', '#include "base/legacy_conditions.h"', "", "namespace flint {", "inline namespace base {", "namespace condition {",
             "namespace {"]
    arrays = {}  # parameter lists are shared: a few hundred distinct ones
    for _, _, _, parameters in conditions:
        key = tuple(parameters)
        if key and key not in arrays:
            arrays[key] = f"kParameters{len(arrays)}"
            names = ", ".join(cpp_string(p) for p in key)
            lines.append(f"constexpr std::string_view {arrays[key]}[] = {{{names}}};")
    lines.append("}  // namespace")
    for name, sql_state, message, parameters in conditions:
        array = arrays.get(tuple(parameters), "nullptr")
        lines.append(f"constinit const Condition {constant_name(name)}{{{cpp_string(name)}, {cpp_string(sql_state)}, "
                     f"{cpp_string(message)}, {array}, {len(parameters)}}};")
    lines += ["}  // namespace condition", "", "namespace {", "constexpr const Condition* kAllConditions[] = {"]
    lines += [f"    &condition::{constant_name(name)}," for name, *_ in sorted(conditions)]
    lines += ["};", "}  // namespace", "",
              "std::span<const Condition* const> allConditions() { return kAllConditions; }", "",
              "}  // namespace base", "}  // namespace flint", ""]
    return "\n".join(lines)


def write_if_changed(path, text):
    """Keeps the time of an unchanged file, so that nothing that includes it is compiled again."""
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def main():
    declared = json.loads(pathlib.Path(sys.argv[1]).read_text())
    output = pathlib.Path(sys.argv[2])
    output.mkdir(parents=True, exist_ok=True)
    conditions = list(conditions_of(declared))
    check(conditions)
    elsewhere = {name for name, entry in declared.items() if "declaredIn" in entry}
    write_if_changed(output / "condition_constants.h", header(conditions, elsewhere))
    write_if_changed(output / "condition_constants.cc", source(conditions))


if __name__ == "__main__":
    main()
