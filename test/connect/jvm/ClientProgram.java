import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.desc;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** What a program of the JVM does over Spark Connect, without functions of its own; prints a line a check, and ends with 1 where one failed. */
public final class ClientProgram {
  private static int failed = 0;

  private interface Check {
    Object run() throws Exception;
  }

  private static void check(String name, Object expected, Check check) {
    String found;
    try {
      found = String.valueOf(check.run());
    } catch (Throwable failure) {
      found = failure.toString();
    }
    boolean right = found.equals(String.valueOf(expected));
    if (!right) failed++;
    System.out.println((right ? "ok   " : "FAIL ") + name + (right ? "" : ": " + found + ", not " + expected));
  }

  public static void main(String[] arguments) throws Exception {
    SparkSession spark = SparkSession.builder().remote(arguments[0]).getOrCreate();
    Path folder = Files.createTempDirectory("jvm_client");

    check("version", "4.2.0", spark::version);
    check("sql", "[[1,two,3.50,null]]", () -> spark.sql("SELECT 1, 'two', 3.50, NULL").collectAsList());
    check("sql with arguments", "[[3]]", () -> spark.sql("SELECT :a + 1", java.util.Map.of("a", 2)).collectAsList());
    check("range", 45L, () -> spark.range(10).agg(sum("id")).as(Encoders.LONG()).first());
    check("settings", "7", () -> {
      spark.conf().set("spark.sql.shuffle.partitions", "7");
      return spark.conf().get("spark.sql.shuffle.partitions");
    });

    StructType schema = new StructType().add("name", DataTypes.StringType).add("team", DataTypes.StringType).add("age", DataTypes.IntegerType);
    List<Row> people = Arrays.asList(
        RowFactory.create("Ada", "a", 36), RowFactory.create("Bob", "b", 20), RowFactory.create("Cyd", "a", 40), RowFactory.create("Dan", "b", null));
    Dataset<Row> frame = spark.createDataFrame(people, schema);
    check("schema", "name,team,age integer", () -> String.join(",", frame.schema().fieldNames()) + " " + frame.schema().apply("age").dataType().typeName());
    check("local rows", people, frame::collectAsList);
    check("filter and select", "[[Ada,37], [Cyd,41]]", () -> frame.filter(col("age").gt(30)).select(col("name"), col("age").plus(1)).collectAsList());
    check("aggregates", "[[a,2,38.0], [b,2,20.0]]",
        () -> frame.groupBy("team").agg(count(lit(1)), avg("age")).orderBy("team").collectAsList());
    check("window", "[[Bob], [Cyd]]",
        () -> frame.withColumn("r", row_number().over(Window.partitionBy("team").orderBy(desc("age"))))
            .filter("r = 1").select("name").orderBy("name").collectAsList());
    check("join", 4L, () -> frame.join(frame.groupBy("team").count(), "team").count());
    check("conditions", "[[Ada,old], [Bob,young], [Cyd,old], [Dan,young]]",
        () -> frame.select(col("name"), when(col("age").gt(30), "old").otherwise("young")).orderBy("name").collectAsList());
    check("values of one type", "[Ada, Bob, Cyd, Dan]", () -> frame.select("name").as(Encoders.STRING()).collectAsList());
    check("nested values", "[[ArraySeq(1, 2),Map(k -> 1),[x,1.5]]]",
        () -> spark.sql("SELECT array(1, 2), map('k', 1), struct('x', 1.5D)").collectAsList());
    check("dates", "[[2024-02-29,2024-02-29 12:30:00.0]]", () -> {
      spark.conf().set("spark.sql.session.timeZone", java.util.TimeZone.getDefault().getID());
      return spark.sql("SELECT DATE'2024-02-29', TIMESTAMP'2024-02-29 12:30:00'").collectAsList();
    });
    check("many rows", 100_000, () -> spark.range(100_000).collectAsList().size());
    check("an iterator", 99L, () -> {
      long last = -1;
      java.util.Iterator<Long> rows = spark.range(100).as(Encoders.LONG()).toLocalIterator();
      while (rows.hasNext()) last = rows.next();
      return last;
    });

    String file = folder.resolve("people").toString();
    check("parquet", 4L, () -> {
      frame.write().mode(SaveMode.Overwrite).parquet(file);
      return spark.read().parquet(file).count();
    });
    check("a view", "[[3]]", () -> {
      frame.createOrReplaceTempView("people");
      return spark.sql("SELECT count(age) FROM people").collectAsList();
    });
    check("catalog", "true false", () -> spark.catalog().tableExists("people") + " " + spark.catalog().tableExists("nobody"));
    check("cache", "true", () -> {
      frame.cache();
      return frame.storageLevel().useMemory();
    });
    check("an error's condition", "UNRESOLVED_COLUMN.WITH_SUGGESTION 42703", () -> {
      try {
        return frame.select("agee").collectAsList();
      } catch (Exception raised) {
        AnalysisException error = (AnalysisException) raised;
        return error.getCondition() + " " + error.getSqlState();
      }
    });
    check("an error while running", "DIVIDE_BY_ZERO", () -> {
      try {
        return spark.sql("SELECT id / (id - id) FROM range(3)").collectAsList();
      } catch (org.apache.spark.SparkArithmeticException error) {
        return error.getCondition();
      }
    });
    check("statistics", "[[count,4], [mean,null]]", () -> frame.select("name").summary("count", "mean").collectAsList());
    check("tags and interrupts", 0, () -> {
      spark.addTag("mine");
      spark.range(3).collect();
      return spark.interruptTag("mine").size();
    });

    spark.stop();
    System.out.println(failed + " failed");
    System.exit(failed == 0 ? 0 : 1);
  }
}
