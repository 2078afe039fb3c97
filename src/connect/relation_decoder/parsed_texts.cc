// `spark.read.json(df)`, `csv(df)`, `xml(df)`: texts of a column read as the lines of a file.
#include <spark/connect/relations.pb.h>

#include <algorithm>

#include "connect/decoder/type_codec.h"
#include "connect/relation_decoder/relations.h"

namespace flint::connect {

Result<LogicalPlanPtr> decodeRelation(PlanDecoder& decoder, const spark::connect::Parse& message) {
  using Message = spark::connect::Parse;
  plan::UnresolvedDataSource node;
  switch (message.format()) {
    case Message::PARSE_FORMAT_CSV: node.format = "csv"; break;
    case Message::PARSE_FORMAT_JSON: node.format = "json"; break;
    case Message::PARSE_FORMAT_XML: node.format = "xml"; break;
    default: return unsupportedFeature("reading texts of this format");
  }
  ASSIGN_OR_RETURN(LogicalPlanPtr input, decoder.relation(message.input()));
  StructFields columns;
  ASSIGN_OR_RETURN(const std::vector<columnar::ColumnarBatch> batches, decoder.context().collect(input, columns));
  if (columns.size() != 1 || !columns[0].type.isStringLike()) return invalidPlan("texts to be read are one column of strings");
  std::string lines;
  for (const columnar::ColumnarBatch& batch : batches) {
    for (const columnar::RowIndex row : batch.activeRows()) {
      const Value text = batch.column(0)->valueAt(row);
      if (text.isNull()) continue;
      const size_t start = lines.size();
      lines += text.asString();
      // Within a record of JSON a line break is a blank.
      if (node.format == "json") std::replace(lines.begin() + static_cast<std::ptrdiff_t>(start), lines.end(), '\n', ' ');
      lines += '\n';
    }
  }
  ASSIGN_OR_RETURN(std::string file, decoder.context().scratchFile(lines, node.format));
  node.paths = {std::move(file)};
  node.options.assign(message.options().begin(), message.options().end());
  if (message.has_schema()) {
    ASSIGN_OR_RETURN(const DataType schema, decodeType(message.schema()));
    if (!schema.is(TypeKind::kStruct)) return invalidPlan("the schema of texts is a struct, not " + schema.simpleString());
    node.schema = schema.json();
  }
  return plan::makePlan(std::move(node));
}

}  // namespace flint::connect
