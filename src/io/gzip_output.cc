#include "io/gzip_output.h"

#include <zlib.h>

#include <array>

namespace flint::io {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for a gzip header

class GzipOutput final : public OutputFile {
 public:
  GzipOutput(std::unique_ptr<OutputFile> file, int level) : file_(std::move(file)) {
    open_ = deflateInit2(&stream_, level, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~GzipOutput() override {
    if (open_) deflateEnd(&stream_);
  }

  Status append(std::string_view bytes) override { return deflateBytes(bytes, Z_NO_FLUSH); }
  Status close(bool sync) override {
    RETURN_IF_ERROR(deflateBytes({}, Z_FINISH));
    return file_->close(sync);
  }
  int64_t position() const override { return file_->position(); }

 private:
  Status deflateBytes(std::string_view bytes, int flush) {
    if (!open_) return internalError("zlib could not be started");
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      if (deflate(&stream_, flush) == Z_STREAM_ERROR) return internalError("zlib refused its input");
      RETURN_IF_ERROR(file_->append({buffer_.data(), buffer_.size() - stream_.avail_out}));
    } while (stream_.avail_out == 0);
    return Status::ok();
  }

  const std::unique_ptr<OutputFile> file_;
  z_stream stream_{};
  bool open_ = false;
  std::array<char, 1 << 16> buffer_;
};

}  // namespace

std::unique_ptr<OutputFile> makeGzipOutput(std::unique_ptr<OutputFile> file, int level) {
  return std::make_unique<GzipOutput>(std::move(file), level);
}

}  // namespace flint::io
