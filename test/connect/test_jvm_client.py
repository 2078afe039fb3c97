"""The Connect client of the JVM, unchanged, runs a Java program. Skipped where there is no JDK, no Maven, or no repository that has the client."""

import pathlib
import shutil
import subprocess

import pytest

FOLDER = pathlib.Path(__file__).resolve().parent / "jvm"
# As Spark's own launcher opens them: Arrow's and Spark's classes look into these.
OPENED = ("java.lang", "java.lang.invoke", "java.nio", "java.util", "sun.nio.ch", "sun.util.calendar")


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    for tool in ("javac", "java", "mvn"):
        if shutil.which(tool) is None:
            pytest.skip(f"there is no {tool}")
    folder = tmp_path_factory.mktemp("jvm")
    listing = folder / "classpath"
    resolve = ["mvn", "-q", "-B", "-f", FOLDER / "pom.xml", "dependency:build-classpath", f"-Dmdep.outputFile={listing}", "-DincludeScope=runtime"]
    try:
        found = subprocess.run(resolve, capture_output=True, text=True, timeout=90)
    except subprocess.TimeoutExpired:
        pytest.skip("Maven does not get the client in time")
    if found.returncode != 0:
        pytest.skip("Maven does not get the client: " + found.stdout.strip().splitlines()[0])
    path = f"{listing.read_text().strip()}:{folder}"
    subprocess.run(["javac", "-cp", path, "-d", folder, FOLDER / "ClientProgram.java"], check=True, timeout=120)
    return path


def test_a_java_program_runs(server, classes, tmp_path):
    opened = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED]
    command = ["java", *opened, "-Dio.netty.tryReflectionSetAccessible=true", "-cp", classes, "ClientProgram", server.remote]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=180)
    failed = [line for line in done.stdout.splitlines() if not line.startswith("ok ")]
    assert (failed, done.returncode) == (["0 failed"], 0), done.stdout + done.stderr[-2000:]
