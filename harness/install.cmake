# SPDX-License-Identifier: MIT
# What `cmake --install` puts where, and the Debian package of it (`cpack`, in the build folder). The
# version is the project's.
#
#   bin                         procession
#   libexec/procession          procession-player, which procession finds from where it is itself
#   share/cmake/Procession      find_package(Procession), procession_discover_scenarios
#   share/procession            the bundled scenarios and the JSON Schema
#   share/doc/procession        the documents
#   share/bash-completion, zsh  completion of the command line

include(CMakePackageConfigHelpers)

install(TARGETS procession DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(TARGETS procession-player DESTINATION "${CMAKE_INSTALL_LIBEXECDIR}/procession")

# Below share, where projects of no language look too.
set(config_folder "${CMAKE_INSTALL_DATADIR}/cmake/Procession")
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/ProcessionConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/ProcessionConfig.cmake"
  INSTALL_DESTINATION "${config_folder}" PATH_VARS CMAKE_INSTALL_BINDIR)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/ProcessionConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES
  "${PROJECT_BINARY_DIR}/ProcessionConfig.cmake"
  "${PROJECT_BINARY_DIR}/ProcessionConfigVersion.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/procession_discover_scenarios.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/procession_add_tests.cmake"
  DESTINATION "${config_folder}")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/scenarios" DESTINATION "${CMAKE_INSTALL_DATADIR}/procession"
  FILES_MATCHING PATTERN "*.yaml" PATTERN "*.json")
set(docs_folder "${CMAKE_INSTALL_DATADIR}/doc/procession")
install(FILES "${PROJECT_SOURCE_DIR}/README.md" "${PROJECT_SOURCE_DIR}/CHANGELOG.md"
  DESTINATION "${docs_folder}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE"
  DESTINATION "${docs_folder}" RENAME copyright)
foreach(folder scenarios results)
  install(FILES "${PROJECT_SOURCE_DIR}/${folder}/README.md"
    DESTINATION "${docs_folder}/${folder}")
endforeach()

foreach(shell bash zsh)
  add_custom_command(OUTPUT "${PROJECT_BINARY_DIR}/completion.${shell}"
    COMMAND procession completion ${shell} > "${PROJECT_BINARY_DIR}/completion.${shell}"
    DEPENDS procession VERBATIM)
endforeach()
add_custom_target(procession_completions ALL
  DEPENDS "${PROJECT_BINARY_DIR}/completion.bash" "${PROJECT_BINARY_DIR}/completion.zsh")
install(FILES "${PROJECT_BINARY_DIR}/completion.bash"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME procession)
install(FILES "${PROJECT_BINARY_DIR}/completion.zsh"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions" RENAME _procession)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME procession)
set(CPACK_PACKAGE_CONTACT "The Procession maintainers <maintainers@procession.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION "Plays process graphs with real processes and says of every expected
order whether a cause guarantees it or luck did.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "cmake (>= 3.25)")
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/debian_folders.cmake")
include(CPack)
