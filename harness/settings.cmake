# SPDX-License-Identifier: MIT
# Flags of every target, in one interface target that each links privately.

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
# GNU extensions: with strict C++20, GCC does not see fork and exec as built-ins, and counts of a
# process are lost over exec.
set(CMAKE_CXX_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(procession_settings INTERFACE)
target_include_directories(procession_settings INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(procession_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  # GCC 12 warns of designated initialisers that leave a member its default: that is their point.
  -Wno-missing-field-initializers
  $<$<BOOL:${PROCESSION_WERROR}>:-Werror>)

if(PROCESSION_SANITIZE)
  target_compile_options(procession_settings INTERFACE
    -fsanitize=${PROCESSION_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(procession_settings INTERFACE -fsanitize=${PROCESSION_SANITIZE})
  target_compile_definitions(procession_settings INTERFACE PROCESSION_SANITIZED)
endif()
if(PROCESSION_COVERAGE)
  target_compile_options(procession_settings INTERFACE --coverage -fprofile-abs-path)
  target_link_options(procession_settings INTERFACE --coverage)
  target_compile_definitions(procession_settings INTERFACE PROCESSION_COVERAGE)
endif()
