// SPDX-License-Identifier: MIT
#pragma once
// http: GET / over a connection that is kept (HTTP/1.1, RFC 9112). The reply is what the server has
// to give: it is right if its status is 2xx, and it has as many bytes of the same content as the
// first reply that the client has got. Only replies with a Content-Length are understood.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace procession::load {

inline constexpr std::string_view kHttpRequest = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

// One reply, as it comes; plain data that is valid when all its bytes are zero.
class HttpReply {
 public:
  // Takes what belongs to this reply off the front; how many bytes that is.
  std::size_t take(std::span<const char> bytes);

  [[nodiscard]] bool has_begun() const { return state_ != StatusLine || line_size_ != 0; }
  [[nodiscard]] bool is_complete() const { return state_ == Complete; }
  // Its status is another one than 2xx, or it is no reply.
  [[nodiscard]] bool is_wrong() const { return is_wrong_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  // Stands for the bytes of its body.
  [[nodiscard]] std::uint64_t hash() const { return hash_; }

 private:
  enum State : std::uint8_t { StatusLine = 0, Headers, Body, Complete };

  void end_of_line();
  void read_header(std::string_view line);

  State state_;
  bool is_wrong_;
  std::uint8_t line_size_;     // how much of it is kept
  std::array<char, 45> line_;  // its beginning
  std::uint64_t size_;         // of the body
  std::uint64_t left_;         // of it
  std::uint64_t hash_;
};

}  // namespace procession::load
