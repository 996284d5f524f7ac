// SPDX-License-Identifier: MIT
#pragma once
// Removing a folder with all that is in it. Follows no symbolic link, and leaves the file system's
// other mounts alone.

namespace procession::os {

// False if something of it is left. Nothing there: true.
bool remove_tree(const char* path) noexcept;

}  // namespace procession::os
