#include "functions/sketch/frequent_items.h"

#include <algorithm>

namespace flint::functions {
namespace {

constexpr int kLeastLg = 3;
constexpr double kInverseGolden = 0.6180339887498949025;
constexpr size_t kPurgeSample = 1024;

uint64_t mixed(int32_t hash) {
  auto key = static_cast<uint64_t>(static_cast<int64_t>(hash));
  key = (key ^ key >> 33) * 0xff51afd7ed558ccdULL;
  key = (key ^ key >> 33) * 0xc4ceb9fe1a85ec53ULL;
  return key ^ key >> 33;
}

size_t capacity(size_t places) { return places * 3 / 4; }

}  // namespace

FrequentItems::FrequentItems(int64_t maxItems) : lgMost_(kLeastLg), places_(size_t{1} << kLeastLg) {
  while (static_cast<int64_t>(capacity(size_t{1} << lgMost_)) < maxItems) ++lgMost_;
}

size_t FrequentItems::place(std::string_view key, int32_t hash) const {
  const size_t mask = places_.size() - 1;
  size_t at = mixed(hash) & mask;
  while (places_[at].count > 0 && places_[at].key != key) at = (at + 1) & mask;
  return at;
}

void FrequentItems::put(Item item) {
  Item& at = places_[place(item.key, item.hash)];
  if (at.count > 0) {
    at.count += item.count;
  } else {
    at = std::move(item);
    ++numItems_;
  }
}

void FrequentItems::grow() {
  std::vector<Item> old(places_.size() * 2);
  old.swap(places_);
  numItems_ = 0;
  for (Item& item : old) {
    if (item.count > 0) put(std::move(item));
  }
}

void FrequentItems::purge() {
  std::vector<int64_t> counts;
  for (const Item& item : places_) {
    if (item.count > 0 && counts.size() < kPurgeSample) counts.push_back(item.count);
  }
  std::nth_element(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(counts.size() / 2), counts.end());
  const int64_t median = counts[counts.size() / 2];
  offset_ += median;
  std::vector<Item> old(places_.size());
  old.swap(places_);
  numItems_ = 0;
  for (Item& item : old) {
    item.count -= median;
    if (item.count > 0) put(std::move(item));
  }
}

void FrequentItems::update(std::string_view key, int32_t hash, int64_t count) {
  if (count <= 0) return;
  put({std::string(key), hash, count});
  if (numItems_ <= capacity(places_.size())) return;
  if (places_.size() < size_t{1} << lgMost_) {
    grow();
  } else {
    purge();
  }
}

std::vector<const FrequentItems::Item*> FrequentItems::walk() const {
  const size_t mask = places_.size() - 1;
  const size_t stride = static_cast<size_t>(static_cast<double>(places_.size()) * kInverseGolden) | 1;
  std::vector<const Item*> out;
  size_t at = 0;
  for (size_t i = 0; i < places_.size(); ++i, at = (at + stride) & mask) {
    if (places_[at].count > 0) out.push_back(&places_[at]);
  }
  return out;
}

void FrequentItems::merge(const FrequentItems& other) {
  for (const Item* item : other.walk()) update(item->key, item->hash, item->count);
  offset_ += other.offset_;
}

std::vector<FrequentItems::Item> FrequentItems::top(size_t k) const {
  std::vector<const Item*> items = walk();
  std::stable_sort(items.begin(), items.end(), [](const Item* a, const Item* b) { return a->count > b->count; });
  std::vector<Item> out;
  for (const Item* item : items) {
    if (out.size() == k) break;
    out.push_back(*item);
    out.back().count += offset_;
  }
  return out;
}

void FrequentItems::encode(ByteWriter& out) const {
  const std::vector<const Item*> items = walk();
  out.writeVarint(items.size());
  for (const Item* item : items) {
    out.writeString(item->key);
    out.writeFixed(item->hash);
    out.writeInt(item->count);
  }
  out.writeInt(offset_);
}

void FrequentItems::decode(ByteReader& in) {
  for (size_t rest = in.readCount(); rest > 0 && !in.failed(); --rest) {
    const std::string key(in.readString());
    const auto hash = in.readFixed<int32_t>();
    update(key, hash, in.readInt());
  }
  offset_ += in.readInt();
}

}  // namespace flint::functions
