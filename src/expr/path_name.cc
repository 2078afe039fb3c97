#include "expr/path_name.h"

namespace flint::expr {

std::string lastKeyOfPath(std::string_view path) {
  std::string_view key;
  size_t at = 0;
  while (at < path.size()) {
    if (path[at] == '.') {
      const size_t end = path.find_first_of(".[", at + 1);
      key = path.substr(at + 1, end == std::string_view::npos ? end : end - at - 1);
      at = end == std::string_view::npos ? path.size() : end;
    } else if (path.substr(at).starts_with("['")) {
      const size_t end = path.find("']", at + 2);
      if (end == std::string_view::npos) break;
      key = path.substr(at + 2, end - at - 2);
      at = end + 2;
    } else {
      ++at;
    }
  }
  return std::string(key);
}

}  // namespace flint::expr
