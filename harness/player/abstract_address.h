// SPDX-License-Identifier: MIT
#pragma once
// Names of unix sockets that no file system sees and that vanish with their last descriptor
// (unix(7), abstract sockets). All of this arena's begin with its nonce.

#include "harness/player/digits.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>

namespace procession::player {

class AbstractAddress {
 public:
  AbstractAddress(std::string_view kind, std::uint64_t nonce, std::uint32_t which,
                  std::uint32_t number) {
    address_.sun_family = AF_UNIX;
    put("procession-");
    put(kind);
    for (const std::uint64_t part : {nonce, std::uint64_t{which}, std::uint64_t{number}}) {
      put("-");
      put(Digits(part).text());
    }
  }

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  [[nodiscard]] socklen_t size() const {
    return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + used_);
  }

 private:
  // The longest name has 16 + 20 + 2 · 10 + 3 of the 107 bytes.
  void put(std::string_view part) {
    std::copy(part.begin(), part.end(), address_.sun_path + used_);
    used_ += part.size();
  }

  sockaddr_un address_{};
  std::size_t used_ = 1;  // the name begins behind a zero byte
};

}  // namespace procession::player
