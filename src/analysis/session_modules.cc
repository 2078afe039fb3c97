#include "analysis/session_modules.h"

#include <algorithm>
#include <string_view>

namespace flint::analysis {
namespace {

// Whether an item of a list with commas is what is looked for.
template <class IsIt>
bool hasItem(const std::string& list, const IsIt& isIt) {
  for (size_t from = 0; from <= list.size();) {
    const size_t to = std::min(list.find(',', from), list.size());
    std::string_view item = std::string_view(list).substr(from, to - from);
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
    if (isIt(item)) return true;
    from = to + 1;
  }
  return false;
}

}  // namespace

bool hasModule(const catalog::SQLConf& conf, const std::string& name) {
  const std::string artifact = name + "_2.13";
  const std::string package = "org.apache.spark:" + artifact + ":";
  if (hasItem(conf.get("spark.jars.packages", ""), [&](std::string_view item) { return item.starts_with(package); })) return true;
  return hasItem(conf.get("spark.jars", ""), [&](std::string_view item) {
    const std::string_view file = item.substr(item.rfind('/') + 1);
    return file.starts_with(artifact + "-") && file.ends_with(".jar");
  });
}

}  // namespace flint::analysis
