// SPDX-License-Identifier: MIT
#include "harness/measure/hdr_encoding.h"

#include "harness/base/check.h"
#include "harness/measure/base64.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>
#include <zlib.h>

namespace procession::measure {

namespace {

using base::Error;
using base::ErrorKind;
using base::Result;

constexpr std::uint32_t kCookie = 0x1c849303 | 0x10;  // V2; counts of variable size
constexpr std::uint32_t kCompressedCookie = 0x1c849304 | 0x10;
constexpr std::size_t kHeadSize = 40;
constexpr std::size_t kCountSize = 9;  // at most

Error wrong(std::string why) { return {ErrorKind::BadInput, std::move(why)}; }

// ---- writing

void put(std::string& to, std::unsigned_integral auto number) {
  for (std::size_t k = sizeof number; k > 0; --k) {
    to += static_cast<char>(number >> (8 * (k - 1)));
  }
}

void put_count(std::string& to, std::int64_t number) {
  std::uint64_t left =
      static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63);  // ZigZag
  for (std::size_t k = 1; k < kCountSize && left >= 0x80; ++k) {
    to += static_cast<char>(left | 0x80);
    left >>= 7;
  }
  to += static_cast<char>(left);
}

std::string counts_of(const Histogram& histogram) {
  const std::size_t end = Histogram::cell_of(histogram.max()) + 1;
  std::string counts;
  for (std::size_t cell = 0; cell < end;) {
    const std::size_t first = cell;
    while (cell < end && histogram.cells()[cell] == 0) {
      ++cell;
    }
    if (cell > first + 1) {
      put_count(counts, -static_cast<std::int64_t>(cell - first));
    } else if (cell > first) {
      put_count(counts, 0);
    }
    if (cell < end) {
      put_count(counts, static_cast<std::int64_t>(histogram.cells()[cell++]));
    }
  }
  return counts;
}

std::string compressed(const std::string& bytes) {
  std::string result(::compressBound(bytes.size()), '\0');
  uLongf size = result.size();
  const int done = ::compress2(reinterpret_cast<Bytef*>(result.data()), &size,
                               reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(),
                               Z_DEFAULT_COMPRESSION);
  base::check(done == Z_OK, "what fits can be compressed");
  result.resize(size);
  return result;
}

// ---- reading

// Bytes that are read from the front. Each read tells whether there was enough.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : left_(bytes) {}

  template <std::unsigned_integral T>
  std::optional<T> take() {
    if (left_.size() < sizeof(T)) {
      return std::nullopt;
    }
    T number = 0;
    for (const char byte : left_.substr(0, sizeof(T))) {
      number = static_cast<T>(number << 8 | static_cast<unsigned char>(byte));
    }
    left_.remove_prefix(sizeof(T));
    return number;
  }

  std::optional<std::int64_t> take_count() {
    std::uint64_t bits = 0;
    for (std::size_t k = 0; k < kCountSize && k < left_.size(); ++k) {
      const auto byte = static_cast<unsigned char>(left_[k]);
      const bool last = k == kCountSize - 1 || byte < 0x80;
      const std::uint64_t part = k == kCountSize - 1 ? byte : byte & 0x7F;
      bits |= part << (7 * k);
      if (last) {
        left_.remove_prefix(k + 1);
        return static_cast<std::int64_t>(bits >> 1 ^ (~(bits & 1) + 1));
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] std::string_view left() const { return left_; }

 private:
  std::string_view left_;
};

int width_of(std::uint64_t bits) { return 64 - std::countl_zero(bits); }

// How the writer's cells lie, whatever its range and precision.
struct Layout {
  std::uint32_t digits;
  std::int64_t lowest;
  std::int64_t highest;

  [[nodiscard]] int unit() const { return width_of(static_cast<std::uint64_t>(lowest)) - 1; }
  // log2 of how many cells each doubling has.
  [[nodiscard]] int half() const {
    std::uint64_t single = 2;
    for (std::uint32_t k = 0; k < digits; ++k) {
      single *= 10;
    }
    return width_of(single - 1) - 1;
  }
  [[nodiscard]] std::size_t cells() const {
    const auto fine = std::uint64_t{2} << (half() + unit());
    const auto most = static_cast<std::uint64_t>(highest);
    const int doublings = most < fine ? 0 : width_of(most) - width_of(fine - 1);
    return (static_cast<std::size_t>(doublings) + 2) << half();
  }
  // Of what falls into a cell.
  [[nodiscard]] std::int64_t middle_of(std::size_t cell) const {
    const std::size_t row = cell >> half();
    const int width = unit() + static_cast<int>(row > 1 ? row - 1 : 0);
    const std::size_t in_row =
        row == 0 ? cell : (cell & ((std::size_t{1} << half()) - 1)) + (std::size_t{1} << half());
    const std::uint64_t low = std::uint64_t{in_row} << width;
    return static_cast<std::int64_t>(low + ((std::uint64_t{1} << width) >> 1));
  }
};

// Into no more memory than a small multiple of what comes out.
Result<std::string> decompressed(std::string_view bytes, std::size_t at_most) {
  std::string result;
  for (std::size_t room = 64 * 1024;; room *= 2) {
    result.resize(std::min(room, at_most));
    uLongf size = result.size();
    uLong used = bytes.size();
    const int done = ::uncompress2(reinterpret_cast<Bytef*>(result.data()), &size,
                                   reinterpret_cast<const Bytef*>(bytes.data()), &used);
    if (done == Z_BUF_ERROR && room < at_most) {
      continue;
    }
    if (done == Z_BUF_ERROR) {
      return wrong("the histogram is larger than any histogram is");
    }
    if (done != Z_OK) {
      return wrong(fmt::format("the compressed histogram is damaged (zlib: {})", ::zError(done)));
    }
    if (used != bytes.size()) {
      return wrong(
          fmt::format("{} bytes stand behind the compressed histogram", bytes.size() - used));
    }
    result.resize(size);
    return result;
  }
}

Result<std::string> inner_of(std::string_view text) {
  Result<std::string> decoded = from_base64(text);
  if (!decoded) {
    return std::move(decoded).error();
  }
  Bytes bytes(*decoded);
  const auto cookie = bytes.take<std::uint32_t>();
  const auto size = bytes.take<std::uint32_t>();
  if (!cookie || !size) {
    return wrong("the histogram ends within its first 8 bytes");
  }
  if (*cookie != kCompressedCookie) {
    return wrong(
        fmt::format("the histogram's cookie is {:#010x}; what can be read is {:#010x}, "
                    "encoding V2, compressed",
                    *cookie, kCompressedCookie));
  }
  if (*size != bytes.left().size()) {
    return wrong(fmt::format("the histogram says that {} compressed bytes follow, but {} do", *size,
                             bytes.left().size()));
  }
  // 5 digits and all 63 bits have the most cells.
  const Layout largest = {5, 1, std::numeric_limits<std::int64_t>::max()};
  return decompressed(bytes.left(), kHeadSize + kCountSize * largest.cells());
}

Result<Layout> layout_of(Bytes& bytes) {
  const auto cookie = bytes.take<std::uint32_t>();
  const auto size = bytes.take<std::uint32_t>();
  const auto offset = bytes.take<std::uint32_t>();
  const auto digits = bytes.take<std::uint32_t>();
  const auto lowest = bytes.take<std::uint64_t>();
  const auto highest = bytes.take<std::uint64_t>();
  const auto ratio = bytes.take<std::uint64_t>();
  if (!ratio) {
    return wrong("the histogram ends within its head");
  }
  if (*cookie != kCookie) {
    return wrong(fmt::format("the inner cookie is {:#010x} instead of {:#010x}", *cookie, kCookie));
  }
  if (*size != bytes.left().size()) {
    return wrong(fmt::format("the histogram says that {} bytes of counts follow, but {} do", *size,
                             bytes.left().size()));
  }
  // The JavaScript port writes the number 1 where a double belongs, and 1 as an offset that it does
  // not have.
  const bool by_javascript = *ratio == 1;
  if (!by_javascript && std::bit_cast<double>(*ratio) != 1.0) {
    return wrong(
        fmt::format("a histogram of doubles (conversion ratio {}); whole numbers can be read",
                    std::bit_cast<double>(*ratio)));
  }
  if (!by_javascript && *offset != 0) {
    return wrong(fmt::format("a shifted histogram (normalising offset {}) cannot be read",
                             static_cast<std::int32_t>(*offset)));
  }
  const std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  if (*digits > 5 || *lowest < 1 || *highest > most || *lowest > *highest / 2) {
    return wrong(
        fmt::format("no histogram has {} digits from {} to {}", *digits, *lowest, *highest));
  }
  const Layout layout = {*digits, static_cast<std::int64_t>(*lowest),
                         static_cast<std::int64_t>(*highest)};
  if (layout.unit() + layout.half() > 61) {
    return wrong(fmt::format("{} digits from {} on need more than 64 bits", *digits, *lowest));
  }
  return layout;
}

struct Count {
  std::int64_t value;
  std::uint64_t times;
};

Result<std::vector<Count>> read_counts(Bytes& bytes, const Layout& layout) {
  const std::size_t cells = layout.cells();
  std::vector<Count> counts;
  std::uint64_t total = 0;
  for (std::size_t cell = 0; !bytes.left().empty();) {
    const std::optional<std::int64_t> count = bytes.take_count();
    if (!count) {
      return wrong("the histogram ends in the middle of a count");
    }
    const std::uint64_t run = *count < 0 ? ~static_cast<std::uint64_t>(*count) + 1 : 1;
    if (run > cells - cell) {
      return wrong(fmt::format("the histogram has counts for more than its {} cells", cells));
    }
    if (*count > 0) {
      total += static_cast<std::uint64_t>(*count);
      counts.push_back({layout.middle_of(cell), static_cast<std::uint64_t>(*count)});
    }
    if (total > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return wrong("the histogram counts more than 63 bits hold");
    }
    cell += run;
  }
  return counts;
}

}  // namespace

std::string hdr_encode(const Histogram& histogram) {
  const std::string counts = counts_of(histogram);
  std::string inner;
  put(inner, kCookie);
  put(inner, static_cast<std::uint32_t>(counts.size()));
  put(inner, std::uint32_t{0});
  put(inner, std::uint32_t{Histogram::kDigits});
  put(inner, std::uint64_t{1});
  put(inner, std::uint64_t{Histogram::kHighest});
  put(inner, std::bit_cast<std::uint64_t>(1.0));
  const std::string stream = compressed(inner + counts);
  std::string outer;
  put(outer, kCompressedCookie);
  put(outer, static_cast<std::uint32_t>(stream.size()));
  return to_base64(outer + stream);
}

Result<> hdr_decode(std::string_view text, Histogram& into) {
  const Result<std::string> inner = inner_of(text);
  if (!inner) {
    return inner.error();
  }
  Bytes bytes(*inner);
  const Result<Layout> layout = layout_of(bytes);
  if (!layout) {
    return layout.error();
  }
  const Result<std::vector<Count>> counts = read_counts(bytes, *layout);
  if (!counts) {
    return counts.error();
  }
  // The middle of our own last cell lies beyond what it counts.
  constexpr std::int64_t kLast = Histogram::highest_of(Histogram::cell_of(Histogram::kHighest));
  for (const Count& count : *counts) {
    const bool is_ours = count.value <= kLast;
    into.record(is_ours ? std::min(count.value, Histogram::kHighest) : count.value, count.times);
  }
  return {};
}

}  // namespace procession::measure
