"""Input that is wrong: each gets Spark's condition, that query alone fails, and the server goes on."""

import os
import struct
import uuid

import grpc
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pyspark.sql.connect.proto as pb
from pyspark.errors import PySparkException
from pyspark.sql import functions as F
from pyspark.sql.types import IntegerType, StringType, StructField, StructType


@pytest.fixture(autouse=True)
def goes_on(spark):
    yield
    assert spark.range(3).count() == 3


def condition(run):
    with pytest.raises(PySparkException) as caught:
        run()
    return caught.value.getCondition()


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


# Text formats: what does not fit is null, left out, or an error, as the mode says.

CSV = "1,one\nx,two\n3,three,more\n4\n5,five\n"
CSV_SCHEMA = "n INT, name STRING"


def test_csv_permissive(spark, tmp_path):
    path = write(tmp_path, "a.csv", CSV)
    rows = spark.read.schema(CSV_SCHEMA + ", _corrupt_record STRING").csv(path).collect()
    assert [tuple(row) for row in rows] == [
        (1, "one", None),
        (None, "two", "x,two"),
        (3, "three", "3,three,more"),
        (4, None, "4"),
        (5, "five", None),
    ]
    rows = spark.read.schema(CSV_SCHEMA + ", bad STRING").option("columnNameOfCorruptRecord", "bad").csv(path).where("bad IS NOT NULL").collect()
    assert [row.bad for row in rows] == ["x,two", "3,three,more", "4"]


def test_csv_dropmalformed(spark, tmp_path):
    path = write(tmp_path, "a.csv", CSV)
    rows = spark.read.schema(CSV_SCHEMA).option("mode", "DROPMALFORMED").csv(path).collect()
    assert [tuple(row) for row in rows] == [(1, "one"), (5, "five")]


def test_csv_failfast(spark, tmp_path):
    path = write(tmp_path, "a.csv", CSV)
    found = condition(lambda: spark.read.schema(CSV_SCHEMA).option("mode", "FAILFAST").csv(path).collect())
    assert found in ("FAILED_READ_FILE.NO_HINT", "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION")


JSON = '{"n": 1, "name": "one"}\n{"n": "x", "name": "two"}\n{"n": 3, "na\n[]\n{"n": 5, "name": "five"}\n'


def test_json_permissive(spark, tmp_path):
    path = write(tmp_path, "a.json", JSON)
    rows = spark.read.schema(CSV_SCHEMA + ", _corrupt_record STRING").json(path).collect()
    assert (rows[0].n, rows[0]._corrupt_record) == (1, None)
    assert (rows[1].n, rows[1].name, rows[1]._corrupt_record) == (None, "two", '{"n": "x", "name": "two"}')
    assert (rows[2].n, rows[2]._corrupt_record) == (None, '{"n": 3, "na')
    assert (rows[-1].n, rows[-1].name, rows[-1]._corrupt_record) == (5, "five", None)


def test_json_inference_finds_the_corrupt_record(spark, tmp_path):
    frame = spark.read.json(write(tmp_path, "a.json", '{"n": 1}\n{"n": \n'))
    assert frame.columns == ["_corrupt_record", "n"]
    assert sorted((row.n or 0, row._corrupt_record) for row in frame.collect()) == [(0, '{"n": '), (1, None)]


def test_json_dropmalformed_and_failfast(spark, tmp_path):
    path = write(tmp_path, "a.json", '{"n": 1}\n{"n": \n{"n": 3}\n')
    assert [row.n for row in spark.read.schema("n INT").option("mode", "DROPMALFORMED").json(path).collect()] == [1, 3]
    found = condition(lambda: spark.read.schema("n INT").option("mode", "FAILFAST").json(path).collect())
    assert found in ("FAILED_READ_FILE.NO_HINT", "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION")


def test_an_unknown_mode_is_permissive(spark, tmp_path):
    path = write(tmp_path, "a.csv", CSV)
    assert spark.read.schema(CSV_SCHEMA).option("mode", "NONSENSE").csv(path).count() == 5


@pytest.mark.parametrize("kind", ["csv", "text", "json"])
def test_invalid_utf8(spark, tmp_path, kind):
    broken = b'{"s": "a\xff\xfeb"}\n' if kind == "json" else b"a\xff\xfeb\n"
    path = write(tmp_path, "a." + kind, broken)
    frame = spark.read.format(kind).load(path)
    assert frame.select(F.length(frame.columns[0]).alias("n")).first().n >= 2


# Parquet.


def parquet_bytes(tmp_path):
    path = tmp_path / "good.parquet"
    pq.write_table(pa.table({"a": list(range(1000)), "b": [str(i) for i in range(1000)]}), path)
    content = path.read_bytes()
    path.unlink()
    return content


@pytest.mark.parametrize("damage", ["short", "magic", "footer", "length", "pages", "half"])
def test_damaged_parquet(spark, tmp_path, damage):
    good = parquet_bytes(tmp_path)
    content = {
        "short": b"PAR1",
        "magic": b"NOPE" + good[4:-4] + b"NOPE",
        "footer": good[:-200] + b"\xff" * 192 + good[-8:],
        "length": good[:-8] + struct.pack("<I", 0x7FFFFFFF) + b"PAR1",
        "pages": good[:4] + b"\xff" * 600 + good[604:],
        "half": good[: len(good) // 2],
    }[damage]
    path = write(tmp_path, "bad.parquet", content)
    found = condition(lambda: spark.read.schema("a BIGINT, b STRING").parquet(path).select(F.sum("a"), F.max("b")).collect())
    assert found.startswith("FAILED_READ_FILE")
    if damage != "pages":
        assert condition(lambda: spark.read.parquet(path).collect()).startswith(("FAILED_READ_FILE", "UNABLE_TO_INFER_SCHEMA"))
    spark.conf.set("spark.sql.files.ignoreCorruptFiles", "true")
    assert spark.read.schema("a BIGINT, b STRING").parquet(path).where("a < 0").count() == 0


def test_mixed_schemas(spark, tmp_path):
    pq.write_table(pa.table({"a": [1, 2]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"a": ["x", "y"]}), tmp_path / "2.parquet")
    found = condition(lambda: spark.read.schema("a BIGINT").parquet(str(tmp_path)).collect())
    assert found.startswith("FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH")
    assert condition(lambda: spark.read.option("mergeSchema", "true").parquet(str(tmp_path)).collect()) == "CANNOT_MERGE_SCHEMAS"


def test_missing_paths(spark, tmp_path):
    for kind in ("parquet", "csv", "json", "text"):
        assert condition(lambda: spark.read.format(kind).load(str(tmp_path / "missing")).collect()) == "PATH_NOT_FOUND"
    assert condition(lambda: spark.read.parquet(str(tmp_path)).collect()) == "UNABLE_TO_INFER_SCHEMA"
    assert condition(lambda: spark.read.format("nonsense").load(str(tmp_path)).collect()) == "DATA_SOURCE_NOT_FOUND"
    assert condition(lambda: spark.range(1).write.parquet(str(tmp_path))) == "PATH_ALREADY_EXISTS"
    assert condition(lambda: spark.table("no.such.table_").collect()) in ("TABLE_OR_VIEW_NOT_FOUND", "CATALOG_NOT_FOUND", "REQUIRES_SINGLE_PART_NAMESPACE")


def test_files_that_go_while_they_are_read(spark, tmp_path):
    path = write(tmp_path, "a.json", '{"n": 1}\n')
    spark.read.schema("n INT").json(path).createOrReplaceTempView("going")
    os.remove(path)
    assert condition(lambda: spark.table("going").collect()).startswith("FAILED_READ_FILE")


# Wide, long and deep.


def test_ten_thousand_columns(spark, tmp_path):
    header = ",".join(f"c{i}" for i in range(10_000))
    path = write(tmp_path, "wide.csv", header + "\n" + ",".join(str(i) for i in range(10_000)) + "\n")
    frame = spark.read.option("header", True).csv(path)
    assert len(frame.columns) == 10_000
    row = frame.select("c0", "c9999").first()
    assert (row.c0, row.c9999) == ("0", "9999")
    assert len(frame.first()) == 10_000


def test_a_megabyte_of_sql(spark):
    values = ", ".join(f"({i})" for i in range(120_000))
    text = f"SELECT sum(v) AS s FROM VALUES {values} AS t(v)"
    assert len(text) > 1_000_000
    assert spark.sql(text).first().s == sum(range(120_000))


def test_nested_expressions(spark):
    assert spark.sql("SELECT " + "(" * 5_000 + "1" + ")" * 5_000 + " AS v").first().v == 1
    assert spark.sql("SELECT " + " + ".join(["1"] * 200) + " AS v").first().v == 200
    assert spark.sql("SELECT " + "NOT " * 5_000 + "true AS v").first().v is True
    assert condition(lambda: spark.sql("SELECT " + "(" * 100_000 + "1" + ")" * 100_000).collect()) == "FAILED_TO_PARSE_TOO_COMPLEX"
    assert condition(lambda: spark.sql("SELECT " + "NOT " * 100_000 + "true").collect()) == "FAILED_TO_PARSE_TOO_COMPLEX"


def nested_message(depth):
    expression = pb.Expression()
    expression.literal.integer = 1
    for _ in range(depth):
        outer = pb.Expression()
        outer.unresolved_function.function_name = "negative"
        outer.unresolved_function.arguments.add().CopyFrom(expression)
        expression = outer
    return expression


# Messages.


def execute(server, plan, **fields):
    request = pb.ExecutePlanRequest(session_id=str(uuid.uuid4()), user_context=pb.UserContext(user_id="me"), plan=plan, **fields)
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        return list(pb.SparkConnectServiceStub(channel).ExecutePlan(request))


def refusal(server, plan):
    with pytest.raises(grpc.RpcError) as caught:
        execute(server, plan)
    return caught.value.details()


def test_plans_with_missing_fields(server):
    assert "CONNECT_INVALID_PLAN" in refusal(server, pb.Plan())
    assert "CONNECT_INVALID_PLAN" in refusal(server, pb.Plan(root=pb.Relation()))
    for relation in (
        pb.Relation(project=pb.Project()),
        pb.Relation(filter=pb.Filter()),
        pb.Relation(join=pb.Join()),
        pb.Relation(set_op=pb.SetOperation()),
        pb.Relation(aggregate=pb.Aggregate()),
        pb.Relation(read=pb.Read()),
        pb.Relation(range=pb.Range(start=0, end=1, step=0)),
        pb.Relation(sample=pb.Sample()),
        pb.Relation(local_relation=pb.LocalRelation(data=b"rubbish")),
        pb.Relation(parse=pb.Parse()),
        pb.Relation(transpose=pb.Transpose()),
        pb.Relation(as_of_join=pb.AsOfJoin()),
        pb.Relation(freq_items=pb.StatFreqItems()),
        pb.Relation(unpivot=pb.Unpivot()),
        pb.Relation(hint=pb.Hint()),
        pb.Relation(collect_metrics=pb.CollectMetrics()),
        pb.Relation(cached_local_relation=pb.CachedLocalRelation(hash="none")),
        pb.Relation(cached_remote_relation=pb.CachedRemoteRelation(relation_id="none")),
    ):
        try:
            execute(server, pb.Plan(root=relation))
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.INTERNAL and "INTERNAL_ERROR" not in error.details(), error.details()
    for command in (pb.Command(), pb.Command(write_operation=pb.WriteOperation()), pb.Command(sql_command=pb.SqlCommand())):
        assert refusal(server, pb.Plan(command=command))


def test_plans_with_unknown_fields(server):
    plan = pb.Plan(root=pb.Relation(range=pb.Range(start=0, end=3, step=1)))
    unknown = pb.Plan.FromString(plan.SerializeToString() + b"\xfa\x7f\x03abc")
    assert sum(response.arrow_batch.row_count for response in execute(server, unknown)) == 3
    kind = pb.Relation.FromString(b"\xca\x3e\x02\x08\x01")  # a field that no relation has
    assert "CONNECT_INVALID_PLAN" in refusal(server, pb.Plan(root=kind))


def test_nested_messages(server):
    relation = pb.Relation()
    relation.project.input.range.end = 1
    relation.project.input.range.step = 1
    relation.project.expressions.add().CopyFrom(nested_message(40))
    assert execute(server, pb.Plan(root=relation))


# Values.


@pytest.mark.parametrize(
    "expression, expected",
    [
        ("1 / (id - id)", "DIVIDE_BY_ZERO"),
        ("1 % (id - id)", "REMAINDER_BY_ZERO"),
        ("9223372036854775807 + id + 1", "ARITHMETIC_OVERFLOW"),
        ("cast(id + 300 AS TINYINT)", "CAST_OVERFLOW"),
        ("cast(concat('x', id) AS INT)", "CAST_INVALID_INPUT"),
        ("cast(concat('x', id) AS DATE)", "CAST_INVALID_INPUT"),
        ("cast(1e10 + id AS DECIMAL(5, 2))", "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION"),
        ("array(1, 2)[id + 5]", "INVALID_ARRAY_INDEX"),
        ("element_at(array(1), cast(id - id AS INT))", "INVALID_INDEX_OF_ZERO"),
        ("to_timestamp(concat('nonsense', id))", "CAST_INVALID_INPUT"),
        ("to_timestamp(concat('nonsense', id), 'yyyy')", "CANNOT_PARSE_TIMESTAMP"),
        ("no_such_function(id)", "UNRESOLVED_ROUTINE"),
        ("no_such_column", "UNRESOLVED_COLUMN.WITH_SUGGESTION"),
        ("raise_error('mine')", "USER_RAISED_EXCEPTION"),
    ],
)
def test_values(spark, expression, expected):
    assert condition(lambda: spark.range(1, 5).selectExpr(expression).collect()) == expected
    if not expected.startswith(("UNRESOLVED", "USER")):
        spark.conf.set("spark.sql.ansi.enabled", "false")
        assert condition_or_rows(spark, expression) in (4, expected)


def condition_or_rows(spark, expression):
    try:
        return len(spark.range(1, 5).selectExpr(expression).collect())
    except PySparkException as error:
        return error.getCondition()


def test_rows_that_do_not_fit_their_schema(spark):
    schema = StructType([StructField("a", IntegerType(), False), StructField("b", StringType())])
    with pytest.raises(Exception):
        spark.createDataFrame([(None, "x")], schema).collect()
    with pytest.raises(Exception):
        spark.createDataFrame([("text", "x")], schema).collect()


def test_sql_that_does_not_parse(spark):
    for text in ("", "SELEC 1", "SELECT (", "SELECT 'abc", "SELECT 1 FROM", "/* open", "SELECT \x00"):
        assert condition(lambda: spark.sql(text).collect()).startswith(("PARSE_", "UNCLOSED_BRACKETED_COMMENT", "UNRESOLVED_COLUMN"))
