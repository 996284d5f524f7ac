// SPDX-License-Identifier: MIT
#include "harness/player/sockets.h"

#include "harness/player/own_state.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <unistd.h>

namespace procession::player {

namespace {

struct Listening {
  int socket = -1;
  std::uint32_t listener = 0;
};
std::array<Listening, 16> listening;

// Descriptor + 1, 0 = none, so that what is not used costs no memory.
constexpr std::uint32_t kMostConnections = 65'536;
std::array<std::int32_t, kMostConnections> connections;
PROCESSION_OWN_STATE std::uint32_t connections_used =
    0;  // those at this number and beyond are none

Listening* find(std::uint32_t listener) {
  const auto found = std::find_if(listening.begin(), listening.end(), [&](const Listening& entry) {
    return entry.socket >= 0 && entry.listener == listener;
  });
  return found == listening.end() ? nullptr : &*found;
}

}  // namespace

int listening_socket(std::uint32_t listener) {
  const Listening* const found = find(listener);
  return found == nullptr ? -1 : found->socket;
}

int keep_listening(std::uint32_t listener, os::UniqueFd socket) {
  const auto free = std::find_if(listening.begin(), listening.end(),
                                 [](const Listening& entry) { return entry.socket < 0; });
  if (free == listening.end()) {
    return EMFILE;
  }
  *free = {socket.release(), listener};
  return 0;
}

void stop_listening(std::uint32_t listener) {
  if (Listening* const found = find(listener)) {
    ::close(found->socket);
    found->socket = -1;
  }
}

int connection_socket(std::uint32_t connection) {
  return connection < connections_used ? connections[connection] - 1 : -1;
}

int keep_connection(std::uint32_t connection, os::UniqueFd socket) {
  if (connection >= kMostConnections) {
    return EMFILE;
  }
  connections[connection] = socket.release() + 1;
  connections_used = std::max(connections_used, connection + 1);
  return 0;
}

void end_connection(std::uint32_t connection) {
  const int socket = connection_socket(connection);
  if (socket >= 0) {
    ::close(socket);
    connections[connection] = 0;
  }
}

void forget_connections() {
  std::fill_n(connections.begin(), connections_used, 0);
  connections_used = 0;
}

}  // namespace procession::player
