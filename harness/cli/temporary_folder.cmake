# SPDX-License-Identifier: MIT
# For tests that are CMake scripts: a folder of their own, and an end that removes it.

macro(temporary_folder variable)
  string(RANDOM LENGTH 12 ${variable})
  if(DEFINED ENV{TMPDIR})
    string(PREPEND ${variable} "$ENV{TMPDIR}/procession-test-")
  else()
    string(PREPEND ${variable} "/tmp/procession-test-")
  endif()
  file(MAKE_DIRECTORY "${${variable}}")
  set(_temporary_folder "${${variable}}")
endmacro()

function(end_with message)
  file(REMOVE_RECURSE "${_temporary_folder}")
  message(FATAL_ERROR "${message}")
endfunction()
