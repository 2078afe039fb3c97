"""The Python package as its users have it: a wheel in an environment of its own, with a server that lives as long as the program."""

import os
import pathlib
import signal
import site
import subprocess
import sys
import time

import pytest

from conftest import BINARY, ROOT

SECONDS = 60


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The interpreter of a new environment with the wheel, and with the client of the environment that tests."""
    folder = tmp_path_factory.mktemp("package")
    build = pathlib.Path(BINARY).parent.parent
    made = subprocess.run([sys.executable, ROOT / "tools/make_wheel.py", build, folder], check=True, capture_output=True, text=True, timeout=300)
    environment = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True, timeout=SECONDS)
    python = environment / "bin/python"
    install = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-index", "--no-deps", "--disable-pip-version-check", made.stdout.strip()]
    subprocess.run(install, check=True, timeout=300)
    packages = next((environment / "lib").glob("python3*/site-packages"))
    (packages / "client.pth").write_text("\n".join(site.getsitepackages()))
    return python


@pytest.fixture
def start(python, tmp_path):
    """Starts a program of the environment; its output is a pipe."""
    programs = []

    def run(program):
        environment = {key: value for key, value in os.environ.items() if key not in ("FLINT_BIN", "PYTHONPATH", "PYSPARK_PYTHON", "SPARK_REMOTE")}
        command = [python, "-W", "ignore", "-c", program]
        programs.append(subprocess.Popen(command, cwd=tmp_path, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return programs[-1]

    yield run
    for program in programs:
        program.kill()
        program.wait()


def ends(process_id):
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            state = pathlib.Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_program_has_a_session_in_one_line(start, tmp_path):
    (tmp_path / "people.csv").write_text("name,age\nAda,36\n")
    program = start("""if True:
        import flint
        spark = flint.session(memory="2g", config={"spark.sql.shuffle.partitions": 3, "spark.sql.repl.eagerEval.enabled": True})
        assert flint.session() is spark
        print(spark.conf.get("spark.driver.memory"), spark.conf.get("spark.sql.shuffle.partitions"))
        print(spark.read.csv("people.csv", header=True).first())
        from pyspark.sql.functions import udf
        print(spark.range(3).select(udf(lambda x: x + 1, "bigint")("id").alias("y")).agg({"y": "sum"}).first()[0])
        print(spark.range(1)._repr_html_())
    """)
    output, _ = program.communicate(timeout=SECONDS)
    assert program.returncode == 0
    assert output == "2g 3\nRow(name='Ada', age='36')\n6\n<table border='1'>\n<tr><th>id</th></tr>\n<tr><td>0</td></tr>\n</table>\n\n"


def test_the_server_ends_with_the_program_however_that_ends(start):
    script = """if True:
        import flint, flint.sessions
        from pyspark.sql.functions import udf
        spark = flint.session()
        spark.range(3).select(udf(lambda x: x + 1, "bigint")("id")).collect()  # a worker is there, too
        print(flint.sessions._server._process.pid, flush=True)
        input()
    """
    for end in (signal.SIGKILL, signal.SIGTERM, None):
        program = start(script)
        server = int(program.stdout.readline())
        assert not pathlib.Path(f"/proc/{server}/stat").read_text().rsplit(")", 1)[1].startswith(" Z")
        if end is None:
            program.communicate("\n", timeout=SECONDS)
            assert program.returncode == 0
        else:
            program.send_signal(end)
        assert ends(server)


def test_a_stopped_server_is_followed_by_another(start):
    program = start("""if True:
        import flint
        first = flint.session()
        flint.stop()
        print(flint.session().range(2).count(), first.is_stopped)
        with flint.Server() as server:
            from pyspark.sql import SparkSession
            spark = SparkSession.builder.remote(server.remote).create()
            print(spark.sql("SELECT 1 AS one").first().one)
            try:
                flint.Server(port=server.port)
            except flint.ServerError as error:
                print("refused", str(server.port) in str(error))
            spark.stop()
    """)
    output, _ = program.communicate(timeout=SECONDS)
    assert (program.returncode, output) == (0, "2 True\n1\nrefused True\n")


def test_the_package_brings_its_libraries(python):
    package = next((python.parent.parent / "lib").glob("python3*/site-packages/flint"))
    listing = subprocess.run(["ldd", package / "bin/flint"], check=True, capture_output=True, text=True).stdout
    outside = [line.split()[0] for line in listing.splitlines() if "=>" in line and str(package) not in line]
    assert {name.split(".so")[0] for name in outside} <= {"libc", "libm", "libdl", "librt", "libpthread", "libgcc_s", "libstdc++"}
