#pragma once

#include "connector/data_source.h"

namespace flint::sources {

/// Takes rows and keeps none: a query is run in full, and nothing is stored.
extern const connector::DataSource kNoop;

}  // namespace flint::sources
