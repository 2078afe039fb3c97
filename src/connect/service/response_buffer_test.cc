#include "connect/service/response_buffer.h"

#include <gtest/gtest.h>

namespace flint::connect {
namespace {

using Kind = ResponseBuffer::Next::Kind;

ResponseBuffer::Limits smallLimits(bool keepsRead = true) { return {.unreadBytes = 10, .retainedBytes = 10, .keepsRead = keepsRead}; }

TEST(ResponseBuffer, givesResponsesInOrderAndThenTheOutcome) {
  ResponseBuffer buffer({});
  const auto reader = buffer.attach([] {});
  EXPECT_EQ(buffer.next(reader, 0).kind, Kind::kWait);
  buffer.append("a", "one");
  buffer.append("b", "two");
  buffer.finish(Status::ok());
  EXPECT_EQ(buffer.next(reader, 0).response->bytes, "one");
  EXPECT_EQ(buffer.next(reader, 1).response->id, "b");
  EXPECT_EQ(buffer.next(reader, 2).kind, Kind::kEnd);
}

TEST(ResponseBuffer, callsTheReaderOnEveryChange) {
  ResponseBuffer buffer({});
  int calls = 0;
  buffer.attach([&] { ++calls; });
  buffer.append("a", "one");
  buffer.finish(Status::ok());
  EXPECT_EQ(calls, 2);
}

TEST(ResponseBuffer, givesAReaderThatComesBackWhatWasRead) {
  ResponseBuffer buffer(smallLimits());
  const auto first = buffer.attach([] {});
  for (const char* id : {"a", "b", "c", "d"}) buffer.append(id, "12345");
  for (int64_t i = 0; i < 4; ++i) EXPECT_EQ(buffer.next(first, i).kind, Kind::kResponse);
  buffer.detach(first);
  EXPECT_FALSE(buffer.hasReader());
  const auto second = buffer.attach([] {});
  EXPECT_EQ(buffer.next(second, buffer.indexOf("c")).response->id, "d");
  // What lies more than ten bytes behind is gone.
  EXPECT_EQ(buffer.indexOf("a"), 0);
  EXPECT_EQ(buffer.next(second, 0).kind, Kind::kGone);
}

TEST(ResponseBuffer, aSecondReaderTakesOver) {
  ResponseBuffer buffer({});
  bool told = false;
  const auto first = buffer.attach([&] { told = true; });
  const auto second = buffer.attach([] {});
  EXPECT_TRUE(told);
  EXPECT_EQ(buffer.next(first, 0).kind, Kind::kSuperseded);
  buffer.detach(first);  // changes nothing for the other
  EXPECT_TRUE(buffer.hasReader());
  EXPECT_EQ(buffer.next(second, 0).kind, Kind::kWait);
}

TEST(ResponseBuffer, isFullUntilSomebodyReads) {
  ResponseBuffer buffer(smallLimits());
  buffer.append("a", "123456");
  EXPECT_FALSE(buffer.isFull());
  buffer.append("b", "123456");
  EXPECT_TRUE(buffer.isFull());
  bool woken = false;
  buffer.whenRoom()->onWake([&] { woken = true; });
  EXPECT_FALSE(woken);
  const auto reader = buffer.attach([] {});
  EXPECT_EQ(buffer.next(reader, 0).kind, Kind::kResponse);
  EXPECT_TRUE(woken);
  EXPECT_FALSE(buffer.isFull());
}

TEST(ResponseBuffer, dropsWhatIsReleased) {
  ResponseBuffer buffer({});
  const auto reader = buffer.attach([] {});
  for (const char* id : {"a", "b", "c"}) buffer.append(id, "x");
  for (int64_t i = 0; i < 3; ++i) buffer.next(reader, i);
  buffer.releaseUntil("b");
  buffer.releaseUntil("unknown");
  EXPECT_EQ(buffer.indexOf("a"), 0);
  EXPECT_EQ(buffer.indexOf("b"), 2) << "a client may reattach behind the last response it released";
  EXPECT_EQ(buffer.next(reader, 2).response->id, "c");
}

TEST(ResponseBuffer, keepsNothingReadWithoutReattaching) {
  ResponseBuffer buffer(smallLimits(false));
  const auto reader = buffer.attach([] {});
  buffer.append("a", "x");
  buffer.append("b", "x");
  EXPECT_EQ(buffer.next(reader, 0).kind, Kind::kResponse);
  EXPECT_EQ(buffer.next(reader, 1).kind, Kind::kResponse);
  EXPECT_EQ(buffer.indexOf("a"), 0);
}

TEST(ResponseBuffer, closingFreesTheProducer) {
  ResponseBuffer buffer(smallLimits());
  buffer.append("a", "1234567890123");
  bool woken = false;
  buffer.whenRoom()->onWake([&] { woken = true; });
  buffer.close();
  EXPECT_TRUE(woken);
  EXPECT_FALSE(buffer.isFull());
  buffer.append("b", "x");
  EXPECT_EQ(buffer.indexOf("b"), 0);
}

}  // namespace
}  // namespace flint::connect
