#pragma once

#include <map>
#include <optional>

#include "exec/testing/operator_harness.h"

/// What operators should answer, found row by row with nothing of `exec`: slow, and plain enough to be believed. Tables are `randomTable`s: k, s, v.
namespace flint::exec::testing {

struct Totals {
  int64_t rows = 0;
  int64_t sum = 0;
  int64_t least = INT64_MAX;
  std::optional<std::string> most;
};

/// A row a group: the keys, count(1), sum(v), min(v), max(s).
inline std::vector<Row> groupedByHand(const TestTable& table, const std::vector<size_t>& keys) {
  std::map<std::string, std::pair<Row, Totals>> groups;
  for (const Row& row : table.rows) {
    Row key;
    for (const size_t k : keys) key.push_back(row[k]);
    auto& [values, totals] = groups[textOf(key)];
    values = key;
    ++totals.rows;
    totals.sum += row[2].asInteger();
    totals.least = std::min(totals.least, row[2].asInteger());
    if (!row[1].isNull() && (!totals.most.has_value() || *totals.most < row[1].asString())) totals.most = row[1].asString();
  }
  std::vector<Row> rows;
  for (auto& [text, group] : groups) {
    Row row = group.first;
    row.push_back(Value::integer(group.second.rows));
    row.push_back(Value::integer(group.second.sum));
    row.push_back(Value::integer(group.second.least));
    row.push_back(group.second.most.has_value() ? Value::string(*group.second.most) : Value::null());
    rows.push_back(std::move(row));
  }
  return rows;
}

/// An equi-join on k, or on s; with the condition that the left v is less than the right one.
inline std::vector<Row> joinedByHand(const TestTable& left, const TestTable& right, JoinType type, bool byString, bool withCondition) {
  const size_t key = byString ? 1 : 0;
  std::vector<Row> rows;
  std::vector<bool> rightMatched(right.rows.size(), false);
  const Row leftNulls(3);
  for (const Row& l : left.rows) {
    bool matched = false;
    for (size_t r = 0; r < right.rows.size(); ++r) {
      const Row& other = right.rows[r];
      if (l[key].isNull() || other[key].isNull() || !(l[key] == other[key])) continue;
      if (withCondition && l[2].asInteger() >= other[2].asInteger()) continue;
      matched = true;
      rightMatched[r] = true;
      if (type == JoinType::kLeftSemi || type == JoinType::kLeftAnti || type == JoinType::kExistence) continue;
      Row row = l;
      row.insert(row.end(), other.begin(), other.end());
      rows.push_back(row);
    }
    Row row = l;
    if (type == JoinType::kLeftSemi && matched) rows.push_back(row);
    if (type == JoinType::kLeftAnti && !matched) rows.push_back(row);
    if (type == JoinType::kExistence) {
      row.push_back(Value::boolean(matched));
      rows.push_back(row);
    }
    if ((type == JoinType::kLeftOuter || type == JoinType::kFullOuter) && !matched) {
      row.resize(6);
      rows.push_back(row);
    }
  }
  for (size_t r = 0; r < right.rows.size(); ++r) {
    if ((type != JoinType::kRightOuter && type != JoinType::kFullOuter) || rightMatched[r]) continue;
    Row row(3);
    row.insert(row.end(), right.rows[r].begin(), right.rows[r].end());
    rows.push_back(row);
  }
  return rows;
}

/// A join on nothing but that the left v is less than the right one.
inline std::vector<Row> pairedByHand(const TestTable& left, const TestTable& right, JoinType type) {
  std::vector<Row> rows;
  std::vector<bool> rightMatched(right.rows.size(), false);
  for (const Row& l : left.rows) {
    bool matched = false;
    for (size_t r = 0; r < right.rows.size(); ++r) {
      if (l[2].asInteger() >= right.rows[r][2].asInteger()) continue;
      matched = true;
      rightMatched[r] = true;
      if (type == JoinType::kLeftSemi || type == JoinType::kLeftAnti || type == JoinType::kExistence) continue;
      rows.push_back(l);
      rows.back().insert(rows.back().end(), right.rows[r].begin(), right.rows[r].end());
    }
    if ((type == JoinType::kLeftSemi && matched) || (type == JoinType::kLeftAnti && !matched)) rows.push_back(l);
    if (type == JoinType::kExistence) {
      rows.push_back(l);
      rows.back().push_back(Value::boolean(matched));
    }
    if ((type == JoinType::kLeftOuter || type == JoinType::kFullOuter) && !matched) {
      rows.push_back(l);
      rows.back().resize(6);
    }
  }
  for (size_t r = 0; r < right.rows.size(); ++r) {
    if ((type != JoinType::kRightOuter && type != JoinType::kFullOuter) || rightMatched[r]) continue;
    Row row(3);
    row.insert(row.end(), right.rows[r].begin(), right.rows[r].end());
    rows.push_back(row);
  }
  return rows;
}

/// Below, equal, above 0 as a comes before b. Only texts and integers occur.
inline int compareForSort(const Value& a, const Value& b, bool ascending, bool nullsFirst) {
  if (a.isNull() || b.isNull()) return a.isNull() && b.isNull() ? 0 : (a.isNull() == nullsFirst ? -1 : 1);
  const auto order = [&]() -> int {
    if (a == b) return 0;
    const bool isText = textOf(a).find_first_of("as") != std::string::npos && textOf(a).size() > 5;
    if (isText) return a.asString() < b.asString() ? -1 : 1;
    return a.asInteger() < b.asInteger() ? -1 : 1;
  };
  return ascending ? order() : -order();
}

}  // namespace flint::exec::testing
