# SPDX-License-Identifier: MIT
# Everything that is not ours, from the distribution's packages (ci/setup installs them).

find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)

# Where it is missing, there is no handler io_uring. Its archive: the player is linked statically.
find_path(PROCESSION_URING_HEADERS liburing.h)
find_library(PROCESSION_URING_ARCHIVE liburing.a)
add_library(procession_uring INTERFACE)
if(PROCESSION_URING_HEADERS AND PROCESSION_URING_ARCHIVE)
  target_include_directories(procession_uring SYSTEM INTERFACE "${PROCESSION_URING_HEADERS}")
  target_link_libraries(procession_uring INTERFACE "${PROCESSION_URING_ARCHIVE}")
  target_compile_definitions(procession_uring INTERFACE PROCESSION_URING)
endif()

# yaml-cpp 0.8 renamed its target.
if(NOT TARGET yaml-cpp::yaml-cpp)
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
