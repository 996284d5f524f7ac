// SPDX-License-Identifier: MIT
#include "harness/load/message.h"

#include "harness/load/random.h"
#include "harness/load/upper.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace procession::load {

namespace {

constexpr std::size_t kBlock = 8;  // bytes; always whole letters
constexpr std::size_t kOffsets = 512;
constexpr std::size_t kSlack = kOffsets * kBlock;

constexpr char kFillSent[] = "zzzzzzz";
constexpr char kFillUpper[] = "ZZZZZZZ";

// A block of letters; of `utf8` some take two or three bytes, as they are drawn.
void draw_block(std::span<char> block, bool utf8, Random& random) {
  static constexpr const char* kWide[] = {"\u00e4", "\u00e9", "\u00f1", "\u03bb",
                                          "\u0436", "\u4e16", "\u0101", "\u20ac"};
  std::size_t at = 0;
  while (at < block.size()) {
    const std::uint64_t drawn = random.next();
    const char* const wide = kWide[(drawn >> 8) % std::size(kWide)];
    const std::size_t size = std::strlen(wide);
    if (utf8 && (drawn & 1) != 0 && at + size <= block.size()) {
      std::memcpy(block.data() + at, wide, size);
      at += size;
    } else {
      block[at++] = static_cast<char>('a' + (drawn >> 16) % 26);
    }
  }
}

std::size_t text_size(const Workload& work) {
  return (*std::ranges::max_element(work.sizes) + kBlock) / kBlock * kBlock + kSlack;
}

constexpr std::uint64_t check_of(const Identity& who) {
  return mixed((std::uint64_t{who.client} << 48) ^ (std::uint64_t{who.connection} << 28) ^
               who.sequence);
}

constexpr std::uint64_t kCheckMask = 0xFF;  // two letters

}  // namespace

std::size_t Parts::behind(std::size_t done, std::span<iovec> into) const {
  std::size_t used = 0;
  for (std::size_t i = 0; i < count_ && used < into.size(); ++i) {
    const iovec& part = parts_[i];
    if (done < part.iov_len) {
      into[used++] = {static_cast<char*>(part.iov_base) + done, part.iov_len - done};
      done = 0;
    } else {
      done -= part.iov_len;
    }
  }
  return used;
}

bool Parts::matches(std::size_t at, std::span<const char> bytes) const {
  for (std::size_t i = 0; i < count_ && !bytes.empty(); ++i) {
    const iovec& part = parts_[i];
    if (at >= part.iov_len) {
      at -= part.iov_len;
      continue;
    }
    const std::size_t size = std::min(part.iov_len - at, bytes.size());
    if (std::memcmp(static_cast<const char*>(part.iov_base) + at, bytes.data(), size) != 0) {
      return false;
    }
    bytes = bytes.subspan(size);
    at = 0;
  }
  return bytes.empty();
}

Messages::Messages(const Workload& work)
    : work_(work), pages_(2 * Pages::room_for<char>(text_size(work))) {
  if (!pages_) {
    return;
  }
  sent_ = pages_.take<char>(text_size(work));
  Random random(work.seed);
  for (std::size_t at = 0; at < sent_.size(); at += kBlock) {
    draw_block(sent_.subspan(at, kBlock), work.utf8, random);
  }
  if (work.service == scenario::Service::Echo) {
    comes_ = sent_;
    return;
  }
  comes_ = pages_.take<char>(text_size(work));
  std::ranges::copy(sent_, comes_.begin());
  (void)to_upper(comes_);
}

// Two letters of a sum, six of the sequence, five of the connection, three of the client: of what
// is cut off in short messages, the most telling come first.
void Messages::spell(const Identity& who, char first, Letters& letters) {
  const Identity told = who.as_told();
  std::uint64_t number = check_of(told) & kCheckMask;
  number |= std::uint64_t{told.sequence} << 8;
  number |= std::uint64_t{told.connection} << 32;
  number |= std::uint64_t{told.client} << 52;
  const std::uint64_t firsts = 0x0101'0101'0101'0101 * static_cast<unsigned char>(first);
  for (std::size_t half = 0; half < 2; ++half) {
    // Eight halves of a byte become eight bytes, the lowest first.
    std::uint64_t spread = number >> (32 * half) & 0xFFFF'FFFF;
    spread = (spread | spread << 16) & 0x0000'FFFF'0000'FFFF;
    spread = (spread | spread << 8) & 0x00FF'00FF'00FF'00FF;
    spread = (spread | spread << 4) & 0x0F0F'0F0F'0F0F'0F0F;
    spread += firsts;
    if constexpr (std::endian::native == std::endian::big) {
      spread = __builtin_bswap64(spread);
    }
    std::memcpy(letters.data() + 8 * half, &spread, sizeof spread);
  }
}

std::optional<Identity> Messages::identity_in(std::span<const char> letters) {
  if (letters.size() < kIdentityLetters) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  for (std::size_t i = kIdentityLetters; i-- > 0;) {
    const char letter = static_cast<char>(letters[i] | 0x20);
    if (letter < 'a' || letter > 'p') {
      return std::nullopt;
    }
    number = number << 4 | static_cast<std::uint64_t>(letter - 'a');
  }
  const Identity who =
      Identity{static_cast<std::uint32_t>(number >> 52), static_cast<std::uint32_t>(number >> 32),
               static_cast<std::uint32_t>(number >> 8)}
          .as_told();
  return (check_of(who) & kCheckMask) == (number & kCheckMask) ? std::optional(who) : std::nullopt;
}

void Messages::add_request(const Identity& who, Letters& identity, Parts& parts) const {
  spell(who, 'a', identity);
  add(who, identity, sent_, kFillSent, parts);
}

void Messages::add_reply(const Identity& who, Letters& identity, Parts& parts) const {
  const bool upper = work_.service == scenario::Service::Upper;
  spell(who, upper ? 'A' : 'a', identity);
  add(who, identity, comes_, upper ? kFillUpper : kFillSent, parts);
}

void Messages::add(const Identity& who, const Letters& identity, std::span<const char> text,
                   const char* filling, Parts& parts) const {
  const std::size_t size = size_of(who.sequence);
  parts.add(identity.data(), std::min(size, identity.size()));
  const std::size_t rest = size - std::min(size, identity.size());
  const std::size_t offset = (check_of(who) >> 16) % kOffsets * kBlock;
  const std::size_t whole = rest / kBlock * kBlock;
  parts.add(text.data() + offset, whole);
  parts.add(filling, rest - whole);
}

}  // namespace procession::load
