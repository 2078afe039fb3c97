#include "cli/result_printer.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "columnar/gather.h"
#include "session/dataframe_calls/dataframe_plans.h"
#include "session/show_string.h"
#include "sources/write/json_text.h"

namespace flint::cli {
namespace {

using columnar::ColumnarBatch;
using columnar::RowIndex;

constexpr size_t kFlushBytes = 1 << 16;
constexpr size_t kWidthRows = 10'000;
constexpr size_t kWidthBytes = 16 << 20;
constexpr size_t kMinimumWidth = 3;

// Characters that would break the drawing; line breaks are drawn.
std::string drawable(const std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\f': out += "\\f"; break;
      case '\b': out += "\\b"; break;
      case '\v': out += "\\v"; break;
      case '\a': out += "\\a"; break;
      case '\x1B': out += "\\u001B"; break;
      default: out += c;
    }
  }
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

std::vector<std::string_view> linesOf(const std::string& text) {
  std::vector<std::string_view> lines;
  std::string_view rest = text;
  for (size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    lines.push_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  lines.push_back(rest);
  return lines;
}

class TablePrinter final : public ResultPrinter {
 public:
  explicit TablePrinter(std::shared_ptr<const StructFields> columns) : columns_(std::move(columns)) {}

 protected:
  void add(const ColumnarBatch& batch) override {
    for (const RowIndex row : batch.activeRows()) {
      std::vector<std::string> cells;
      for (const columnar::VectorPtr& column : batch.columns()) {
        std::string cell;
        session::appendPrinted(cell, *column, row);
        waitingBytes_ += cell.size() + sizeof(std::string);
        cells.push_back(drawable(cell));
      }
      if (drawing_) {
        drawRow(cells, false);
      } else {
        waiting_.push_back(std::move(cells));
        if (waiting_.size() >= kWidthRows || waitingBytes_ >= kWidthBytes) startDrawing();
      }
    }
  }

  void end() override {
    if (!drawing_) startDrawing();
    drawRule();
  }

 private:
  void startDrawing() {
    drawing_ = true;
    std::vector<std::string> names;
    for (const StructField& column : *columns_) names.push_back(drawable(column.name));
    widths_.assign(columns_->size(), kMinimumWidth);
    const auto widen = [&](const std::vector<std::string>& cells) {
      for (size_t i = 0; i < cells.size(); ++i) {
        for (const std::string_view line : linesOf(cells[i])) widths_[i] = std::max(widths_[i], session::displayWidth(line));
      }
    };
    widen(names);
    for (const auto& cells : waiting_) widen(cells);
    drawRule();
    drawRow(names, true);
    drawRule();
    for (const auto& cells : waiting_) drawRow(cells, false);
    waiting_.clear();
  }

  void drawRule() {
    out_ += '+';
    for (const size_t width : widths_) out_ += std::string(width + 2, '-') + "+";
    out_ += '\n';
  }

  void drawRow(const std::vector<std::string>& cells, bool isHead) {
    std::vector<std::vector<std::string_view>> lines;
    size_t height = 1;
    for (const std::string& cell : cells) {
      lines.push_back(linesOf(cell));
      height = std::max(height, lines.back().size());
    }
    for (size_t line = 0; line < height; ++line) {
      out_ += '|';
      for (size_t i = 0; i < cells.size(); ++i) {
        const std::string_view text = line < lines[i].size() ? lines[i][line] : std::string_view();
        const size_t width = session::displayWidth(text);
        const std::string blanks(width < widths_[i] ? widths_[i] - width : 0, ' ');
        const bool right = !isHead && (*columns_)[i].type.isNumeric();
        out_ += ' ';
        if (right) out_ += blanks;
        out_ += text;
        if (!right) out_ += blanks;
        out_ += " |";
      }
      out_ += '\n';
    }
  }

  const std::shared_ptr<const StructFields> columns_;
  std::vector<std::vector<std::string>> waiting_;  // until the widths are known
  size_t waitingBytes_ = 0;
  std::vector<size_t> widths_;
  bool drawing_ = false;
};

void appendCsvCell(std::string& out, std::string_view text) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

class CsvPrinter final : public ResultPrinter {
 public:
  explicit CsvPrinter(std::shared_ptr<const StructFields> columns) : columns_(std::move(columns)) {}

 protected:
  void add(const ColumnarBatch& batch) override {
    head();
    std::string cell;
    for (const RowIndex row : batch.activeRows()) {
      for (size_t i = 0; i < batch.numColumns(); ++i) {
        if (i > 0) out_ += ',';
        if (batch.column(i)->isNull(row)) continue;
        cell.clear();
        session::appendPrinted(cell, *batch.column(i), row);
        appendCsvCell(out_, cell);
      }
      out_ += '\n';
    }
  }
  void end() override { head(); }

 private:
  void head() {
    if (hasHead_) return;
    hasHead_ = true;
    for (size_t i = 0; i < columns_->size(); ++i) {
      if (i > 0) out_ += ',';
      appendCsvCell(out_, (*columns_)[i].name);
    }
    out_ += '\n';
  }

  const std::shared_ptr<const StructFields> columns_;
  bool hasHead_ = false;
};

class JsonPrinter final : public ResultPrinter {
 public:
  JsonPrinter(StructFields columns, const std::string& timeZone) : columns_(std::move(columns)) {
    const TimeZone* zone = TimeZone::find(timeZone);
    style_.values.zone = zone != nullptr ? zone : &TimeZone::utc();
    style_.ignoreNullFields = false;
  }

 protected:
  void add(const ColumnarBatch& batch) override {
    std::vector<RowIndex> rows;
    for (const RowIndex row : batch.activeRows()) rows.push_back(row);
    std::vector<columnar::VectorPtr> flat;
    for (const columnar::VectorPtr& column : batch.columns()) flat.push_back(columnar::gather(column, rows));
    for (RowIndex row = 0; row < static_cast<RowIndex>(rows.size()); ++row) {
      sources::appendJsonObject(out_, columns_, flat, row, style_);
      out_ += '\n';
    }
  }
  void end() override {}

 private:
  const StructFields columns_;
  sources::JsonStyle style_;
};

}  // namespace

Result<exec::Progress> ResultPrinter::accept(const ColumnarBatch& batch) {
  numRows_ += batch.numSelected();
  add(batch);
  if (out_.size() >= kFlushBytes) RETURN_IF_ERROR(flush());
  return exec::Progress::needInput();
}

Status ResultPrinter::finish() {
  end();
  RETURN_IF_ERROR(flush());
  if (std::fflush(stdout) != 0) return internalError(std::string("standard output: ") + std::strerror(errno));
  return Status::ok();
}

Status ResultPrinter::flush() {
  if (beforeOutput != nullptr && !out_.empty()) std::exchange(beforeOutput, nullptr)();
  const size_t written = std::fwrite(out_.data(), 1, out_.size(), stdout);
  const bool all = written == out_.size();
  out_.clear();
  if (!all) return internalError(std::string("standard output: ") + std::strerror(errno));
  return Status::ok();
}

std::shared_ptr<ResultPrinter> makeTablePrinter(std::shared_ptr<const StructFields> columns) { return std::make_shared<TablePrinter>(std::move(columns)); }
std::shared_ptr<ResultPrinter> makeCsvPrinter(std::shared_ptr<const StructFields> columns) { return std::make_shared<CsvPrinter>(std::move(columns)); }
std::shared_ptr<ResultPrinter> makeJsonPrinter(StructFields columns, const std::string& timeZone) {
  return std::make_shared<JsonPrinter>(std::move(columns), timeZone);
}

}  // namespace flint::cli
