# SPDX-License-Identifier: MIT
# Run by cpack before it packs: zsh looks for what Debian packages bring in a folder of its own.
set(shares "${CPACK_TEMPORARY_INSTALL_DIRECTORY}${CPACK_PACKAGING_INSTALL_PREFIX}/share/zsh")
file(RENAME "${shares}/site-functions" "${shares}/vendor-completions")
