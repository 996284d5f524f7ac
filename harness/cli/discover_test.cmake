# SPDX-License-Identifier: MIT
# cmake -DPROGRAM=… -DSOURCE=… -P discover_test.cmake
# procession_discover_scenarios as another project sees it: its scenarios are tests; a new file is a
# new test at the next ctest, without a reconfigure; an unreadable one fails with its diagnostics.

cmake_policy(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/temporary_folder.cmake")
temporary_folder(folder)

function(expect text)
  string(FIND "${output}" "${text}" found)
  if(found EQUAL -1)
    end_with("expected: ${text}\nin:\n${output}")
  endif()
endfunction()

function(run_ctest)
  execute_process(COMMAND "${CMAKE_CTEST_COMMAND}" --test-dir "${folder}/build" --output-on-failure
    OUTPUT_VARIABLE printed ERROR_VARIABLE printed)
  set(output "${printed}" PARENT_SCOPE)
endfunction()

set(scenario "scenario: prints\ntags: [colour]\nprocesses:\n  main:\n    - print: here\n")

file(WRITE "${folder}/CMakeLists.txt" "
cmake_minimum_required(VERSION 3.25)
project(Another LANGUAGES NONE)
enable_testing()
include(\"${SOURCE}/harness/procession_discover_scenarios.cmake\")
procession_discover_scenarios(DIRECTORY plays PREFIX plays/ EXCLUDE ^draft LABELS mine)
")
file(WRITE "${folder}/plays/first; one [1].yaml" "${scenario}")
file(WRITE "${folder}/plays/draft.yaml" "not a scenario")
execute_process(
  COMMAND "${CMAKE_COMMAND}" -S "${folder}" -B "${folder}/build" "-DPROCESSION_PROGRAM=${PROGRAM}"
  OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  end_with("${output}")
endif()

run_ctest()
expect("plays/first; one [1].yaml")
expect("Passed")
expect("100% tests passed, 0 tests failed out of 1")
expect("colour ")
expect("mine ")

file(WRITE "${folder}/plays/sub/second.yaml" "${scenario}matrix: {way: [a, 'b;c']}\n")
file(WRITE "${folder}/plays/typo.yaml" "scenario: a typo\nprocesses:\n  main:\n    - prnt: here\n")
file(WRITE "${folder}/plays/skipped.yaml" "${scenario}requires: {cpus: 65536}\n")
run_ctest()
expect("plays/sub/second.yaml[way=a]")
expect("plays/sub/second.yaml[way=b;c]")
expect("plays/typo.yaml:4:")
expect("***Skipped")
expect("1 tests failed out of 5")

file(REMOVE_RECURSE "${folder}/plays")
run_ctest()
expect("plays/DISCOVERY_FAILED")
expect("1 tests failed out of 1")

file(REMOVE_RECURSE "${folder}")
