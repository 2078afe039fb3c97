"""The layer and style checks find what they are there for, in a small source tree made to break each rule."""

import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def tree(tmp_path):
    """A tree without a fault: `columnar` stands on `memory`, `expr` on `columnar`."""
    (tmp_path / "tools").mkdir()
    for name in ("check_layers.py", "check_style.py"):
        shutil.copy(ROOT / "tools" / name, tmp_path / "tools")
    (tmp_path / "tools/size_exceptions.txt").write_text("")
    (tmp_path / "cmake").mkdir()
    shutil.copy(ROOT / "cmake/flint_layer.cmake", tmp_path / "cmake")
    for layer, deps in {"base": "", "types": "", "memory": "", "columnar": "DEPS memory", "expr": "DEPS columnar"}.items():
        folder = tmp_path / "src" / layer
        folder.mkdir(parents=True)
        (folder / "CMakeLists.txt").write_text(f"flint_layer(NAME {layer} {deps} LIBS external::fmt)\n")
        (folder / "README.md").write_text("What lives here.\n")
    return tmp_path


def check(tree, script):
    run = subprocess.run([sys.executable, tree / "tools" / script], capture_output=True, text=True)
    assert (run.returncode != 0) == bool(run.stdout), run.stderr
    return run.stdout


def write(tree, path, text):
    (tree / path).parent.mkdir(parents=True, exist_ok=True)
    (tree / path).write_text(text)


def test_a_clean_tree_passes(tree):
    write(tree, "src/expr/a.cc", '#include "expr/a.h"\n#include "memory/pool.h"\n#include "types/b.h"\n#include <vector>\n')
    assert check(tree, "check_layers.py") == ""
    assert check(tree, "check_style.py") == ""


@pytest.mark.parametrize("path, text, problem", [
    ("src/memory/a.cc", '#include "columnar/vector.h"\n', "`columnar` is not in its DEPS"),
    ("src/base/a.cc", '#include "types/decimal.h"\n', "`types` is not in its DEPS"),
    ("src/base/a.cc", '#include "a.h"\n', 'named from src/'),
    ("include/flint/a.h", '#include "expr/a.h"\n', "`expr` is not in its DEPS"),
    ("src/expr/a.cc", "#include <arrow/api.h>\n", "Arrow, Parquet and ORC may not"),
    ("src/expr/a.cc", '#include "spark/connect/base.pb.h"\n', "protobuf and gRPC may not"),
    ("src/expr/a.cc", "#include <regex>\n", "<regex> may not"),
    ("src/expr/a.h", "#include <iostream>\n", "<iostream> may not"),
    ("src/expr/a.h", "#include <fmt/format.h>\n", "fmt beyond fmt/core.h may not"),
    ("src/columnar/arrow_bridge.h", "#include <arrow/api.h>\n", "Arrow, Parquet and ORC may not"),
    ("src/memory/CMakeLists.txt", "flint_layer(NAME memory DEPS expr)\n", "cycle"),
    ("src/memory/CMakeLists.txt", "flint_layer(NAME memory DEPS exprs)\n", "`exprs` is no layer"),
    ("src/stuff/CMakeLists.txt", "flint_layer(NAME stuff)\n", "is no layer of FLINT_LAYERS"),
])
def test_a_layer_rule_broken_is_found(tree, path, text, problem):
    write(tree, path, text)
    assert problem in check(tree, "check_layers.py")


@pytest.mark.parametrize("path, text", [
    ("src/columnar/arrow_bridge.cc", "#include <arrow/api.h>\n"),
    ("src/columnar/arrow_bridge.h", "#include <arrow/c/abi.h>\n"),
    ("src/expr/a.h", "#include <fmt/core.h>\n"),
])
def test_what_a_wall_lets_through(tree, path, text):
    write(tree, path, text)
    assert check(tree, "check_layers.py") == ""


def test_tests_may_see_their_test_deps(tree):
    write(tree, "src/memory/CMakeLists.txt", "flint_layer(NAME memory TEST_DEPS types\n  LIBS external::fmt)\n")
    write(tree, "src/columnar/CMakeLists.txt", "flint_layer(NAME columnar DEPS memory TEST_DEPS expr)\n")
    write(tree, "src/columnar/a_test.cc", '#include "expr/a.h"\n')
    assert check(tree, "check_layers.py") == ""
    write(tree, "src/columnar/a.cc", '#include "expr/a.h"\n')
    assert "`expr` is not in its DEPS" in check(tree, "check_layers.py")


@pytest.mark.parametrize("path, text, problem", [
    ("src/base/a.cc", "void f() {\n  throw 1;\n}\n", "src/base/a.cc:2: `throw`"),
    ("src/base/string_util.cc", "", "does not say what is inside"),
    ("src/base/plan_common.h", "", "does not say what is inside"),
    ("src/base/a.h", "struct PlanHelper {};\n", "PlanHelper does not say"),
    ("src/base/a.h", "\n" * 301, "more than 300"),
    ("src/base/a.cc", "\n" * 801, "more than 800"),
    ("tools/size_exceptions.txt", "src/base/gone.cc: a table\n", "there is no src/base/gone.cc"),
    ("src/state/CMakeLists.txt", "", "has no README.md"),
])
def test_a_style_rule_broken_is_found(tree, path, text, problem):
    write(tree, path, text)
    assert problem in check(tree, "check_style.py")


@pytest.mark.parametrize("path, text", [
    ("src/base/a.cc", '// never throw\nconst char* text = "throw";\n/* throw\n throw */ auto raw = R"(throw ")";\n'),
    ("src/base/common_subexpressions.cc", "class CommonTableExpression {};\n"),
    ("src/base/a.cc", "char quote = '\"'; char tick = '\\'';\nint million = 1'000'000;\n"),
])
def test_what_only_looks_like_a_fault(tree, path, text):
    write(tree, path, text)
    assert check(tree, "check_style.py") == ""


def test_a_listed_file_may_be_long(tree):
    write(tree, "src/base/a.cc", "\n" * 900)
    write(tree, "tools/size_exceptions.txt", "src/base/a.cc: one table of names\n")
    assert check(tree, "check_style.py") == ""
    write(tree, "src/base/a.cc", "\n")
    assert "needs no place" in check(tree, "check_style.py")
