#pragma once

#include <map>
#include <string>
#include <vector>

#include "catalog/sql_variable.h"

namespace flint::catalog {

/// The local variables of a running script: a scope for each block, and one for the row of a FOR loop, innermost last.
///
/// Threads: confined to the thread that runs the script.
class ScriptVariables {
 public:
  /// Of the script that this thread runs; null outside of any.
  static ScriptVariables* current();
  /// While it lives, names on this thread mean `variables`; null hides those of the script around.
  class Entered {
   public:
    explicit Entered(ScriptVariables* variables);
    ~Entered();
    Entered(const Entered&) = delete;
    Entered& operator=(const Entered&) = delete;

   private:
    ScriptVariables* const outer_;
  };

  /// `label` is as names compare; empty: none.
  void enterScope(std::string label);
  void leaveScope();
  size_t numScopes() const { return scopes_.size(); }
  /// Until `leaveHandler`, scopes above number `scope` that are open now are out of sight.
  void enterHandler(size_t scope) { handlers_.push_back({scope, scopes_.size()}); }
  void leaveHandler() { handlers_.pop_back(); }

  /// The variable that `name` or `label.name` means, parts folded; null: none.
  SqlVariable* find(const std::vector<std::string>& name);
  /// "local.label.name", as messages and columns show the variable that a name means; empty: none.
  std::string shownName(const std::vector<std::string>& name);
  /// False when the innermost scope has the name already.
  bool declare(const std::string& key, SqlVariable variable);
  const std::string& innermostLabel() const { return scopes_.back().label; }

 private:
  struct Scope {
    std::string label;
    std::map<std::string, SqlVariable> variables;
  };
  struct Handler {
    size_t scope;
    size_t outerScopes;
  };
  Scope* scopeOf(const std::vector<std::string>& name);

  std::vector<Scope> scopes_;
  std::vector<Handler> handlers_;
};

}  // namespace flint::catalog
