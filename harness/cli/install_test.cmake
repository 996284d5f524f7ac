# SPDX-License-Identifier: MIT
# cmake -DBUILD=… -DVERSION=… -DOUTSIDE=… -P install_test.cmake
# Installs into a fresh folder. A project outside (testing/outside) finds it there by find_package,
# and its scenarios are its tests: one that passes, one whose broken order is wanted, one that
# fails, an unreadable one, one that is skipped. A new file is a new test without a reconfigure.

cmake_policy(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/temporary_folder.cmake")
temporary_folder(folder)

function(run)
  execute_process(COMMAND ${ARGN}
    OUTPUT_VARIABLE printed ERROR_VARIABLE printed RESULT_VARIABLE status)
  set(output "${printed}" PARENT_SCOPE)
  set(status "${status}" PARENT_SCOPE)
endfunction()

function(must_run)
  run(${ARGN})
  if(NOT status EQUAL 0)
    end_with("${ARGN}: ${status}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect pattern)
  if(NOT output MATCHES "${pattern}")
    end_with("expected: ${pattern}\nin:\n${output}")
  endif()
endfunction()

set(prefix "${folder}/prefix")
must_run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${prefix}")
foreach(file
    share/procession/scenarios/procession.schema.json
    share/procession/scenarios/tutorial/sync-join.yaml
    share/doc/procession/README.md
    share/doc/procession/scenarios/README.md
    share/bash-completion/completions/procession)
  if(NOT EXISTS "${prefix}/${file}")
    end_with("not installed: ${file}")
  endif()
endforeach()

# Whatever the environment says of Procession, and from wherever it is called.
file(COPY "${OUTSIDE}" DESTINATION "${folder}")
file(CREATE_LINK "${prefix}/bin/procession" "${folder}/linked" SYMBOLIC)
must_run("${folder}/linked" --version)
expect("${VERSION}")
must_run("${folder}/linked" run --no-progress "${folder}/outside/graphs/passes.yaml")
expect("1 as expected")

must_run("${CMAKE_COMMAND}" -S "${folder}/outside" -B "${folder}/build"
  "-DCMAKE_PREFIX_PATH=${prefix}")
set(ctest "${CMAKE_CTEST_COMMAND}" --test-dir "${folder}/build" --output-on-failure)
run(${ctest})
expect("graph/passes.yaml \\.+ +Passed")
expect("graph/must-fail.yaml \\.+ +Passed")
expect("graph/fails.yaml \\.+\\*\\*\\*Failed")
expect("graph/unreadable.yaml \\.+\\*\\*\\*Failed")
expect("unreadable.yaml:4:7")
expect("graph/skipped.yaml \\.+\\*\\*\\*Skipped")
expect("60% tests passed, 2 tests failed out of 5")
run(${ctest} -L join)
expect("100% tests passed, 0 tests failed out of 1")

file(MAKE_DIRECTORY "${folder}/outside/graphs/sub")
file(COPY_FILE "${folder}/outside/graphs/passes.yaml" "${folder}/outside/graphs/sub/new.yaml")
file(REMOVE "${folder}/outside/graphs/fails.yaml" "${folder}/outside/graphs/unreadable.yaml")
must_run(${ctest})
expect("graph/sub/new.yaml \\.+ +Passed")
expect("100% tests passed, 0 tests failed out of 4")

# Another version is not taken for the one that is asked for.
file(READ "${folder}/outside/CMakeLists.txt" text)
string(REPLACE "Procession 0.1 " "Procession 99 " text "${text}")
file(WRITE "${folder}/outside/CMakeLists.txt" "${text}")
run("${CMAKE_COMMAND}" -S "${folder}/outside" -B "${folder}/build")
expect("version \"99\"")

file(REMOVE_RECURSE "${folder}")
