#include "sources/write/write_job.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <set>

#include "sources/write/folder_journal.h"

namespace flint::sources {
namespace {

using connector::SaveMode;

// Ends the process by SIGKILL at its n-th change of the file system.
class DyingFileSystem final : public io::FileSystem {
 public:
  DyingFileSystem(std::shared_ptr<io::FileSystem> real, int32_t changes) : real_(std::move(real)), left_(changes) {}
  Result<io::FileStatus> status(const std::string& path) override { return real_->status(path); }
  Result<bool> exists(const std::string& path) override { return real_->exists(path); }
  Result<std::vector<io::FileStatus>> list(const std::string& path) override { return real_->list(path); }
  Result<std::shared_ptr<const io::RandomAccessFile>> open(const std::string& path) override { return real_->open(path); }
  Result<std::unique_ptr<io::OutputFile>> create(const std::string& path, bool overwrite) override { return die(), real_->create(path, overwrite); }
  Status makeDirectories(const std::string& path) override { return die(), real_->makeDirectories(path); }
  Status rename(const std::string& from, const std::string& to) override { return die(), real_->rename(from, to); }
  Status exchange(const std::string& a, const std::string& b) override { return die(), real_->exchange(a, b); }
  Status remove(const std::string& path, bool recursive) override { return die(), real_->remove(path, recursive); }
  Status syncDirectory(const std::string& path) override { return real_->syncDirectory(path); }

 private:
  void die() {
    if (left_-- == 0) ::kill(::getpid(), SIGKILL);
  }
  const std::shared_ptr<io::FileSystem> real_;
  int32_t left_;
};

class WriteJobTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/flint_write_job_XXXXXX";
    folder_ = ::mkdtemp(name);
    target_ = folder_ + "/table";
  }
  void TearDown() override { EXPECT_TRUE(fs_->remove(folder_, true).isOk()); }

  // Writes files named `names` through one attempt.
  static Status write(const std::shared_ptr<io::FileSystem>& fs, const std::string& target, SaveMode mode, const std::vector<std::string>& names) {
    ASSIGN_OR_RETURN(auto job, WriteJob::start(fs, target, mode));
    if (job == nullptr) return Status::ok();
    const std::string attempt = job->attemptFolder(0, 0);
    std::string commit;
    for (const std::string& name : names) {
      const std::string path = attempt + "/" + name;
      RETURN_IF_ERROR(fs->makeDirectories(path.substr(0, path.rfind('/'))));
      ASSIGN_OR_RETURN(auto file, fs->create(path, false));
      RETURN_IF_ERROR(file->append(name));
      RETURN_IF_ERROR(file->close(false));
      commit += attempt + "\t" + name + "\n";
    }
    return job->commit({commit});
  }

  // What a reader sees: data files below the folder, after it finished what was committed.
  std::set<std::string> visible(const std::string& folder, const std::string& prefix = "") {
    std::set<std::string> names;
    if (!fs_->exists(folder).value()) return names;
    EXPECT_TRUE(finishJournals(*fs_, folder).isOk());
    const auto members = fs_->list(folder);
    EXPECT_TRUE(members.isOk());
    for (const io::FileStatus& file : *members) {
      const std::string name = file.path.substr(file.path.rfind('/') + 1);
      if (name[0] == '_' || name[0] == '.') continue;
      if (file.isDirectory) {
        names.merge(visible(file.path, prefix + name + "/"));
      } else {
        names.insert(prefix + name);
      }
    }
    return names;
  }

  const std::shared_ptr<io::FileSystem> fs_ = io::localFileSystem();
  std::string folder_;
  std::string target_;
};

TEST_F(WriteJobTest, modesDecideWhatHappensToWhatIsThere) {
  EXPECT_TRUE(write(fs_, target_, SaveMode::kErrorIfExists, {"a", "k=1/b"}).isOk());
  EXPECT_EQ(visible(target_), (std::set<std::string>{"a", "k=1/b"}));
  const Status again = write(fs_, target_, SaveMode::kErrorIfExists, {"c"});
  ASSERT_FALSE(again.isOk());
  EXPECT_EQ(again.error().condition().name, "PATH_ALREADY_EXISTS");
  EXPECT_TRUE(write(fs_, target_, SaveMode::kIgnore, {"c"}).isOk());
  EXPECT_EQ(visible(target_), (std::set<std::string>{"a", "k=1/b"}));
  EXPECT_TRUE(write(fs_, target_, SaveMode::kAppend, {"c", "k=2/d"}).isOk());
  EXPECT_EQ(visible(target_), (std::set<std::string>{"a", "k=1/b", "c", "k=2/d"}));
  EXPECT_TRUE(write(fs_, target_, SaveMode::kOverwrite, {"e"}).isOk());
  EXPECT_EQ(visible(target_), (std::set<std::string>{"e"}));
  EXPECT_TRUE(fs_->exists(target_ + "/_SUCCESS").value());
  EXPECT_EQ(fs_->list(folder_).value().size(), 1u) << "nothing is left beside the table";
  EXPECT_EQ(fs_->list(target_).value().size(), 2u) << "the file and _SUCCESS";
}

TEST_F(WriteJobTest, anAbortedJobLeavesNothing) {
  ASSERT_TRUE(write(fs_, target_, SaveMode::kErrorIfExists, {"a"}).isOk());
  for (const SaveMode mode : {SaveMode::kAppend, SaveMode::kOverwrite}) {
    auto job = WriteJob::start(fs_, target_, mode);
    ASSERT_TRUE(job.isOk());
    ASSERT_TRUE(fs_->makeDirectories((*job)->attemptFolder(0, 0)).isOk());
    (*job)->abort();
    EXPECT_EQ(visible(target_), (std::set<std::string>{"a"}));
    EXPECT_EQ(fs_->list(folder_).value().size(), 1u);
    EXPECT_EQ(fs_->list(target_).value().size(), 2u);
  }
}

// A process killed at any step leaves readers with all of the old files or all of the new ones, never a part.
TEST_F(WriteJobTest, aKilledWriteIsAllOrNothing) {
  const std::set<std::string> before{"a", "k=1/b"};
  struct Case {
    SaveMode mode;
    std::set<std::string> after;
  };
  for (const Case& wanted : {Case{SaveMode::kAppend, {"a", "k=1/b", "c", "k=2/d"}}, Case{SaveMode::kOverwrite, {"c", "k=2/d"}}}) {
    bool finished = false;
    int32_t oldSeen = 0;
    int32_t newSeen = 0;
    for (int32_t changes = 0; !finished; ++changes) {
      ASSERT_LT(changes, 100);
      const std::string target = target_ + std::to_string(static_cast<int>(wanted.mode)) + "_" + std::to_string(changes);
      ASSERT_TRUE(write(fs_, target, SaveMode::kErrorIfExists, {"a", "k=1/b"}).isOk());
      const pid_t child = ::fork();
      if (child == 0) {
        const Status written = write(std::make_shared<DyingFileSystem>(fs_, changes), target, wanted.mode, {"c", "k=2/d"});
        ::_exit(written.isOk() ? 0 : 1);
      }
      int status = 0;
      ::waitpid(child, &status, 0);
      finished = WIFEXITED(status);
      if (finished) {
        EXPECT_EQ(WEXITSTATUS(status), 0);
      }
      const std::set<std::string> seen = visible(target);
      EXPECT_TRUE(seen == before || seen == wanted.after) << "killed at change " << changes << ": " << seen.size() << " files";
      oldSeen += seen == before;
      newSeen += seen == wanted.after;
      EXPECT_TRUE(write(fs_, target, SaveMode::kAppend, {"later"}).isOk()) << "the next writer goes on";
      EXPECT_EQ(visible(target).size(), seen.size() + 1);
    }
    EXPECT_GT(oldSeen, 0);
    EXPECT_GT(newSeen, 1) << "some kills come after the commit";
  }
}

}  // namespace
}  // namespace flint::sources
