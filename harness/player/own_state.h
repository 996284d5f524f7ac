// SPDX-License-Identifier: MIT
#pragma once
// PROCESSION_OWN_STATE marks the variables that `become` writes. They stand side by side, whichever
// file they belong to, so that a forked child copies one page for all of them; each further page
// would cost a start about one part in a hundred.

#define PROCESSION_OWN_STATE [[gnu::section("player_own_state")]]
