# SPDX-License-Identifier: MIT
# One folder = one layer = one static library. USES is both what is linked and what the folder may
# include: ci/check_layers compares it with the include lines.
#
#   procession_layer(NAME verify SOURCES … USES base trace … PACKAGES fmt::fmt)
#   procession_layer_tests(NAME verify SOURCES … USES … [DEPENDS target …] [LABELS …])
#   procession_layer_benchmarks(NAME run SOURCES … USES … [DEPENDS target …])

include(GoogleTest)

add_custom_target(benchmarks)  # all programs of procession_layer_benchmarks; ci/bench runs them

function(procession_layer)
  cmake_parse_arguments(LAYER "" "NAME" "SOURCES;USES;PACKAGES" ${ARGN})
  set(target harness_${LAYER_NAME})
  list(TRANSFORM LAYER_USES PREPEND harness:: OUTPUT_VARIABLE used)
  add_library(${target} STATIC ${LAYER_SOURCES})
  add_library(harness::${LAYER_NAME} ALIAS ${target})
  target_link_libraries(${target} PUBLIC ${used} PRIVATE procession_settings ${LAYER_PACKAGES})
endfunction()

# The folder's *_test.cc files as one program; every case is a CTest test, labelled with the folder.
function(procession_layer_tests)
  cmake_parse_arguments(LAYER "" "NAME" "SOURCES;USES;PACKAGES;DEPENDS;LABELS" ${ARGN})
  set(target ${LAYER_NAME}_test)
  list(TRANSFORM LAYER_USES PREPEND harness:: OUTPUT_VARIABLE used)
  add_executable(${target} ${LAYER_SOURCES})
  target_link_libraries(${target} PRIVATE harness::${LAYER_NAME} ${used} ${LAYER_PACKAGES}
    procession_settings GTest::gmock GTest::gtest_main)
  target_compile_definitions(${target} PRIVATE
    PROCESSION_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    PROCESSION_BINARY_DIR="${PROJECT_BINARY_DIR}")
  # Most of a test's compile time is GoogleTest; the lowest layer's tests precompile it for all. GCC 12
  # then warns of its own std::string (PR 105329, PR 105651).
  target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow)
  if(LAYER_NAME STREQUAL "base")
    target_precompile_headers(${target} PRIVATE
      <gmock/gmock.h> <gtest/gtest.h> <map> <string> <vector>)
  else()
    target_precompile_headers(${target} REUSE_FROM base_test)
  endif()
  if(LAYER_DEPENDS)
    add_dependencies(${target} ${LAYER_DEPENDS})
  endif()
  gtest_discover_tests(${target} TEST_PREFIX "${LAYER_NAME}/" DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
  # gtest_discover_tests loses all labels but the first; this runs after it, when ctest starts.
  set(labels ${LAYER_NAME} ${LAYER_LABELS})
  set(script "${CMAKE_CURRENT_BINARY_DIR}/${target}_labels.cmake")
  file(WRITE "${script}"
    "if(${target}_TESTS)\n"
    "  set_tests_properties(\${${target}_TESTS} PROPERTIES LABELS \"${labels}\")\n"
    "endif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${script}")
endfunction()

function(procession_layer_benchmarks)
  cmake_parse_arguments(LAYER "" "NAME" "SOURCES;USES;PACKAGES;DEPENDS" ${ARGN})
  set(target ${LAYER_NAME}_bench)
  list(TRANSFORM LAYER_USES PREPEND harness:: OUTPUT_VARIABLE used)
  add_executable(${target} ${LAYER_SOURCES})
  target_link_libraries(${target} PRIVATE harness::${LAYER_NAME} ${used} ${LAYER_PACKAGES}
    procession_settings benchmark::benchmark)
  target_compile_definitions(${target} PRIVATE
    PROCESSION_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    PROCESSION_BINARY_DIR="${PROJECT_BINARY_DIR}")
  add_dependencies(benchmarks ${target})
  if(LAYER_DEPENDS)
    add_dependencies(${target} ${LAYER_DEPENDS})
  endif()
endfunction()
