#include "types/user_defined_classes.h"

#include <utility>

namespace flint::types {
namespace {

constexpr std::pair<std::string_view, std::string_view> kPythonClasses[] = {
    {"org.apache.spark.ml.linalg.MatrixUDT", "pyspark.ml.linalg.MatrixUDT"},
    {"org.apache.spark.ml.linalg.VectorUDT", "pyspark.ml.linalg.VectorUDT"},
    {"org.apache.spark.mllib.linalg.MatrixUDT", "pyspark.mllib.linalg.MatrixUDT"},
    {"org.apache.spark.mllib.linalg.VectorUDT", "pyspark.mllib.linalg.VectorUDT"},
    {"org.apache.spark.sql.test.ExamplePointUDT", "pyspark.testing.objects.ExamplePointUDT"},
};

}  // namespace

std::string_view pythonClassOf(std::string_view jvmClass) {
  for (const auto& [known, pythonClass] : kPythonClasses) {
    if (jvmClass == known) return pythonClass;
  }
  return {};
}

}  // namespace flint::types
