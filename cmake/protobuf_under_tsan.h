// Included in front of every source that sees the Connect messages, under the thread sanitizer. Protobuf's headers then give maps one more field,
// which the library, built without the sanitizer, does not have; the standard library's, which also look at the macro, are to see it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#pragma push_macro("__SANITIZE_THREAD__")
#undef __SANITIZE_THREAD__
#include <google/protobuf/map_field.h>
#pragma pop_macro("__SANITIZE_THREAD__")
