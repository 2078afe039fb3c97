#include "catalog/python_data_sources.h"

#include <algorithm>
#include <cctype>


namespace flint::catalog {
namespace {

std::string folded(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

}  // namespace

std::optional<PythonDataSource> PythonDataSources::find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = sources_.find(folded(name));
  return found == sources_.end() ? std::nullopt : std::optional(found->second);
}

void PythonDataSources::put(PythonDataSource source) {
  const std::lock_guard lock(mutex_);
  sources_[folded(source.name)] = std::move(source);
}

std::vector<PythonDataSource> PythonDataSources::all() const {
  std::vector<PythonDataSource> out;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, source] : sources_) out.push_back(source);
  return out;
}

}  // namespace flint::catalog
