"""TLS, tokens, and secrets that are not shown."""

import os
import subprocess
import sys
import textwrap

import pytest

from conftest import BINARY, connect, free_port


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return folder


def run_client(url, certificate):
    """A client in a process of its own, which trusts that certificate."""
    program = f"""
        import warnings
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession
        try:
            spark = SparkSession.builder.remote({url!r}).config("spark.connect.grpc.retryPolicy.maxRetries", "1").create()
            print("answer", spark.range(5).count())
        except Exception as error:
            print("refused", str(error))
    """
    file = certificate / "client.py"
    file.write_text(textwrap.dedent(program))
    done = subprocess.run(
        [sys.executable, file],
        env=os.environ | {"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(certificate / "cert.pem")},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return done.stdout or done.stderr


def test_tls_with_a_token(start_server, certificate):
    server = start_server(
        "--tls-certificate", str(certificate / "cert.pem"), "--tls-key", str(certificate / "key.pem"),
        "--conf", "spark.connect.authenticate.token=open-sesame",
    )  # fmt: skip
    assert run_client(f"sc://localhost:{server.port}/;use_ssl=true;token=open-sesame", certificate) == "answer 5\n"
    wrong = run_client(f"sc://localhost:{server.port}/;use_ssl=true;token=sesame", certificate)
    assert wrong.startswith("refused") and "UNAUTHENTICATED" in wrong and "open-sesame" not in wrong


@pytest.mark.parametrize("options", [[], ["--conf", "spark.connect.authenticate.token=t"]])
def test_other_machines_need_tls_and_a_token(tmp_path, options):
    done = subprocess.run([BINARY, "server", "--host", "0.0.0.0", "--port", str(free_port()), *options], capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 2
    assert "needs a token" in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_certificate_that_cannot_be_read(tmp_path):
    done = subprocess.run(
        [BINARY, "server", "--port", str(free_port()), "--tls-certificate", "no.pem", "--tls-key", "no.pem"], capture_output=True, text=True, timeout=60, cwd=tmp_path
    )
    assert done.returncode == 2 and "cannot read no.pem" in done.stderr


def test_secrets_are_not_shown(start_server, tmp_path):
    server = start_server("--conf", "spark.hadoop.fs.s3a.access.key=AKIA123", "--conf", "spark.some.password=hunter2")
    spark = connect(server)
    shown = {row.key: row.value for row in spark.sql("SET").collect()}
    assert shown["spark.some.password"] == shown["spark.hadoop.fs.s3a.access.key"] == "*********(redacted)"
    assert spark.sql("SET spark.some.password").first().value == "*********(redacted)"
    assert spark.sql("SET spark.my.Secret=abc").first().value == "*********(redacted)"
    assert spark.sql("SET spark.my.other=has a token inside").first().value == "*********(redacted)"
    assert "hunter2" not in str(spark.sql("SET -v").collect())
    assert spark.sql("SET spark.sql.shuffle.partitions=9").first().value == "9"
    spark.stop()
    server.stop()
    assert b"hunter2" not in (tmp_path / "server.log").read_bytes()


def test_the_pattern_of_secrets_is_a_setting(start_server):
    server = start_server("--conf", "spark.redaction.regex=(?i)hidden", "--conf", "spark.my.hidden.thing=x", "--conf", "spark.my.password=y")
    spark = connect(server)
    assert spark.sql("SET spark.my.hidden.thing").first().value == "*********(redacted)"
    assert spark.sql("SET spark.my.password").first().value == "y"
    spark.stop()
