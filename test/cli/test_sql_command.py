"""`flint sql` without a terminal: statements, formats, errors, exit statuses."""
import json
import os
import signal
import subprocess
import time

import pytest
from conftest import BINARY


def test_table_is_aligned_and_nothing_is_cut(run):
    result = run("-e", "SELECT 1 AS n, 'x' AS text, NULL AS nothing UNION ALL SELECT 1000, repeat('long ', 10), NULL ORDER BY n")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[1].split() == ["|", "n", "|", "text", "|", "nothing", "|"]
    assert lines[3] == "|    1 | x" + " " * 49 + " | NULL    |"
    assert lines[4] == "| 1000 | " + "long " * 10 + " | NULL    |"
    assert {len(line) for line in lines} == {len(lines[0])}


def test_cells_of_several_lines_are_drawn_over_several_lines(run):
    lines = run("-e", "SELECT 'a\\nbb' AS t, 7 AS n").stdout.splitlines()
    assert lines[3:5] == ["| a   |   7 |", "| bb  |     |"]


def test_csv_quotes_what_needs_it_and_tells_null_from_empty(run):
    result = run("--format", "csv", "-e", "SELECT 1 AS `a,b`, 'x\"y' AS c, NULL AS d, '' AS e, array(1, 2) AS f")
    assert result.stdout == '"a,b",c,d,e,f\n1,"x""y",,"","[1, 2]"\n'


def test_json_has_an_object_a_row_with_types(run):
    result = run("--format=json", "-e", "SELECT 1 AS a, 'x' AS b, NULL AS c, array(1.5D) AS d, named_struct('f', true) AS e, DATE'2024-02-29' AS g")
    assert json.loads(result.stdout) == {"a": 1, "b": "x", "c": None, "d": [1.5], "e": {"f": True}, "g": "2024-02-29"}


def test_results_without_rows_have_their_head(run):
    assert run("--format", "csv", "-e", "SELECT 1 AS a WHERE false").stdout == "a\n"
    assert run("-e", "SELECT 1 AS a WHERE false").stdout.splitlines()[1] == "| a   |"
    assert run("--format", "json", "-e", "SELECT 1 AS a WHERE false").stdout == ""


def test_statements_of_texts_files_and_standard_input(run, tmp_path):
    (tmp_path / "a.sql").write_text("SELECT ';' AS semicolon; -- not ; here\n/* nor ; here */ SELECT 2 AS last")
    assert run("--format", "csv", "-e", "CREATE TEMP VIEW v AS SELECT 1 AS a; SELECT * FROM v", "-f", "a.sql", "-e", "SELECT a + 2 AS b FROM v").stdout == (
        "a\n1\nsemicolon\n;\nlast\n2\nb\n3\n")
    assert run("--format", "csv", input="SELECT 1 AS a;\n\nSELECT\n 2 AS b\n;-- end").stdout == "a\n1\nb\n2\n"


def test_first_failure_ends_the_run(run):
    for result in [run("--format", "csv", "-e", "SELECT 1 AS a; SELECT x; SELECT 3 AS c"), run("--format", "csv", input="SELECT 1 AS a; SELECT x; SELECT 3 AS c;")]:
        assert result.returncode == 1
        assert result.stdout == "a\n1\n"
        assert "[UNRESOLVED_COLUMN" in result.stderr and "SQLSTATE: 42703" in result.stderr


def test_errors_mark_their_place(run):
    stderr = run("-e", "SELECT 1,\n  2 div 0").stderr
    assert "[DIVIDE_BY_ZERO]" in stderr and "SQLSTATE: 22012" in stderr
    assert "== SQL (line 2, position 3) ==\n  2 div 0\n  ^^^^^^^" in stderr
    assert "PARSE_SYNTAX_ERROR" in run("-e", "SELECT FROM WHERE").stderr


@pytest.mark.parametrize("arguments, says", [
    (["--nonsense"], "unknown option --nonsense"),
    (["-e"], "the option -e needs a value"),
    (["--format", "xml"], "--format is table, csv or json"),
    (["-f", "/no/such/file.sql"], "cannot read the file /no/such/file.sql"),
    (["--properties-file", "/no/such/file"], "/no/such/file"),
    (["--conf", "spark.sql.shuffle.partitions", "-e", "SELECT 1"], "--conf needs key=value"),
    (["--conf", "spark.driver.memory=many", "-e", "SELECT 1"], "spark.driver.memory"),
    (["--conf", "spark.sql.shuffle.partitions=many", "-e", "SELECT 1"], "spark.sql.shuffle.partitions"),
])
def test_what_cannot_be_is_one_line_and_status_2(run, arguments, says):
    result = run(*arguments)
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1 and says in result.stderr
    assert result.stdout == ""


def test_settings_and_timing(run, tmp_path):
    (tmp_path / "settings").write_text("spark.sql.session.timeZone Asia/Tokyo\nspark.sql.ansi.enabled=false\n")
    result = run("--properties-file", "settings", "--conf", "spark.sql.session.timeZone=America/Lima", "--timing", "--format", "csv",
                 "-e", "SELECT current_timezone() AS z, 1 / 0 AS q")
    assert result.stdout == "z,q\nAmerica/Lima,\n"
    assert "Time taken: " in result.stderr and "Fetched 1 row(s)" in result.stderr


def test_rows_stream_while_the_query_runs(tmp_path):
    # A result that is never read to its end: the first rows are there long before it could be, and closing the pipe ends the program.
    program = subprocess.Popen([BINARY, "sql", "--format", "csv", "-e", "SELECT id FROM range(100000000000)"], stdout=subprocess.PIPE, cwd=tmp_path)
    assert program.stdout.readline() == b"id\n"
    assert program.stdout.readline() == b"0\n"
    program.stdout.close()
    assert program.wait(30) == -signal.SIGPIPE


def test_interrupt_ends_a_run_with_status_130(tmp_path):
    program = subprocess.Popen([BINARY, "sql", "-e", "SELECT 1 AS started", "-e", "SELECT count(*) FROM range(100000000000) WHERE id % 3 = 1"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path)
    while b"1 |" not in program.stdout.readline():
        pass
    end = time.monotonic() + 30
    while program.poll() is None and time.monotonic() < end:
        os.kill(program.pid, signal.SIGINT)
        try:
            program.wait(0.5)
        except subprocess.TimeoutExpired:
            pass
    assert program.returncode == 130


def test_commands_print_their_rows(run):
    assert run("--format", "csv", "-e", "EXECUTE IMMEDIATE 'SELECT sum(id) AS s, max(id) AS m FROM range(4) HAVING sum(id) > 1'").stdout == "s,m\n6,3\n"
    assert "a,INT" in run("--format", "csv", "-e", "CREATE TEMP VIEW v AS SELECT 1 AS a; DESCRIBE v").stdout.replace("int", "INT")
    assert run("-e", "CREATE TEMP VIEW v AS SELECT 1 AS a").stdout == ""


def test_a_script_that_stops_reading_ends_nothing_else(run):
    shown = run("-e", "SELECT count(*) AS n FROM (SELECT TRANSFORM(id) USING 'head -1' AS (x) FROM range(0, 1000000, 1, 1))", "--format", "csv")
    assert (shown.returncode, shown.stdout) == (0, "n\n1\n"), shown.stderr
