#include "pyworker/question_scope.h"

#include <utility>

namespace flint::pyworker {
namespace {

thread_local const QuestionScope* innermost = nullptr;

}  // namespace

QuestionScope::QuestionScope(std::function<Status()> check) : check_(std::move(check)), outer_(std::exchange(innermost, this)) {}
QuestionScope::~QuestionScope() { innermost = outer_; }

Status QuestionScope::check() { return innermost == nullptr ? Status::ok() : innermost->check_(); }

}  // namespace flint::pyworker
