#pragma once

/// The whole C++ API: `flint::sql::SparkSession::builder().getOrCreate()` is where programs begin.
#include "flint/column.h"
#include "flint/data_io.h"
#include "flint/dataframe.h"
#include "flint/functions.h"
#include "flint/row.h"
#include "flint/spark_exception.h"
#include "flint/spark_session.h"
