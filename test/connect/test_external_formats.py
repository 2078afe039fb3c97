"""Protobuf and Avro through the client's own functions; messages are made and read back by Python's library."""

import datetime
import decimal

import pytest
from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, duration_pb2, message_factory, timestamp_pb2, wrappers_pb2
from pyspark.errors import PySparkException
from pyspark.sql.avro.functions import from_avro, to_avro
from pyspark.sql.protobuf.functions import from_protobuf, to_protobuf

Field = descriptor_pb2.FieldDescriptorProto
DEPENDENCIES = [timestamp_pb2, duration_pb2, wrappers_pb2, any_pb2]


def described():
    """A file of messages with a field of each kind, and all files it needs."""
    file = descriptor_pb2.FileDescriptorProto(name="all.proto", package="t", syntax="proto3")
    file.dependency.extend(module.DESCRIPTOR.name for module in DEPENDENCIES)
    colors = file.enum_type.add(name="Color")
    for name, number in (("RED", 0), ("BLUE", 7)):
        colors.value.add(name=name, number=number)
    small = file.message_type.add(name="Small")
    small.field.add(name="id", number=1, type=Field.TYPE_INT32, label=Field.LABEL_OPTIONAL)
    small.field.add(name="name", number=2, type=Field.TYPE_STRING, label=Field.LABEL_OPTIONAL)
    recursive = file.message_type.add(name="Node")
    recursive.field.add(name="id", number=1, type=Field.TYPE_INT32, label=Field.LABEL_OPTIONAL)
    recursive.field.add(name="next", number=2, type=Field.TYPE_MESSAGE, type_name=".t.Node", label=Field.LABEL_OPTIONAL)
    every = file.message_type.add(name="Every")

    def add(name, kind, repeated=False, type_name=None):
        label = Field.LABEL_REPEATED if repeated else Field.LABEL_OPTIONAL
        every.field.add(name=name, number=len(every.field) + 1, type=kind, label=label, type_name=type_name)

    add("b", Field.TYPE_BOOL)
    add("i", Field.TYPE_INT32)
    add("u", Field.TYPE_UINT32)
    add("l", Field.TYPE_UINT64)
    add("s32", Field.TYPE_SINT32)
    add("s64", Field.TYPE_SINT64)
    add("f64", Field.TYPE_FIXED64)
    add("f32", Field.TYPE_SFIXED32)
    add("f", Field.TYPE_FLOAT)
    add("d", Field.TYPE_DOUBLE)
    add("s", Field.TYPE_STRING)
    add("y", Field.TYPE_BYTES)
    add("c", Field.TYPE_ENUM, type_name=".t.Color")
    add("m", Field.TYPE_MESSAGE, type_name=".t.Small")
    add("ri", Field.TYPE_INT32, repeated=True)
    add("rm", Field.TYPE_MESSAGE, repeated=True, type_name=".t.Small")
    add("ts", Field.TYPE_MESSAGE, type_name=".google.protobuf.Timestamp")
    add("du", Field.TYPE_MESSAGE, type_name=".google.protobuf.Duration")
    add("w", Field.TYPE_MESSAGE, type_name=".google.protobuf.Int32Value")
    add("a", Field.TYPE_MESSAGE, type_name=".google.protobuf.Any")
    add("k", Field.TYPE_MESSAGE, repeated=True, type_name=".t.Every.KEntry")
    entry = every.nested_type.add(name="KEntry", options=descriptor_pb2.MessageOptions(map_entry=True))
    entry.field.add(name="key", number=1, type=Field.TYPE_STRING, label=Field.LABEL_OPTIONAL)
    entry.field.add(name="value", number=2, type=Field.TYPE_INT64, label=Field.LABEL_OPTIONAL)
    files = descriptor_pb2.FileDescriptorSet()
    for module in DEPENDENCIES:
        module.DESCRIPTOR.CopyToProto(files.file.add())
    files.file.append(file)
    return files


FILES = described()
POOL = descriptor_pool.DescriptorPool()
for each in FILES.file:
    POOL.Add(each)
DESCRIPTORS = FILES.SerializeToString()


def message(kind, /, **values):
    return message_factory.GetMessageClass(POOL.FindMessageTypeByName("t." + kind))(**values)


@pytest.fixture
def modules(spark):
    spark.conf.set("spark.jars.packages", "org.apache.spark:spark-avro_2.13:4.2.0,org.apache.spark:spark-protobuf_2.13:4.2.0")
    return spark


def rows(spark, *values):
    return spark.createDataFrame([(bytearray(value),) for value in values], "v BINARY")


def decoded(spark, value, name, options=None):
    return rows(spark, value).select(from_protobuf("v", name, options=options, binaryDescriptorSet=DESCRIPTORS).alias("p")).first().p


def condition(run):
    with pytest.raises(PySparkException) as raised:
        run()
    return raised.value.getCondition()


def every():
    value = message("Every", b=True, i=-5, u=4_000_000_000, l=2**64 - 1, s32=-7, s64=-8, f64=10, f32=-11, f=1.5, d=2.5, s="hé", y=b"\1\2", c=7, ri=[1, -2])
    value.m.id = 3
    value.rm.add(id=1)
    value.rm.add(name="q")
    value.ts.FromDatetime(datetime.datetime(2020, 1, 2, 3, 4, 5, 678000))
    value.du.seconds = -3
    value.w.value = 5
    value.a.Pack(message("Small", id=3, name="n"))
    value.k["x"] = 4
    return value


def test_a_message_of_every_kind_comes_and_goes(modules):
    value = every()
    row = decoded(modules, value.SerializeToString(), "Every")
    assert (row.b, row.i, row.u, row.l, row.s32, row.s64) == (True, -5, 4_000_000_000 - 2**32, -1, -7, -8)
    assert (row.f64, row.f32, row.f, row.d, row.s, bytes(row.y), row.c) == (10, -11, 1.5, 2.5, "hé", b"\1\2", "BLUE")
    assert (row.m.id, row.m.name, row.ri, [m.id for m in row.rm], [m.name for m in row.rm]) == (3, None, [1, -2], [1, None], [None, "q"])
    assert (row.du, row.w.value, row.k) == (datetime.timedelta(seconds=-3), 5, {"x": 4})
    frame = rows(modules, value.SerializeToString(), b"").select(from_protobuf("v", "t.Every", binaryDescriptorSet=DESCRIPTORS).alias("p"))
    written = [bytes(r.w) for r in frame.select(to_protobuf("p", "Every", binaryDescriptorSet=DESCRIPTORS).alias("w")).collect()]
    assert type(value).FromString(written[0]) == value
    assert written[1] == b""


def test_options_of_messages(modules):
    options = {"enums.as.ints": "true", "upcast.unsigned.ints": "true", "unwrap.primitive.wrapper.types": "true", "convert.any.fields.to.json": "true"}
    row = decoded(modules, every().SerializeToString(), "Every", options)
    assert (row.c, row.u, row.l, row.w) == (7, 4_000_000_000, decimal.Decimal(2**64 - 1), 5)
    assert row.a == '{"@type":"type.googleapis.com/t.Small","id":3,"name":"n"}'
    row = decoded(modules, b"", "Every", {"emit.default.values": "true"})
    assert (row.i, row.s, row.c, row.m, row.ri) == (0, "", "RED", None, [])
    assert decoded(modules, b"", "Every").i is None


def test_recursive_messages_need_a_depth(modules):
    value = message("Node", id=1)
    value.next.id = 2
    value.next.next.id = 3
    assert condition(lambda: decoded(modules, b"", "Node")) == "RECURSIVE_PROTOBUF_SCHEMA"
    row = decoded(modules, value.SerializeToString(), "Node", {"recursive.fields.max.depth": "2"})
    assert row.asDict(recursive=True) == {"id": 1, "next": {"id": 2}}


def test_what_is_wrong_with_messages(modules):
    frame = rows(modules, b"\xff\xff")
    reading = lambda options=None, name="Small": decoded(modules, b"\xff\xff", name, options)
    assert condition(reading) == "MALFORMED_PROTOBUF_MESSAGE"
    assert reading({"mode": "PERMISSIVE"}).asDict() == {"id": None, "name": None}
    assert condition(lambda: reading({"mode": "DROPMALFORMED"})) == "PARSE_MODE_UNSUPPORTED"
    assert condition(lambda: reading(name="Nope")) == "PROTOBUF_MESSAGE_NOT_FOUND"
    assert condition(lambda: frame.select(from_protobuf("v", "a.Nope")).collect()) == "CANNOT_LOAD_PROTOBUF_CLASS"
    assert condition(lambda: frame.select(from_protobuf("v", "Small", binaryDescriptorSet=b"zzz")).collect()) == "CANNOT_PARSE_PROTOBUF_DESCRIPTOR"
    alone = descriptor_pb2.FileDescriptorSet(file=[FILES.file[-1]]).SerializeToString()
    assert condition(lambda: frame.select(from_protobuf("v", "Small", binaryDescriptorSet=alone)).collect()) == "PROTOBUF_DEPENDENCY_NOT_FOUND"
    writing = lambda struct: modules.sql(f"SELECT {struct} AS s").select(to_protobuf("s", "Small", binaryDescriptorSet=DESCRIPTORS)).collect()
    for struct in ("named_struct('id', 1)", "named_struct('id', 'x', 'name', 'y')", "named_struct('id', 1, 'name', 'x', 'z', 1)"):
        assert condition(lambda: writing(struct)) == "UNABLE_TO_CONVERT_TO_PROTOBUF_MESSAGE_TYPE"


def test_avro_through_the_client(modules):
    frame = modules.sql("SELECT named_struct('a', id, 'b', if(id = 1, NULL, 'x')) AS s FROM range(3)")
    schema = '{"type":"record","name":"r","fields":[{"name":"a","type":"long"},{"name":"b","type":["string","null"]}]}'
    written = frame.select(to_avro("s").alias("v"))
    assert [bytes(r.v) for r in written.collect()] == [b"\x00\x00\x02x", b"\x02\x02", b"\x04\x00\x02x"]
    assert [r.s.asDict() for r in written.select(from_avro("v", schema, {"mode": "PERMISSIVE"}).alias("s")).collect()] == [
        {"a": 0, "b": "x"}, {"a": 1, "b": None}, {"a": 2, "b": "x"}]


def test_without_the_modules_their_functions_are_unusable(spark):
    frame = rows(spark, b"")
    assert condition(lambda: frame.select(from_protobuf("v", "Small", binaryDescriptorSet=DESCRIPTORS)).collect()) == "PROTOBUF_NOT_LOADED_SQL_FUNCTIONS_UNUSABLE"
    assert condition(lambda: frame.select(from_avro("v", '"int"')).collect()) == "AVRO_NOT_LOADED_SQL_FUNCTIONS_UNUSABLE"
    spark.conf.set("spark.jars", "/opt/jars/other.jar, /opt/jars/spark-avro_2.13-4.2.0.jar")
    assert rows(spark, b"\x0a").select(from_avro("v", '"int"').alias("i")).first().i == 5
