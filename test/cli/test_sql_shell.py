"""`flint sql` at a terminal: prompts, history, completion, Ctrl-C, progress."""

PROMPT = "flint (default)> "


def test_statements_have_several_lines_and_tell_their_time(shell):
    terminal = shell()
    terminal.expect(PROMPT)
    terminal.type("SELECT 1 AS a, -- ; no end\r")
    terminal.expect("              > ")
    terminal.type("'two; lines\r")
    terminal.expect("              > ")
    terminal.type("' AS b;\r")
    came = terminal.expect(PROMPT)
    assert "| two; lines |" in came
    assert "Time taken: " in came and "Fetched 1 row(s)" in came
    terminal.type("exit\r")
    assert terminal.status() == 0


def test_errors_leave_the_shell_running(shell):
    terminal = shell()
    terminal.type("SELECT nothing;\r")
    terminal.expect("[UNRESOLVED_COLUMN")
    terminal.expect(PROMPT)
    terminal.type("SELECT 40 + 2 AS answer;\r")
    terminal.expect("42 |")
    terminal.type("quit;\r")
    assert terminal.status() == 0


def test_interrupt_drops_the_line_and_end_of_input_leaves(shell):
    terminal = shell()
    terminal.expect(PROMPT)
    terminal.type("SELECT 'half a\r")
    terminal.expect("> ")
    terminal.type("statement\x03")
    terminal.expect("^C")
    terminal.expect(PROMPT)
    terminal.type("SELECT 'whole' AS w;\r")
    terminal.expect("| whole |")
    terminal.expect(PROMPT)
    terminal.type("\x04")
    assert terminal.status() == 0


def test_interrupt_cancels_the_query_behind_its_progress(shell):
    terminal = shell()
    terminal.expect(PROMPT)
    terminal.type("SELECT count(*) FROM range(100000000000) WHERE id % 3 = 1;\r")
    terminal.expect("splits read")
    terminal.type("\x03")
    terminal.expect("[OPERATION_CANCELED]")
    terminal.expect(PROMPT)
    terminal.type("SELECT 'still here' AS s;\r")
    terminal.expect("| still here |")


def test_interrupt_cancels_a_command_that_queries(shell):
    terminal = shell()
    terminal.expect(PROMPT)
    terminal.type("CREATE TABLE t USING parquet AS SELECT count(*) AS n FROM range(100000000000) WHERE id % 3 = 1;\r")
    terminal.expect("splits read")
    terminal.type("\x03")
    terminal.expect("[OPERATION_CANCELED]")
    terminal.expect(PROMPT)


def test_history_keeps_whole_statements(shell, tmp_path):
    terminal = shell()
    terminal.expect(PROMPT)
    terminal.type("SELECT 'first'\r AS kept;\r")
    terminal.expect("| first |")
    terminal.expect(PROMPT)
    terminal.type("exit\r")
    assert terminal.status() == 0
    assert (tmp_path / "history").stat().st_mode & 0o777 == 0o600
    terminal = shell()
    terminal.expect(PROMPT)
    terminal.type("\x1b[A\x1b[A\r")  # up over `exit`
    terminal.expect("| first |")


def test_completion_knows_keywords_functions_tables_and_columns(shell):
    terminal = shell()
    terminal.expect(PROMPT)
    terminal.type("CREATE TEMP VIEW sightings AS SELECT 1 AS site_name, 2 AS observer;\r")
    terminal.expect(PROMPT)
    terminal.type("SELEC\t sit\t, weekofy\t('2024-01-01') AS w FROM sigh\t;\r")
    terminal.expect("| site_name |")
    terminal.expect(PROMPT)
    terminal.type("SELECT sightings.obs\t FROM sightings;\r")
    terminal.expect("| observer |")


def test_shell_commands_change_the_output(shell):
    terminal = shell("--no-timing")
    terminal.expect(PROMPT)
    terminal.type(".format csv\r")
    terminal.expect(PROMPT)
    terminal.type("SELECT 1 AS a, 'b' AS c;\r")
    assert "a,c\n1,b\n" in terminal.expect(PROMPT)
    terminal.type(".timing on\r")
    terminal.expect(PROMPT)
    terminal.type("USE default;\r")
    terminal.expect("Time taken: ")
    terminal.type(".nonsense\r")
    terminal.expect(".format table|csv|json")
