#include "catalog/script_variables.h"

namespace flint::catalog {
namespace {

thread_local ScriptVariables* currentVariables = nullptr;

}  // namespace

ScriptVariables* ScriptVariables::current() { return currentVariables; }

ScriptVariables::Entered::Entered(ScriptVariables* variables) : outer_(currentVariables) { currentVariables = variables; }
ScriptVariables::Entered::~Entered() { currentVariables = outer_; }

void ScriptVariables::enterScope(std::string label) { scopes_.push_back({std::move(label), {}}); }
void ScriptVariables::leaveScope() { scopes_.pop_back(); }

ScriptVariables::Scope* ScriptVariables::scopeOf(const std::vector<std::string>& name) {
  if (name.empty() || name.size() > 2) return nullptr;
  size_t handler = handlers_.size();
  size_t end = scopes_.size();
  while (true) {
    const size_t begin = handler == 0 ? 0 : handlers_[handler - 1].outerScopes;
    for (size_t i = end; i-- > begin;) {
      const bool labelled = name.size() == 1 || scopes_[i].label == name[0];
      if (labelled && scopes_[i].variables.contains(name.back())) return &scopes_[i];
    }
    if (handler == 0) return nullptr;
    end = handlers_[--handler].scope + 1;
  }
}

SqlVariable* ScriptVariables::find(const std::vector<std::string>& name) {
  Scope* const scope = scopeOf(name);
  return scope == nullptr ? nullptr : &scope->variables.at(name.back());
}

std::string ScriptVariables::shownName(const std::vector<std::string>& name) {
  const Scope* const scope = scopeOf(name);
  if (scope == nullptr) return {};
  return scope->label.empty() ? "local." + name.back() : "local." + scope->label + "." + name.back();
}

bool ScriptVariables::declare(const std::string& key, SqlVariable variable) { return scopes_.back().variables.emplace(key, std::move(variable)).second; }

}  // namespace flint::catalog
