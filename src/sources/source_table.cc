#include "sources/source_table.h"

#include <mutex>

#include "connector/data_source.h"
#include "sources/csv/csv_format.h"
#include "sources/jdbc/jdbc_source.h"
#include "sources/json/json_format.h"
#include "sources/noop/noop_source.h"
#include "sources/orc/orc_format.h"
#include "sources/parquet/parquet_format.h"
#include "sources/text/text_format.h"
#include "sources/xml/xml_format.h"

namespace flint::sources {

void registerSources() {
  static std::once_flag once;
  std::call_once(once, [] {
    for (const connector::DataSource* source : {&kParquet, &kCsv, &kJson, &kText, &kXml, &kOrc, &kNoop, &kJdbc}) connector::DataSourceTable::instance().add(*source);
  });
}

void encodeTable(ByteWriter& out, const connector::Table& table) {
  out.writeString(table.format());
  table.encode(out);
}

Result<connector::TablePtr> decodeTable(ByteReader& in) {
  const std::string format(in.readString());
  RETURN_IF_ERROR(in.status());
  const connector::DataSource* source = connector::DataSourceTable::instance().find(format);
  if (source == nullptr || source->decode == nullptr) return internalError("no data source decodes " + format);
  return source->decode(in);
}

}  // namespace flint::sources
