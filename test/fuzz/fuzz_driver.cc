// Drives a fuzzer: its corpus first, then mutations of it until the time is over or so many inputs were tried.
//
//   <fuzzer> [--seconds N] [--runs N] [--seed N] [--corpus FOLDER]... [--failing FILE] [--strict] [FILE...]
//
// FILEs alone are tried once each. The input under trial lies in the --failing file (default <fuzzer>.failing), which is
// there afterwards only when the process ended in it; inputs with other defects are kept beside it, numbered, and the
// status is 1. INTERNAL_ERROR is such a defect with --strict, else it is only told. The same seed, corpus and runs give the same inputs.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz_target.h"
#include "random_bytes.h"

namespace flint::fuzz {
namespace {

using Input = std::vector<uint8_t>;

constexpr size_t kMaxInput = size_t{1} << 20;
constexpr unsigned kHangSeconds = 60;
constexpr size_t kMaxCorpus = 20'000;
constexpr size_t kMaxDefects = 100;  // then the run ends

struct Arguments {
  double seconds = 10;
  size_t runs = 0;  // 0: until the time is over
  uint64_t seed = 1;
  std::string failing;
  std::vector<std::string> corpora;
  std::vector<std::string> files;
};

Input read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  Input bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (bytes.size() > kMaxInput) bytes.resize(kMaxInput);
  return bytes;
}

/// Holds the input under trial in a mapped file, so that it outlives the process however that ends.
class FailingInput {
 public:
  explicit FailingInput(std::string path) : path_(std::move(path)), file_(::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644)) {
    if (file_ < 0 || ::ftruncate(file_, kMaxInput) != 0) stop("the file of the failing input cannot be written", path_.c_str());
    bytes_ = static_cast<uint8_t*>(::mmap(nullptr, kMaxInput, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0));
  }
  ~FailingInput() {
    ::munmap(bytes_, kMaxInput);
    ::close(file_);
    std::filesystem::remove(path_);
  }
  // Keeps the input under trial.
  void keep() {
    ++defects_;
    std::filesystem::copy_file(path_, path_ + "." + std::to_string(defects_), std::filesystem::copy_options::overwrite_existing);
    if (defects_ == kMaxDefects) stop("too many defects", "");
  }
  size_t defects() const { return defects_; }
  void tryOne(const Input& input) {
    // The file is as long as the input; the mapping reaches further and is not touched there.
    if (::ftruncate(file_, static_cast<off_t>(input.size())) != 0) stop("ftruncate", path_.c_str());
    if (!input.empty()) std::memcpy(bytes_, input.data(), input.size());
    ::alarm(kHangSeconds);
    LLVMFuzzerTestOneInput(input.data(), input.size());
    ::alarm(0);
  }

 private:
  const std::string path_;
  const int file_;
  uint8_t* bytes_ = nullptr;
  size_t defects_ = 0;
};

FailingInput* underTrial = nullptr;
bool isStrict = false;
size_t weaknesses = 0;

void hangs(int) {
  constexpr char kMessage[] = "fuzzer: DEFECT: the input hangs; it lies in the --failing file\n";
  [[maybe_unused]] const ssize_t written = ::write(2, kMessage, sizeof(kMessage) - 1);
  ::abort();
}

Input mutated(const std::vector<Input>& corpus, Choices& choices) {
  Input input = corpus.empty() ? Input() : corpus[choices.below(corpus.size())];
  const size_t rounds = 1 + choices.below(4);
  for (size_t i = 0; i < rounds; ++i) {
    if (LLVMFuzzerCustomCrossOver != nullptr && !corpus.empty() && choices.oneIn(5)) {
      const Input& other = corpus[choices.below(corpus.size())];
      Input mixed(std::min(kMaxInput, input.size() + other.size() + 4096));
      mixed.resize(LLVMFuzzerCustomCrossOver(input.data(), input.size(), other.data(), other.size(), mixed.data(), mixed.size(),
                                             static_cast<unsigned>(choices.next())));
      input = std::move(mixed);
    } else if (LLVMFuzzerCustomMutator != nullptr && !choices.oneIn(6)) {
      const size_t size = input.size();
      input.resize(kMaxInput);
      input.resize(LLVMFuzzerCustomMutator(input.data(), size, kMaxInput, static_cast<unsigned>(choices.next())));
    } else {
      mutateBytes(input, kMaxInput, choices);
    }
  }
  return input;
}

std::vector<Input> readCorpus(const std::vector<std::string>& folders) {
  std::vector<std::filesystem::path> paths;
  for (const std::string& folder : folders) {
    std::error_code missing;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, missing)) {
      if (entry.is_regular_file()) paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  if (paths.size() > kMaxCorpus) paths.resize(kMaxCorpus);
  std::vector<Input> corpus;
  for (const auto& path : paths) corpus.push_back(read(path));
  return corpus;
}

int drive(const Arguments& arguments) {
  FailingInput failing(arguments.failing);
  underTrial = &failing;
  const auto start = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  for (const std::string& file : arguments.files) failing.tryOne(read(file));
  if (!arguments.files.empty()) return failing.defects() == 0 ? 0 : 1;
  const std::vector<Input> corpus = readCorpus(arguments.corpora);
  Choices choices(arguments.seed);
  size_t tried = 0;
  // Half of the time or of the runs at most belongs to the corpus as it is; of more inputs than these runs, every n-th is taken.
  const size_t step = arguments.runs > 0 ? corpus.size() / (arguments.runs / 2 + 1) + 1 : 1;
  for (size_t i = 0; i < corpus.size() && (arguments.runs > 0 || elapsed() < arguments.seconds / 2); i += step, ++tried) failing.tryOne(corpus[i]);
  while (arguments.runs > 0 ? tried < arguments.runs : elapsed() < arguments.seconds) {
    failing.tryOne(mutated(corpus, choices));
    ++tried;
  }
  std::printf("fuzzer: tried %zu inputs in %.1f s, from %zu seeds; %zu show defects, %zu give INTERNAL_ERROR\n", tried, elapsed(), corpus.size(),
              failing.defects(), weaknesses);
  return failing.defects() == 0 ? 0 : 1;
}

}  // namespace

void defect(const char* what, const char* details) {
  std::fprintf(stderr, "fuzzer: DEFECT: %s\n%.2000s\n", what, details);
  if (underTrial != nullptr) underTrial->keep();
}

void weakness(const char* what, const char* details) {
  if (isStrict) return defect(what, details);
  ++weaknesses;
  std::fprintf(stderr, "fuzzer: weakness: %s\n%.2000s\n", what, details);
}

void stop(const char* what, const char* details) {
  std::fprintf(stderr, "fuzzer: %s: %s\n", what, details);
  std::_Exit(2);
}

}  // namespace flint::fuzz

int main(int argc, char** argv) {
  using namespace flint::fuzz;
  Arguments arguments;
  arguments.failing = std::filesystem::path(argv[0]).filename().string() + ".failing";
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    const bool hasValue = option.starts_with("--") && i + 1 < argc;
    if (option == "--seconds" && hasValue) arguments.seconds = std::atof(argv[++i]);
    else if (option == "--runs" && hasValue) arguments.runs = std::strtoull(argv[++i], nullptr, 10);
    else if (option == "--seed" && hasValue) arguments.seed = std::strtoull(argv[++i], nullptr, 10);
    else if (option == "--failing" && hasValue) arguments.failing = argv[++i];
    else if (option == "--corpus" && hasValue) arguments.corpora.emplace_back(argv[++i]);
    else if (option == "--strict") isStrict = true;
    else if (!option.starts_with("--")) arguments.files.push_back(option);
    else {
      std::fprintf(stderr, "usage: %s [--seconds N] [--runs N] [--seed N] [--corpus FOLDER]... [--failing FILE] [--strict] [FILE...]\n", argv[0]);
      return 2;
    }
  }
  // What is tried may change the folder. A file that is tried again is not written to.
  arguments.failing = std::filesystem::absolute(arguments.failing);
  for (std::string& path : arguments.corpora) path = std::filesystem::absolute(path);
  for (std::string& path : arguments.files) path = std::filesystem::absolute(path);
  ::signal(SIGALRM, hangs);
  if (LLVMFuzzerInitialize != nullptr) LLVMFuzzerInitialize(&argc, &argv);
  return drive(arguments);
}
