#pragma once

#include <set>
#include <string>
#include <vector>

#include "catalog/catalog_plugin.h"

namespace flint::analysis {

/// What a query or a function's body was found to use: for what may not be stored, and for functions that end up calling themselves.
struct Dependencies {
  std::vector<catalog::NameParts> temporaryViews;
  std::vector<catalog::NameParts> temporaryFunctions;
  std::vector<catalog::NameParts> temporaryVariables;
  std::set<std::string> functions;  // keys of SQL functions, those of called functions' bodies included
  std::set<std::string> views;      // "database.name" of persistent views
  bool readsData = false;           // a table or view, or a function that says it reads some
  // Whether a later analysis may find something else though the session did nothing meanwhile: tables, files, the catalog's functions, the time.
  bool isMomentary = false;
};

}  // namespace flint::analysis
