"""Data sources that are classes in Python: rows of their partitions, conditions they see to themselves, and rows that they take."""

import pytest
from pyspark.errors import AnalysisException, PythonException
from pyspark.sql import Row
from pyspark.sql.datasource import DataSource, DataSourceReader, DataSourceWriter, EqualTo, InputPartition, WriterCommitMessage
from pyspark.sql.functions import spark_partition_id


class Numbers(DataSource):
    @classmethod
    def name(cls):
        return "numbers"

    def schema(self):
        return "n INT, text STRING"

    def reader(self, schema):
        return NumbersReader(int(self.options.get("partitions", "3")))


class NumbersReader(DataSourceReader):
    def __init__(self, count):
        self.count = count

    def partitions(self):
        return [InputPartition(i) for i in range(self.count)]

    def read(self, partition):
        yield partition.value, f"#{partition.value}"


def test_rows_of_partitions(spark):
    spark.dataSource.register(Numbers)
    rows = spark.read.format("numbers").load()
    assert rows.schema.simpleString() == "struct<n:int,text:string>"
    assert sorted(rows.collect()) == [Row(n=i, text=f"#{i}") for i in range(3)]
    assert rows.select(spark_partition_id()).distinct().count() == 3
    assert spark.read.format("NUMBERS").option("partitions", 1).load().collect() == [Row(n=0, text="#0")]
    rows.createOrReplaceTempView("numbers_view")
    assert spark.sql("SELECT max(n) FROM numbers_view WHERE text <> '#2'").collect()[0][0] == 1


def test_what_the_class_says_of_itself_is_checked(spark):
    class Nothing(DataSource):
        def schema(self):
            return "n INT"

        def reader(self, schema):
            return object()

    spark.dataSource.register(Nothing)
    with pytest.raises(AnalysisException, match="DATA_SOURCE_TYPE_MISMATCH"):
        spark.read.format("Nothing").load().collect()
    with pytest.raises(AnalysisException, match="PYTHON_DATA_SOURCE_ERROR"):
        spark.range(1).write.format("Nothing").mode("append").save()
    with pytest.raises(AnalysisException, match="UNSUPPORTED_DATA_SOURCE_SAVE_MODE"):
        spark.range(1).write.format("Nothing").save()


class Filtered(DataSource):
    def schema(self):
        return "a INT, b INT"

    def reader(self, schema):
        return FilteredReader()


class FilteredReader(DataSourceReader):
    def __init__(self):
        self.seen = []

    def pushFilters(self, filters):
        for one in filters:
            self.seen.append(one)
            if not (isinstance(one, EqualTo) and one.attribute == ("a",)):
                yield one

    def read(self, partition):
        assert EqualTo(("a",), 1) in self.seen
        yield 1, len(self.seen)
        yield 7, 2


def test_conditions_are_offered_to_the_source(spark):
    spark.dataSource.register(Filtered)
    rows = spark.read.format("Filtered").load()
    with pytest.raises(AnalysisException, match="DATA_SOURCE_PUSHDOWN_DISABLED"):
        rows.collect()
    spark.conf.set("spark.sql.python.filterPushdown.enabled", "true")
    # The source claims to see to `a = 1`; `b <> 3` stays with the engine.
    assert rows.where("a = 1 AND b <> 3").collect() == [Row(a=1, b=4), Row(a=7, b=2)]


class Lines(DataSource):
    def writer(self, schema, overwrite):
        return LinesWriter(self.options["path"], schema.fieldNames(), overwrite)


class LinesMessage(WriterCommitMessage):
    def __init__(self, lines):
        self.lines = lines


class LinesWriter(DataSourceWriter):
    def __init__(self, path, names, overwrite):
        self.path, self.names, self.overwrite = path, names, overwrite

    def write(self, rows):
        lines = [str(row.id) for row in rows]
        if "13" in lines:
            raise ValueError("unlucky")
        return LinesMessage(lines)

    def commit(self, messages):
        with open(self.path, "w" if self.overwrite else "a") as file:
            file.writelines(line + "\n" for message in messages for line in message.lines)

    def abort(self, messages):
        with open(self.path, "a") as file:
            file.write("aborted\n")


def test_rows_are_written_and_committed_or_aborted(spark, tmp_path):
    spark.dataSource.register(Lines)
    path = tmp_path / "lines"
    spark.range(0, 5, 1, 3).write.format("Lines").mode("append").save(str(path))
    assert sorted(path.read_text().split()) == ["0", "1", "2", "3", "4"]
    spark.range(2).write.format("Lines").mode("overwrite").save(str(path))
    assert path.read_text().split() == ["0", "1"]
    with pytest.raises(PythonException, match="unlucky"):
        spark.range(20).write.format("Lines").mode("append").save(str(path))
    assert path.read_text().split() == ["0", "1", "aborted"]
