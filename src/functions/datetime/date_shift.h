#pragma once

#include "types/calendar.h"
#include "types/interval.h"
#include "types/time_zone.h"

namespace flint::functions {

/// An instant moved by months, then days, both on the zone's clock, then by microseconds of elapsed time.
inline int64_t addToTimestamp(int64_t micros, int32_t months, int64_t days, int64_t rest, const TimeZone& zone) {
  if (months == 0 && days == 0) return micros + rest;
  const int64_t local = zone.toLocal(micros);
  int64_t day = floorDivide(local, kMicrosPerDay);
  const int64_t time = local - day * kMicrosPerDay;
  if (months != 0) day = addMonths(day, months);
  return zone.toUtc((day + days) * kMicrosPerDay + time) + rest;
}

}  // namespace flint::functions
