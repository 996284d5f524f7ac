// SPDX-License-Identifier: MIT
#include "harness/player/text.h"

#include "harness/os/process.h"
#include "harness/player/children.h"
#include "harness/player/digits.h"
#include "harness/player/self.h"

#include <algorithm>
#include <csignal>
#include <cstring>

namespace procession::player {

namespace {

using plan::Piece;

// The longest of them: a number with its sign, or "SIGVTALRM".
constexpr std::size_t kLongestFact = 24;

std::size_t room_for(const Piece& piece) {
  return piece.kind == Piece::Kind::Literal ? piece.literal.size : kLongestFact;
}

std::size_t room_for(std::span<const Piece> pieces) {
  std::size_t size = 0;
  for (const Piece& piece : pieces) {
    size += room_for(piece);
  }
  return size;
}

void put_number(TextWriter& out, std::int64_t number) { out.put(Digits(number).text()); }

// As scenario::signal_name spells it; sigabbrev_np(3) needs no heap.
void put_signal(TextWriter& out, int signal) {
  if (signal >= SIGRTMIN) {
    out.put("SIGRTMIN+");
    put_number(out, signal - SIGRTMIN);
    return;
  }
  const char* name =
      signal == SIGIO ? "IO" : ::sigabbrev_np(signal);  // else SIGPOLL, its other name
  out.put("SIG");
  out.put(name == nullptr ? "" : name);
}

void put_status(TextWriter& out, std::int64_t status) {
  const auto known = static_cast<std::int32_t>(status);
  if (trace::ended_by_signal(known)) {
    put_signal(out, trace::status_signal(known));
  } else {
    put_number(out, known);
  }
}

void put_child_exitcode(TextWriter& out, plan::InstanceId child) {
  const Outcome polled =
      was_started(child) && is_own(child) ? poll_child(child) : Outcome::answered(kNoAnswer);
  if (polled.error != 0 || polled.answer == kNoAnswer) {
    out.put("none");
  } else {
    put_status(out, polled.answer);
  }
}

void put_port(TextWriter& out, std::uint32_t listener) {
  const std::uint32_t port =
      word(the_plan().listeners()[listener].port_word).load(std::memory_order_acquire);
  if (port == 0) {
    out.put("none");
  } else {
    put_number(out, port);
  }
}

void put_piece(TextWriter& out, const Piece& piece) {
  switch (piece.kind) {
    case Piece::Kind::Literal:
      out.put(the_plan().text(piece.literal));
      break;
    case Piece::Kind::Pid:
      put_number(out, os::own_pid());
      break;
    case Piece::Kind::Ppid:
      put_number(out, os::parent_pid());
      break;
    case Piece::Kind::ChildPid:
      if (was_started(piece.of)) {
        put_number(out, slot_of(piece.of).pid.load(std::memory_order_acquire));
      } else {
        out.put("none");
      }
      break;
    case Piece::Kind::Port:
      put_port(out, piece.of);
      break;
    case Piece::Kind::ChildExitcode:
      put_child_exitcode(out, piece.of);
      break;
  }
}

TextWriter written(std::span<const Piece> pieces) {
  TextWriter out(take_text(room_for(pieces)));
  for (const Piece& piece : pieces) {
    put_piece(out, piece);
  }
  return out;
}

}  // namespace

void TextWriter::put(std::string_view part) {
  const std::size_t fits = std::min<std::size_t>(part.size(), room_.size - used_);
  std::copy_n(part.data(), fits, room_.data + used_);
  used_ += static_cast<std::uint32_t>(fits);
}

std::string_view compose(plan::Range range) {
  const auto pieces = the_plan().pieces(range);
  if (pieces.empty()) {
    return {};
  }
  if (pieces.size() == 1 && pieces[0].kind == Piece::Kind::Literal) {
    return the_plan().text(pieces[0].literal);
  }
  return written(pieces).text();
}

std::int64_t record_text(plan::Range range) { return written(the_plan().pieces(range)).answer(); }

}  // namespace procession::player
