// SPDX-License-Identifier: MIT
#include "harness/cli/baseline.h"

#include "harness/cli/program_test.h"
#include "harness/report/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace procession::cli {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

report::SessionResult session_of(const std::string& machine_class) {
  report::SessionResult session;
  session.started = "2026-05-01T12:00:00Z";
  session.machine = {{"procession", "0.1.0"}, {"class", machine_class}};
  return session;
}

TEST(Baseline, is_found_by_its_class) {
  const Folder folder;
  const std::string place = folder.path("new/baselines");
  const auto saved = save_baseline(place, session_of("x86_64-a"), Existing::Keep);
  ASSERT_TRUE(saved) << saved.error().message;
  EXPECT_EQ(*saved, place + "/x86_64-a.json");
  EXPECT_EQ(folder.read("new/baselines/x86_64-a.json"), report::to_json(session_of("x86_64-a")));
  ASSERT_TRUE(save_baseline(place, session_of("arm-b"), Existing::Keep));
  folder.write("new/baselines/README.md", "");
  folder.write("new/baselines/Not a class.json", "");
  std::filesystem::create_directory(place + "/folder.json");

  const auto found = find_baseline(place, "x86_64-a");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->path, place + "/x86_64-a.json");
  EXPECT_THAT(found->other_classes, ElementsAre("arm-b"));
}

TEST(Baseline, of_other_classes_only_is_none_and_they_are_named) {
  const Folder folder;
  const std::string place = folder.path("");
  EXPECT_EQ(why_no_baseline(*find_baseline(place, "c")), place + " has no baseline for c");
  folder.write("b.json", "{}");
  EXPECT_EQ(why_no_baseline(*find_baseline(place, "c")),
            place + " has no baseline for c; there is one for b");
  folder.write("a.json", "{}");
  const auto found = find_baseline(place, "c");
  EXPECT_FALSE(found->path);
  EXPECT_EQ(why_no_baseline(*found), place + " has no baseline for c; there are some for a and b");
}

TEST(Baseline, is_none_where_the_folder_does_not_exist) {
  const Folder folder;
  const auto found = find_baseline(folder.path("none"), "a");
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->path);
  EXPECT_THAT(found->other_classes, IsEmpty());
}

TEST(Baseline, in_a_place_that_is_no_folder_says_so) {
  const Folder folder;
  const std::string file = folder.write("file", "");
  EXPECT_THAT(find_baseline(file, "a").error().message, HasSubstr("read the folder " + file));
  EXPECT_THAT(save_baseline(file, session_of("a"), Existing::Keep).error().message,
              HasSubstr("make the folder " + file));
  EXPECT_EQ(folder.read("file"), "");
}

TEST(Baseline, is_replaced_only_if_asked) {
  const Folder folder;
  report::SessionResult session = session_of("a");
  ASSERT_TRUE(save_baseline(folder.path(""), session, Existing::Keep));
  const std::string before = folder.read("a.json");
  session.seed = 7;
  const auto kept = save_baseline(folder.path(""), session, Existing::Keep);
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().kind, base::ErrorKind::BadInput);
  EXPECT_THAT(kept.error().message, EndsWith("a.json is there already; --force replaces it"));
  EXPECT_EQ(folder.read("a.json"), before);
  ASSERT_TRUE(save_baseline(folder.path(""), session, Existing::Replace));
  EXPECT_EQ(folder.read("a.json"), report::to_json(session));
  EXPECT_THAT(folder.names(), ElementsAre("a.json"));
}

TEST(Baseline, of_a_result_without_its_class_is_refused) {
  const Folder folder;
  report::SessionResult old = session_of("a");
  old.machine.clear();
  EXPECT_THAT(save_baseline(folder.path(""), old, Existing::Replace).error().message,
              HasSubstr("the result does not say which class of machine it is from"));
  for (const std::string wild : {"../escape", "a/b", "", "A b", "\x1b[2J"}) {
    const auto saved = save_baseline(folder.path(""), session_of(wild), Existing::Replace);
    ASSERT_FALSE(saved) << wild;
    EXPECT_EQ(saved.error().kind, base::ErrorKind::BadInput);
    EXPECT_FALSE(find_baseline(folder.path(""), wild));
  }
  EXPECT_THAT(folder.names(), IsEmpty());
}

}  // namespace
}  // namespace procession::cli
