// SPDX-License-Identifier: MIT
#include "harness/load/talk.h"

#include "harness/load/connection.h"

namespace procession::load {

void talk(int socket, Buffer buffer, Answer answer) noexcept {
  Conversation conversation;
  for (;;) {
    const Passed received = receive(socket, conversation.room(buffer), Block::Yes);
    if (received.size == 0) {
      (void)send(socket, conversation.rest(buffer), Block::Yes);
      return;
    }
    if (send(socket, conversation.reply(buffer, received.size, answer), Block::Yes).error != 0) {
      return;
    }
  }
}

}  // namespace procession::load
