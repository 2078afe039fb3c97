"""XML files: rows are the elements of one name."""

import pathlib

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import Row
from pyspark.sql import functions as F

BOOKS = """<?xml version="1.0" encoding="UTF-8"?>
<!-- <book id="0"><title>not a book</title></book> -->
<catalog>
  <book id="1" lang='a>b'><title>Ä &amp; B</title><price unit="EUR">1.5</price><tag>x</tag><tag>y</tag></book>
  <bookshelf><book id="2"><title><![CDATA[<book>]]></title><since>2024-02-29</since></book></bookshelf>
  <book id="3"/>
  <book id="4"><part><book>inner</book></part></book>
</catalog>"""


def read(spark, folder, text, **options):
    path = pathlib.Path(folder) / "in.xml"
    path.write_text(text, encoding="utf-8")
    return spark.read.options(**options).xml(str(path))


def test_elements_attributes_and_repeated_parts(spark, tmp_path):
    frame = read(spark, tmp_path, BOOKS, rowTag="book")
    assert frame.schema.simpleString() == (
        "struct<_id:bigint,_lang:string,part:struct<book:string>,price:struct<_VALUE:double,_unit:string>,since:date,tag:array<string>,title:string>"
    )
    rows = frame.select("_id", "_lang", "title", "price._VALUE", F.col("since").cast("string"), "tag", "part.book").collect()
    assert [tuple(row) for row in rows] == [
        (1, "a>b", "Ä & B", 1.5, None, ["x", "y"], None),
        (2, None, "<book>", None, "2024-02-29", None, None),
        (3, None, None, None, None, None, None),
        (4, None, None, None, None, None, "inner"),
    ]
    assert read(spark, tmp_path, BOOKS, rowTag="book", excludeAttribute="true").columns == ["part", "price", "since", "tag", "title"]


def test_rows_that_do_not_fit(spark, tmp_path):
    text = "<rows><row><n>1</n></row><row><n>two</n></row><row><n>3</m></row></rows>"
    path = tmp_path / "in.xml"
    path.write_text(text)
    reader = spark.read.schema("n int, _corrupt_record string").option("rowTag", "row")
    assert reader.xml(str(path)).collect() == [Row(1, None), Row(None, "<row><n>two</n></row>"), Row(None, "<row><n>3</m></row>")]
    assert spark.read.schema("n int").option("rowTag", "row").option("mode", "DROPMALFORMED").xml(str(path)).collect() == [Row(1)]
    with pytest.raises(Exception, match="MALFORMED_RECORD_IN_PARSING"):
        spark.read.schema("n int").option("rowTag", "row").option("mode", "FAILFAST").xml(str(path)).collect()
    with pytest.raises(AnalysisException) as failure:
        spark.read.xml(str(path)).schema
    assert failure.value.getCondition() == "XML_ROW_TAG_MISSING"


@pytest.mark.parametrize("text", ["", "<row", "<row>", "</row></row>", "<row><row><row>", "<!-- <row/>", "<row a='><x></row>", "<row>" * 3000])
def test_broken_files(spark, tmp_path, text):
    assert read(spark, tmp_path, text, rowTag="row").count() >= 0


def test_written_and_read_again(spark, tmp_path):
    frame = spark.sql(
        "SELECT CAST(id AS int) AS _id, 'a<' || id AS name, array(id, id + 1) AS list, named_struct('x', id / 2D, 'y', IF(id = 1, NULL, true)) AS s, "
        "TIMESTAMP '2024-02-29 01:02:03.4' AS t FROM range(3)"
    ).coalesce(1)
    frame.write.option("rowTag", "person").option("rootTag", "people").xml(str(tmp_path / "out"))
    (part,) = (tmp_path / "out").glob("*.xml")
    lines = part.read_text().splitlines()
    assert lines[:4] == ['<?xml version="1.0" encoding="UTF-8" standalone="yes"?>', "<people>", '    <person id="0">', "        <name>a&lt;0</name>"]
    assert lines[-1] == "</people>" and lines[-2] == "    </person>"
    read_again = spark.read.schema(frame.schema).option("rowTag", "person").xml(str(tmp_path / "out"))
    assert sorted(read_again.collect()) == sorted(frame.collect())
    frame.write.mode("overwrite").option("rowTag", "person").option("compression", "gzip").xml(str(tmp_path / "out"))
    assert spark.read.option("rowTag", "person").format("xml").load(str(tmp_path / "out")).count() == 3


def test_texts_of_a_column(spark):
    texts = spark.createDataFrame([("<p><name>Alice</name><age>25</age></p>",), ("<p><name>Bob</name><age>30</age></p>",)], "value string")
    assert spark.read.option("rowTag", "p").xml(texts).sort("name").collect() == [Row(age=25, name="Alice"), Row(age=30, name="Bob")]


def test_a_schema_of_rows(spark, tmp_path):
    xsd = tmp_path / "row.xsd"
    xsd.write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="row"><xs:complexType><xs:sequence>'
        '<xs:element name="n" type="xs:long"/></xs:sequence></xs:complexType></xs:element></xs:schema>'
    )
    text = "<rows><row><n>1</n></row><row><m>2</m></row></rows>"
    frame = read(spark, tmp_path, text, rowTag="row", rowValidationXSDPath=str(xsd))
    assert frame.columns == ["_corrupt_record", "n"] and [row.n for row in frame.collect()] == [1, None]
    with pytest.raises(AnalysisException):
        read(spark, tmp_path, text, rowTag="row", rowValidationXSDPath=str(tmp_path / "none.xsd")).schema
