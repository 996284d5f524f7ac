// SPDX-License-Identifier: MIT
#include "harness/player/self.h"

#include "harness/player/bell.h"
#include "harness/player/handlers.h"
#include "harness/player/own_state.h"
#include "harness/player/sockets.h"

namespace procession::player {

namespace {

PROCESSION_OWN_STATE Place place_of_this_process;

}  // namespace

const Place& self() { return place_of_this_process; }

void become(const Place& place) {
  place_of_this_process = place;
  forget_bell();
  forget_handlers();
  forget_connections();
}

StandIn::StandIn(const Place& place) : before_(place_of_this_process) {
  place_of_this_process = place;
}

StandIn::~StandIn() { place_of_this_process = before_; }

}  // namespace procession::player
