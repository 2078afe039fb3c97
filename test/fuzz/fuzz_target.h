#pragma once

#include <cstddef>
#include <cstdint>

/// What a fuzzer defines; names, signatures and meaning are libFuzzer's. The mutators may be left out.
extern "C" {

/// Once, before any input.
int LLVMFuzzerInitialize(int* argc, char*** argv) __attribute__((weak));
/// Tries one input. A defect ends the process.
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
/// Changes `data` in place to at most `maxSize` bytes, as `seed` decides; gives the new size.
size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t maxSize, unsigned int seed) __attribute__((weak));
/// Mixes two inputs into `out`.
size_t LLVMFuzzerCustomCrossOver(const uint8_t* first, size_t firstSize, const uint8_t* second, size_t secondSize, uint8_t* out, size_t maxOutSize,
                                 unsigned int seed) __attribute__((weak));
}

namespace flint::fuzz {

/// Tells that the input under trial shows a defect; the driver keeps the input and goes on with others.
void defect(const char* what, const char* details);
/// The same for an error that says that Flint is wrong (INTERNAL_ERROR), which clients get in place of an answer: a failure with --strict alone.
void weakness(const char* what, const char* details);
/// Ends the process: without what failed there is nothing to try.
[[noreturn]] void stop(const char* what, const char* details);

}  // namespace flint::fuzz
