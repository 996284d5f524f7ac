# SPDX-License-Identifier: MIT
# cmake -DBUILD=… -DVERSION=… -P package_test.cmake
# The Debian package, unpacked into an empty folder, plays a scenario that it brings along; and it
# says which libraries it needs.

cmake_policy(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/temporary_folder.cmake")
find_program(dpkg dpkg-deb)
find_program(shlibdeps dpkg-shlibdeps)
if(NOT dpkg OR NOT shlibdeps)
  message("no dpkg here")
  return()
endif()
temporary_folder(folder)

function(must_run)
  execute_process(COMMAND ${ARGN}
    OUTPUT_VARIABLE printed ERROR_VARIABLE printed RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    end_with("${ARGN}: ${status}\n${printed}")
  endif()
  set(output "${printed}" PARENT_SCOPE)
endfunction()

function(expect pattern)
  if(NOT output MATCHES "${pattern}")
    end_with("expected: ${pattern}\nin:\n${output}")
  endif()
endfunction()

cmake_path(GET CMAKE_COMMAND PARENT_PATH tools)
must_run("${tools}/cpack" --config "${BUILD}/CPackConfig.cmake" -G DEB -B "${folder}/packages")
file(GLOB package "${folder}/packages/procession_${VERSION}_*.deb")
must_run("${dpkg}" --field "${package}" Package Version Depends)
expect("Package: procession\n")
expect("Version: ${VERSION}\n")
expect("libsqlite3")
expect("libyaml-cpp")
expect("libc6")

must_run("${dpkg}" --extract "${package}" "${folder}/root")
foreach(file bash-completion/completions/procession zsh/vendor-completions/_procession
    doc/procession/copyright cmake/Procession/ProcessionConfig.cmake)
  if(NOT EXISTS "${folder}/root/usr/share/${file}")
    end_with("the package lacks ${file}")
  endif()
endforeach()
must_run("${folder}/root/usr/bin/procession" --version)
expect("${VERSION}")
must_run("${folder}/root/usr/bin/procession" run --no-progress
  "${folder}/root/usr/share/procession/scenarios/tutorial/sync-join.yaml")
expect(" as expected")

file(REMOVE_RECURSE "${folder}")
