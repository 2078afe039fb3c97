#pragma once

namespace flint {
inline namespace base {
struct Condition;

/// Conditions of Spark that have a number in the place of a name and that few places raise: see base/error_conditions.json.
namespace condition {
extern const Condition kLegacyErrorTemp1006;
extern const Condition kLegacyErrorTemp1012;
extern const Condition kLegacyErrorTemp1050;
extern const Condition kLegacyErrorTemp1066;
extern const Condition kLegacyErrorTemp1068;
extern const Condition kLegacyErrorTemp1069;
extern const Condition kLegacyErrorTemp1166;
extern const Condition kLegacyErrorTemp1169;
extern const Condition kLegacyErrorTemp1228;
extern const Condition kLegacyErrorTemp1251;
extern const Condition kLegacyErrorTemp1256;
extern const Condition kLegacyErrorTemp1261;
extern const Condition kLegacyErrorTemp1267;
extern const Condition kLegacyErrorTemp3060;
extern const Condition kLegacyErrorTemp3102;
extern const Condition kLegacyErrorTemp1047;
extern const Condition kLegacyErrorTemp1048;
extern const Condition kLegacyErrorTemp1035;
extern const Condition kLegacyErrorTemp1036;
extern const Condition kLegacyErrorTemp1039;
extern const Condition kLegacyErrorTemp1040;
extern const Condition kLegacyErrorTemp1207;
extern const Condition kLegacyErrorTemp1210;
extern const Condition kLegacyErrorTemp1232;
extern const Condition kLegacyErrorTemp2128;
extern const Condition kLegacyErrorTemp3231;
extern const Condition kLegacyErrorTemp3242;
}  // namespace condition
}  // namespace base
}  // namespace flint
