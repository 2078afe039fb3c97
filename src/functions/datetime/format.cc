// Dates and times to text and from text by patterns: date_format, to_date, to_timestamp, unix_timestamp, from_unixtime.
#include <fmt/core.h>
#include <unicode/locid.h>
#include <unicode/timezone.h>

#include <array>
#include <memory>
#include <optional>

#include "expr/function_registry.h"
#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "functions/datetime/pattern_check.h"
#include "functions/datetime/plain_pattern.h"
#include "functions/kernel_loops.h"
#include "functions/types_of_arguments.h"
#include "records/datetime_pattern.h"
#include "records/simple_date_format.h"
#include "types/calendar.h"
#include "types/int128.h"
#include "types/time_zone.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;

namespace {

constexpr std::array<const char*, 12> kMonths = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};
constexpr std::array<const char*, 7> kDays = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

std::string offsetText(int32_t seconds, char letter, size_t count) {
  if (seconds == 0 && (letter == 'X' || (letter == 'Z' && count == 5))) return "Z";
  const char sign = seconds < 0 ? '-' : '+';
  const int32_t absolute = seconds < 0 ? -seconds : seconds;
  const int32_t hours = absolute / 3'600;
  const int32_t minutes = absolute / 60 % 60;
  const int32_t rest = absolute % 60;
  if (letter == 'O' || (letter == 'Z' && count == 4)) {
    if (seconds == 0) return "GMT";
    if (count == 1) return minutes == 0 ? fmt::format("GMT{}{}", sign, hours) : fmt::format("GMT{}{}:{:02}", sign, hours, minutes);
    return rest == 0 ? fmt::format("GMT{}{:02}:{:02}", sign, hours, minutes) : fmt::format("GMT{}{:02}:{:02}:{:02}", sign, hours, minutes, rest);
  }
  if (letter == 'Z' && count < 4) return fmt::format("{}{:02}{:02}", sign, hours, minutes);
  if (count == 1) return minutes == 0 ? fmt::format("{}{:02}", sign, hours) : fmt::format("{}{:02}{:02}", sign, hours, minutes);
  const bool colon = count == 3 || count == 5;
  std::string out = fmt::format("{}{:02}{}{:02}", sign, hours, colon ? ":" : "", minutes);
  if (count >= 4 && rest != 0) out += fmt::format("{}{:02}", colon ? ":" : "", rest);
  return out;
}

// Writes moments in a pattern of Java's DateTimeFormatter.
class MomentWriter {
 public:
  MomentWriter(int64_t localMicros, int32_t offset, std::string_view zoneId, std::string zoneName)
      : date_(civilFromDays(floorDivide(localMicros, kMicrosPerDay))),
        days_(floorDivide(localMicros, kMicrosPerDay)),
        time_(floorModulo(localMicros, kMicrosPerDay)),
        offset_(offset),
        zoneId_(zoneId),
        zoneName_(std::move(zoneName)) {}

  bool write(std::string_view pattern, std::string& out) const {
    for (size_t i = 0; i < pattern.size();) {
      const char c = pattern[i];
      if (c == '\'') {
        size_t end = i + 1;
        if (end < pattern.size() && pattern[end] == '\'') out += '\'';
        for (; end < pattern.size() && pattern[end] != '\''; ++end) out += pattern[end];
        i = end + 1;
      } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
        size_t end = i;
        while (end < pattern.size() && pattern[end] == c) ++end;
        if (!writeField(c, end - i, out)) return false;
        i = end;
      } else {
        if (c != '[' && c != ']') out += c;
        ++i;
      }
    }
    return true;
  }

 private:
  bool number(int64_t value, size_t width, size_t most, std::string& out) const {
    if (width > most) return false;
    out += fmt::format("{:0{}}", value, width);
    return true;
  }
  bool writeField(char letter, size_t count, std::string& out) const {
    const int64_t hour = time_ / kMicrosPerHour;
    switch (letter) {
      case 'G': out += count == 4 ? (date_.year > 0 ? "Anno Domini" : "Before Christ") : count == 5 ? (date_.year > 0 ? "A" : "B") : (date_.year > 0 ? "AD" : "BC"); return count <= 5;
      case 'y': {
        const int64_t year = date_.year > 0 ? date_.year : 1 - date_.year;
        if (count == 2) return number(year % 100, 2, 2, out);
        if (count >= 4 && year > 9999) out += '+';
        return number(year, count, 6, out);
      }
      case 'M':
      case 'L':
        if (count <= 2) return number(date_.month, count, 2, out);
        if (count > 5) return false;
        out += count == 4 ? std::string(kMonths[static_cast<size_t>(date_.month - 1)]) : std::string(kMonths[static_cast<size_t>(date_.month - 1)]).substr(0, count == 5 ? 1 : 3);
        return true;
      case 'd': return number(date_.day, count, 2, out);
      case 'D': return number(days_ - daysFromCivil(date_.year, 1, 1) + 1, count, 3, out);
      case 'q':
      case 'Q': {
        const int quarter = (date_.month + 2) / 3;
        if (count <= 2) return number(quarter, count, 2, out);
        static constexpr std::array<const char*, 4> kOrdinals = {"1st", "2nd", "3rd", "4th"};
        out += count == 3 ? fmt::format("Q{}", quarter) : fmt::format("{} quarter", kOrdinals[static_cast<size_t>(quarter - 1)]);
        return count <= 4;
      }
      case 'E': {
        const std::string name = kDays[static_cast<size_t>(isoDayOfWeek(days_) - 1)];
        out += count == 4 ? name : name.substr(0, 3);
        return count <= 4;
      }
      case 'F': return number((date_.day - 1) % 7 + 1, count, 1, out);
      case 'u': return number(isoDayOfWeek(days_), count, 9, out);  // refused before, but with the patterns of old
      case 'a': out += hour < 12 ? "AM" : "PM"; return count == 1;
      case 'H': return number(hour, count, 2, out);
      case 'k': return number(hour == 0 ? 24 : hour, count, 2, out);
      case 'K': return number(hour % 12, count, 2, out);
      case 'h': return number(hour % 12 == 0 ? 12 : hour % 12, count, 2, out);
      case 'm': return number(time_ / kMicrosPerMinute % 60, count, 2, out);
      case 's': return number(time_ / kMicrosPerSecond % 60, count, 2, out);
      case 'S': {
        if (count > 9) return false;
        out += fmt::format("{:09}", time_ % kMicrosPerSecond * 1'000).substr(0, count);
        return true;
      }
      case 'V': out += zoneId_; return count == 2;
      case 'v':
      case 'z': out += zoneName_; return count <= 4;
      case 'X':
      case 'x':
      case 'Z':
      case 'O': out += offsetText(offset_, letter, count); return count <= 5;
      default: return false;
    }
  }

  const CivilDate date_;
  const int64_t days_;
  const int64_t time_;
  const int32_t offset_;
  const std::string_view zoneId_;
  const std::string zoneName_;
};

struct FormatData {
  const TimeZone* zone = &TimeZone::utc();
  bool raises = true;  // text that cannot be parsed is an error
  const char* tryName = "`try_to_timestamp`";
  bool legacy = false;   // as before Spark 3: no pattern is refused
};

std::shared_ptr<FormatData> formatData(const EvaluationOptions& options) {
  auto data = std::make_shared<FormatData>();
  if (const TimeZone* zone = TimeZone::find(options.timeZone)) data->zone = zone;
  data->raises = options.ansi;
  data->legacy = options.legacyTimeParser;
  return data;
}

Error badPattern(std::string_view pattern) {
  return Error(condition::kInconsistentBehaviorCrossVersionDatetimePatternRecognition)
      .with("pattern", "'" + std::string(pattern) + "'")
      .with("config", "\"spark.sql.legacy.timeParserPolicy\"")
      .with("docroot", "https://spark.apache.org/docs/latest");
}

// A pattern that the formatter before Spark 3 does not take.
Error noSimplePattern(std::string_view pattern) {
  return Error(condition::kInvalidDatetimePatternWithSuggestion).with("pattern", "'" + std::string(pattern) + "'").with("docroot", "https://spark.apache.org/docs/latest");
}

// Writes one moment a row.
class MomentColumn {
 public:
  explicit MomentColumn(const KernelArgs& args) : args_(args), data_(args.data<FormatData>()), out_(args.result<StringView>()), check_(false) {}
  void write(RowIndex row, int64_t micros, std::string_view pattern) {
    const TimeZone& zone = *data_.zone;
    const int64_t seconds = floorDivide(micros, kMicrosPerSecond);
    if (data_.legacy) {
      if (!records::isSimpleDatePattern(pattern)) return args_.errors().set(row, noSimplePattern(pattern));
      const bool isFull = pattern.find("zzzz") != std::string_view::npos;
      return out_.set(row, records::formatSimpleDate(micros, pattern, zone, isFull ? fullZoneName(zone, seconds) : std::string()));
    }
    if (plain_.take(pattern) && plain_.write(zone.toLocal(micros), text_)) return out_.set(row, text_);
    if (const Error* problem = check_.problemOf(pattern)) return args_.errors().set(row, *problem);
    const bool named = pattern.find_first_of("zv") != std::string_view::npos;
    const bool full = pattern.find("zzzz") != std::string_view::npos || pattern.find("vvvv") != std::string_view::npos;
    const MomentWriter writer(zone.toLocal(micros), zone.offsetAt(seconds), zone.id(),
                              full ? fullZoneName(zone, seconds) : named ? zone.abbreviationAt(seconds) : std::string());
    std::string text;
    if (writer.write(pattern, text)) {
      out_.set(row, text);
    } else {
      args_.errors().set(row, badPattern(pattern));
    }
  }

 private:
  // "Pacific Standard Time".
  static std::string fullZoneName(const TimeZone& zone, int64_t seconds) {
    const std::unique_ptr<icu::TimeZone> known(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(zone.id())));
    if (known == nullptr || *known == icu::TimeZone::getUnknown()) return zone.abbreviationAt(seconds);
    UErrorCode status = U_ZERO_ERROR;
    int32_t raw = 0;
    int32_t daylight = 0;
    known->getOffset(static_cast<double>(seconds) * 1e3, false, raw, daylight, status);
    icu::UnicodeString name;
    known->getDisplayName(daylight != 0, icu::TimeZone::LONG, icu::Locale::getUS(), name);
    std::string out;
    name.toUTF8String(out);
    return out;
  }

  const KernelArgs& args_;
  const FormatData& data_;
  ResultWriter<StringView> out_;
  PatternCheck check_;
  PlainPattern plain_;
  std::string text_;
};

void formatTimestamp(const KernelArgs& args) {
  MomentColumn out(args);
  forEachPair<int64_t, StringView>(args, [&](RowIndex row, int64_t micros, const StringView& pattern) { out.write(row, micros, pattern.view()); });
}
void formatSeconds(const KernelArgs& args) {
  MomentColumn out(args);
  forEachPair<int64_t, StringView>(args, [&](RowIndex row, int64_t seconds, const StringView& pattern) {
    int64_t micros = 0;
    if (__builtin_mul_overflow(seconds, kMicrosPerSecond, &micros)) micros = seconds < 0 ? INT64_MIN : INT64_MAX;
    out.write(row, micros, pattern.view());
  });
}

// The types the arguments are cast to, where implicit casts allow it.
Result<std::vector<DataType>> implicitTypes(const BindContext& context, std::vector<DataType> wanted) {
  for (size_t i = 0; i < context.argumentTypes.size() && i < wanted.size(); ++i) {
    if (!implicitCast(context.argumentTypes[i], wanted[i], context.options.ansi)) return unexpectedArgumentType(context, i, "\"" + wanted[i].sql() + "\"");
  }
  wanted.resize(context.argumentTypes.size());
  return wanted;
}

Result<FunctionBinding> bindFormat(const BindContext& context, Kernel kernel, std::vector<DataType> types, DataType result) {
  RETURN_IF_ERROR(checkArgumentCount(context, types.size(), types.size()));
  FunctionBinding binding;
  ASSIGN_OR_RETURN(binding.argumentTypes, implicitTypes(context, std::move(types)));
  binding.result = std::move(result);
  binding.kernel = kernel;
  binding.canRaise = true;
  binding.data = formatData(context.options);
  return binding;
}
Result<FunctionBinding> bindDateFormat(const BindContext& context) { return bindFormat(context, formatTimestamp, {kTimestamp, kString}, kString); }
Result<FunctionBinding> bindFromUnixtime(const BindContext& context) { return bindFormat(context, formatSeconds, {kBigint, kString}, kString); }

void setUnparsed(const KernelArgs& args, RowIndex row, const StringView& text) {
  const auto& data = args.data<FormatData>();
  if (data.raises) {
    args.errors().set(row, Error(condition::kCannotParseTimestamp).with("message", fmt::format("Text '{}' could not be parsed", text.view())).with("func", data.tryName));
  } else {
    columnar::clearBit(args.resultBuffer().validity(), row);
  }
}

enum class Moment { kDate, kTimestamp, kNtz, kSeconds };

template <Moment Which>
void parseMoments(const KernelArgs& args) {
  const TimeZone& zone = *args.data<FormatData>().zone;
  using Result = std::conditional_t<Which == Moment::kDate, int32_t, int64_t>;
  auto* out = args.result<Result>().values();
  PatternCheck check(true);
  const bool legacy = args.data<FormatData>().legacy;
  forEachPair<StringView, StringView>(args, [&](RowIndex row, const StringView& text, const StringView& pattern) {
    if (legacy && !records::isSimpleDatePattern(pattern.view())) return args.errors().set(row, noSimplePattern(pattern.view()));
    if (const Error* problem = legacy ? nullptr : check.problemOf(pattern.view())) {
      // There were no local times before version 3 that a pattern could have had another meaning for.
      const bool knownBefore = problem->condition().name == condition::kInconsistentBehaviorCrossVersionDatetimePatternRecognition.name;
      return args.errors().set(row, Which == Moment::kNtz && knownBefore ? noSimplePattern(pattern.view()) : *problem);
    }
    std::optional<int64_t> value;
    if (legacy) {
      value = records::parseSimpleDate(text.view(), pattern.view(), Which == Moment::kNtz ? TimeZone::utc() : zone);
      if (Which == Moment::kDate && value) value = floorDivide(zone.toLocal(*value), kMicrosPerDay);
      if (Which == Moment::kSeconds && value) value = floorDivide(*value, kMicrosPerSecond);
    } else if constexpr (Which == Moment::kDate) {
      // A date is that of the time the text names, on the session's clock.
      const auto micros = records::parseTimestampWithPattern(text.view(), pattern.view(), nullptr);
      if (micros) value = floorDivide(*micros, kMicrosPerDay);
    } else {
      value = records::parseTimestampWithPattern(text.view(), pattern.view(), Which == Moment::kNtz ? nullptr : &zone);
      if (Which == Moment::kSeconds && value) value = floorDivide(*value, kMicrosPerSecond);
    }
    if (value) {
      out[row] = static_cast<Result>(*value);
    } else {
      setUnparsed(args, row, text);
    }
  });
}

template <Moment Which>
DataType typeOf() {
  return Which == Moment::kDate ? kDate : Which == Moment::kNtz ? kTimestampNtz : Which == Moment::kTimestamp ? kTimestamp : kBigint;
}

void passThrough(const KernelArgs& args) { args.resultBuffer().setVector(ColumnVector::withType(args.vector(0), args.resultType())); }

// One argument is a cast; text with a pattern is parsed; a moment with a pattern is cast, the pattern left aside.
template <Moment Which, bool Tries>
Result<FunctionBinding> bindParse(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  const DataType& type = context.argumentTypes[0];
  FunctionBinding binding;
  binding.result = typeOf<Which>();
  auto data = formatData(context.options);
  data->raises = data->raises && !Tries;
  if (Which == Moment::kDate) data->tryName = "`try_to_date`";
  const bool isText = type.isStringLike() || type.is(TypeKind::kNull);
  const bool isShownText = !type.isDatetime() && !(Which == Moment::kTimestamp && type.isNumeric()) && implicitCast(type, kString, context.options.ansi);
  if (context.argumentTypes.size() == 2 && (isText || isShownText)) {
    ASSIGN_OR_RETURN(binding.argumentTypes, implicitTypes(context, {kString, kString}));
    binding.kernel = parseMoments<Which>;
    binding.canRaise = true;
  } else {
    const bool accepted = isText || type.isDatetime() || (Which == Moment::kTimestamp && type.isNumeric());
    if (!accepted) return unexpectedArgumentType(context, 0, "(\"STRING\" or \"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ\")");
    // With a pattern, a local time becomes the moment of that time in UTC.
    const bool asUtc = Which == Moment::kTimestamp && type.is(TypeKind::kTimestampNtz) && context.argumentTypes.size() == 2;
    binding.argumentTypes = {asUtc ? type : binding.result, kString};
    binding.argumentTypes.resize(context.argumentTypes.size());
    binding.kernel = passThrough;
    binding.errorsAreNull = Tries;
  }
  binding.canRaise = binding.canRaise || data->raises;
  binding.nullableIfArgumentsAre = data->raises;
  binding.data = std::move(data);
  return binding;
}

// Off ANSI mode numbers and the like are texts to to_date.
Result<ExprPtr> rewriteToDate(const BindContext& context) {
  if (context.arguments.size() != 1 || context.options.ansi) return ExprPtr();
  const DataType& type = context.argumentTypes[0];
  if (type.isStringLike() || type.is(TypeKind::kNull) || type.isDatetime() || !implicitCast(type, kString, false)) return ExprPtr();
  return call("to_date", {makeNode<Cast>(context.arguments[0], kString, CastMode::kLegacy, true)});
}

void secondsOfTimestamp(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t micros) { out[row] = floorDivide(micros, kMicrosPerSecond); });
}
void currentSeconds(const KernelArgs& args) {
  args.resultBuffer().setVector(ColumnVector::constant(kBigint, Value::integer(args.data<int64_t>()), args.numRows()));
}

Result<FunctionBinding> bindUnixTimestamp(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 0, 2));
  FunctionBinding binding;
  binding.result = kBigint;
  if (context.argumentTypes.empty()) {
    binding.kernel = currentSeconds;
    binding.nullable = false;
    binding.data = std::make_shared<const int64_t>(floorDivide(context.options.currentTimestamp, kMicrosPerSecond));
    return binding;
  }
  const DataType& type = context.argumentTypes[0];
  if (context.argumentTypes.size() > 1 && !context.argumentTypes[1].isStringLike() && !context.argumentTypes[1].is(TypeKind::kNull)) {
    return unexpectedArgumentType(context, 1, "\"STRING\"");
  }
  auto data = formatData(context.options);
  binding.canRaise = true;
  binding.nullableIfArgumentsAre = data->raises;
  if (type.isDatetime()) {
    // A local time counts as one of UTC.
    binding.argumentTypes = {type.is(TypeKind::kTimestampNtz) ? kTimestampNtz : kTimestamp, kString};
    binding.kernel = secondsOfTimestamp;
  } else if (type.isStringLike() || type.is(TypeKind::kNull)) {
    binding.argumentTypes = {kString, kString};
    binding.kernel = parseMoments<Moment::kSeconds>;
  } else {
    return unexpectedArgumentType(context, 0, "(\"STRING\" or \"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ\")");
  }
  binding.data = std::move(data);
  binding.argumentTypes.resize(context.argumentTypes.size());
  return binding;
}

template <int64_t Unit>
void microsFromUnits(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t value) {
    if (__builtin_mul_overflow(value, Unit, &out[row])) args.errors().set(row, Error(condition::kArithmeticOverflow).with("message", "long overflow").with("alternative", "").with("config", "\"spark.sql.ansi.enabled\""));
  });
}
template <int64_t Unit>
void unitsFromMicros(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t micros) { out[row] = floorDivide(micros, Unit); });
}
void microsFromDoubleSeconds(const KernelArgs& args) {
  auto out = args.result<int64_t>();
  forEachValue<double>(args, [&](RowIndex row, double seconds) {
    if (seconds - seconds != 0) return out.setNull(row);
    out.set(row, static_cast<int64_t>(seconds * 1e6));
  });
}

void microsFromDecimalSeconds(const KernelArgs& args) {
  const int scale = args.type(0).scale();
  const bool isSmall = args.type(0).precision() <= 18;
  auto* out = args.result<int64_t>().values();
  const auto fail = [&](RowIndex row, const char* message) {
    args.errors().set(row, Error(condition::kArithmeticOverflow).with("message", message).with("alternative", "").with("config", "\"spark.sql.ansi.enabled\""));
  };
  for (const RowIndex row : args.activeRows()) {
    const int128_t value = isSmall ? args.column<int64_t>(0)[row] : args.column<int128_t>(0)[row];
    int128_t micros = 0;
    if (scale > 6) {
      micros = value / powerOfTen(scale - 6);
      if (micros * powerOfTen(scale - 6) != value) fail(row, "Rounding necessary");
    } else if (__builtin_mul_overflow(value, powerOfTen(6 - scale), &micros)) {
      fail(row, "Overflow");
    }
    out[row] = static_cast<int64_t>(micros);
    if (out[row] != micros) fail(row, "Overflow");
  }
}
Result<FunctionBinding> bindFromSeconds(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  FunctionBinding binding;
  binding.result = kTimestamp;
  if (type.is(TypeKind::kDecimal)) {
    binding.argumentTypes = {type};
    binding.kernel = microsFromDecimalSeconds;
  } else if (type.isIntegral() || type.is(TypeKind::kNull)) {
    binding.argumentTypes = {kBigint};
    binding.kernel = microsFromUnits<kMicrosPerSecond>;
  } else if (type.isNumeric()) {
    binding.argumentTypes = {kDouble};
    binding.kernel = microsFromDoubleSeconds;
  } else {
    return unexpectedArgumentType(context, 0, "\"NUMERIC\"");
  }
  return binding;
}

template <bool ToUtc>
void moveBetweenZones(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  forEachPair<int64_t, StringView>(args, [&](RowIndex row, int64_t micros, const StringView& name) {
    const TimeZone* zone = TimeZone::find(name.view());
    out[row] = micros;
    if (zone == nullptr) {
      args.errors().set(row, Error(condition::kInvalidTimezone).with("timeZone", "'" + name.str() + "'"));
      return;
    }
    out[row] = ToUtc ? zone->toUtc(micros) : zone->toLocal(micros);
  });
}

template <bool Months>
void nameOfPart(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachValue<int32_t>(args, [&](RowIndex row, int32_t days) {
    const char* name = Months ? kMonths[static_cast<size_t>(civilFromDays(days).month - 1)] : kDays[static_cast<size_t>(isoDayOfWeek(days) - 1)];
    out.set(row, std::string_view(name).substr(0, 3));
  });
}

const DefaultArgument kDefaultPattern = {DataType::string(), Value::string("yyyy-MM-dd HH:mm:ss")};

}  // namespace

void registerDatetimeFormats(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"date_format"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "date_format(timestamp, fmt) - The time as text, in the form of the pattern.", .examples = {{.sql = "SELECT date_format('2016-04-08', 'y')", .result = "2016"}}, .bind = bindDateFormat},
      {.names = {"to_date"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "to_date(date_str[, fmt]) - The date that the text names.", .examples = {{.sql = "SELECT to_date('2016-12-31', 'yyyy-MM-dd')", .result = "2016-12-31"}}, .bind = bindParse<Moment::kDate, false>, .rewrite = rewriteToDate},
      {.names = {"try_to_date"}, .group = Group::kDatetime, .since = "4.0.0", .usage = "try_to_date(date_str[, fmt]) - As to_date, NULL for text that names none.", .bind = bindParse<Moment::kDate, true>},
      {.names = {"to_timestamp", "to_timestamp_ltz"}, .group = Group::kDatetime, .since = "2.2.0", .usage = "to_timestamp(timestamp_str[, fmt]) - The time that the text names.", .examples = {{.sql = "SELECT to_timestamp('2016-12-31', 'yyyy-MM-dd')", .result = "2016-12-31 00:00:00"}}, .bind = bindParse<Moment::kTimestamp, false>},
      {.names = {"try_to_timestamp"}, .group = Group::kDatetime, .since = "3.5.0", .usage = "try_to_timestamp(timestamp_str[, fmt]) - As to_timestamp, NULL for text that names none.", .bind = bindParse<Moment::kTimestamp, true>},
      {.names = {"to_timestamp_ntz"}, .group = Group::kDatetime, .since = "3.4.0", .usage = "to_timestamp_ntz(timestamp_str[, fmt]) - The local time that the text names.", .bind = bindParse<Moment::kNtz, false>},
      {.names = {"unix_timestamp"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "unix_timestamp([timeExp[, fmt]]) - The seconds since 1970 of a time or text; of now without arguments.", .bind = bindUnixTimestamp, .defaults = {kDefaultPattern}, .maxArguments = 2},
      {.names = {"to_unix_timestamp"}, .group = Group::kDatetime, .since = "1.6.0", .usage = "to_unix_timestamp(timeExp[, fmt]) - The seconds since 1970 of a time or text.", .bind = bindUnixTimestamp, .defaults = {kDefaultPattern}, .maxArguments = 2},
      {.names = {"from_unixtime"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "from_unixtime(unix_time[, fmt]) - The text of a time given in seconds since 1970.", .bind = bindFromUnixtime, .defaults = {kDefaultPattern}, .maxArguments = 2},
      {.names = {"timestamp_seconds"}, .group = Group::kDatetime, .since = "3.1.0", .usage = "timestamp_seconds(seconds) - The time so many seconds behind 1970.", .errors = {{condition::kArithmeticOverflow}}, .bind = bindFromSeconds},
      {.names = {"timestamp_millis"}, .group = Group::kDatetime, .since = "3.1.0", .usage = "timestamp_millis(milliseconds) - The time so many milliseconds behind 1970.", .errors = {{condition::kArithmeticOverflow}}, .overloads = {{.arguments = {kBigint}, .result = kTimestamp, .kernel = microsFromUnits<1'000>}}},
      {.names = {"timestamp_micros"}, .group = Group::kDatetime, .since = "3.1.0", .usage = "timestamp_micros(microseconds) - The time so many microseconds behind 1970.", .overloads = {{.arguments = {kBigint}, .result = kTimestamp, .kernel = microsFromUnits<1>}}},
      {.names = {"unix_seconds"}, .group = Group::kDatetime, .since = "3.1.0", .usage = "unix_seconds(timestamp) - The seconds since 1970.", .overloads = {{.arguments = {kTimestamp}, .result = kBigint, .kernel = unitsFromMicros<kMicrosPerSecond>}}},
      {.names = {"timestamp_ntz_to_long"}, .group = Group::kInternal, .since = "3.4.0", .usage = "As unix_seconds, of a time without a zone.", .overloads = {{.arguments = {kTimestampNtz}, .result = kBigint, .kernel = unitsFromMicros<kMicrosPerSecond>}}},
      {.names = {"unix_millis"}, .group = Group::kDatetime, .since = "3.1.0", .usage = "unix_millis(timestamp) - The milliseconds since 1970.", .overloads = {{.arguments = {kTimestamp}, .result = kBigint, .kernel = unitsFromMicros<1'000>}}},
      {.names = {"unix_micros"}, .group = Group::kDatetime, .since = "3.1.0", .usage = "unix_micros(timestamp) - The microseconds since 1970.", .overloads = {{.arguments = {kTimestamp}, .result = kBigint, .kernel = unitsFromMicros<1>}}},
      {.names = {"from_utc_timestamp"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "from_utc_timestamp(timestamp, timezone) - A time read on UTC's clock, on the zone's clock.", .errors = {{condition::kInvalidTimezone}}, .overloads = {{.arguments = {kTimestamp, kString}, .result = kTimestamp, .kernel = moveBetweenZones<false>}}},
      {.names = {"to_utc_timestamp"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "to_utc_timestamp(timestamp, timezone) - A time read on the zone's clock, on UTC's clock.", .errors = {{condition::kInvalidTimezone}}, .overloads = {{.arguments = {kTimestamp, kString}, .result = kTimestamp, .kernel = moveBetweenZones<true>}}},
      {.names = {"dayname"}, .group = Group::kDatetime, .since = "4.0.0", .usage = "dayname(date) - The weekday's name in three letters.", .overloads = {{.arguments = {kDate}, .result = kString, .kernel = nameOfPart<false>}}},
      {.names = {"monthname"}, .group = Group::kDatetime, .since = "4.0.0", .usage = "monthname(date) - The month's name in three letters.", .overloads = {{.arguments = {kDate}, .result = kString, .kernel = nameOfPart<true>}}},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
