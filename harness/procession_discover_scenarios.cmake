# SPDX-License-Identifier: MIT
# Makes every scenario of a folder a CTest test of its own:
#
#   procession_discover_scenarios(DIRECTORY dir [PREFIX text] [EXCLUDE regex …] [LABELS label …])
#
# One test for each scenario file and each instance of its matrix, named PREFIX and the id below
# `dir`: "tutorial/join.yaml[method=fork]". Its labels are the file's tags and LABELS; its TIMEOUT
# is that of all its runs and a margin; what a machine cannot play shows as skipped. EXCLUDE leaves
# out ids below `dir` that match a CMake regular expression.
#
# The folder is listed each time that ctest starts, so a new file is a new test without a
# reconfigure. A file that cannot be read is a test that fails with its diagnostics; if listing
# fails, there is one failing test that says why.
#
# The program is PROCESSION_PROGRAM, if that is set; else that of the package which find_package or
# this build has found; else the one in PATH. Works in projects without any language.

# As a bracket argument, which nothing in the text can end: paths may hold any character.
function(_procession_quote text variable)
  set(fence "=")
  while("${text}]" MATCHES "]${fence}]")
    string(APPEND fence "=")
  endwhile()
  set(${variable} "[${fence}[${text}]${fence}]" PARENT_SCOPE)
endfunction()

function(procession_discover_scenarios)
  cmake_parse_arguments(PARSE_ARGV 0 DISCOVER "" "DIRECTORY;PREFIX" "EXCLUDE;LABELS")
  if(NOT DISCOVER_DIRECTORY OR DISCOVER_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR
      "procession_discover_scenarios(DIRECTORY dir [PREFIX text] [EXCLUDE regex …] [LABELS label …])")
  endif()
  get_filename_component(directory "${DISCOVER_DIRECTORY}" ABSOLUTE)
  if(NOT PROCESSION_PROGRAM AND TARGET Procession::procession)
    set(program "$<TARGET_FILE:Procession::procession>")
  else()
    find_program(PROCESSION_PROGRAM procession REQUIRED)
    set(program "${PROCESSION_PROGRAM}")
  endif()

  set(calls "include(\"${CMAKE_CURRENT_FUNCTION_LIST_DIR}/procession_add_tests.cmake\")\n")
  string(APPEND calls "procession_add_tests(")
  foreach(argument program directory DISCOVER_PREFIX DISCOVER_EXCLUDE DISCOVER_LABELS)
    _procession_quote("${${argument}}" quoted)
    string(APPEND calls "\n  ${quoted}")
  endforeach()
  string(APPEND calls ")\n")

  string(MD5 key "${directory}${DISCOVER_PREFIX}")
  set(script "${CMAKE_CURRENT_BINARY_DIR}/scenarios_${key}.cmake")
  file(GENERATE OUTPUT "${script}" CONTENT "${calls}")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${script}")
endfunction()
