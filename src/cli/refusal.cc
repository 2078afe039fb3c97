#include "cli/refusal.h"

#include <cstdio>

namespace flint::cli {

int refuse(const std::string& why) {
  std::fprintf(stderr, "flint: %s\n", why.c_str());
  return kCannotStart;
}

std::string reasonOf(const Error& error) {
  if (&error.condition() != &condition::kInternalError) return error.message();
  const std::string* message = error.parameter("message");
  if (message == nullptr) return error.message();
  return message->substr(0, message->rfind(" ("));
}

}  // namespace flint::cli
