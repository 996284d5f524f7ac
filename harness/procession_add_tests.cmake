# SPDX-License-Identifier: MIT
# The part of procession_discover_scenarios that ctest itself runs, each time it starts.
#
# Names may hold `;`, `[` and `]`, which no CMake list survives: lines are taken from the front of
# the text one by one, fields by one regular expression, and everything is quoted.

cmake_policy(VERSION 3.25)

# One line of `procession list --format ctest`: id, file, labels, timeout in seconds.
function(_procession_add_test line program directory prefix exclude more_labels)
  if(NOT line MATCHES "^([^\t]+)\t([^\t]+)\t([^\t]*)\t([0-9]+)$")
    return()
  endif()
  set(id "${CMAKE_MATCH_1}")
  set(labels "${CMAKE_MATCH_3}")
  set(timeout "${CMAKE_MATCH_4}")

  string(LENGTH "${directory}/" skip)
  string(SUBSTRING "${id}" ${skip} -1 relative)
  foreach(pattern IN LISTS exclude)
    if(relative MATCHES "${pattern}")
      return()
    endif()
  endforeach()

  if(NOT more_labels STREQUAL "")
    string(APPEND labels ";${more_labels}")
  endif()
  set(name "${prefix}${relative}")
  add_test("${name}" "${program}" run --no-progress --no-results "${id}")
  set_tests_properties("${name}" PROPERTIES
    LABELS "${labels}" TIMEOUT "${timeout}" SKIP_RETURN_CODE 77)
endfunction()

function(procession_add_tests program directory prefix exclude labels)
  if(NOT EXISTS "${program}")
    # A test whose program does not exist fails as "Not Run".
    add_test("${prefix}PROCESSION_NOT_BUILT" "${program}")
    return()
  endif()
  execute_process(COMMAND "${program}" list --format ctest "${directory}"
    OUTPUT_VARIABLE listing ERROR_VARIABLE problem RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    # It fails again, and shows why.
    add_test("${prefix}DISCOVERY_FAILED" "${program}" list --format ctest "${directory}")
    return()
  endif()
  string(FIND "${listing}" "\n" end)
  while(end GREATER_EQUAL 0)
    string(SUBSTRING "${listing}" 0 ${end} line)
    _procession_add_test("${line}" "${program}" "${directory}" "${prefix}" "${exclude}" "${labels}")
    math(EXPR next "${end} + 1")
    string(SUBSTRING "${listing}" ${next} -1 listing)
    string(FIND "${listing}" "\n" end)
  endwhile()
endfunction()
