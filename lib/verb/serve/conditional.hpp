// Conditional requests and ranges: RFC 9110, sections 13 and 14.
#pragma once

#include "base/time.hpp"
#include "verb/serve/http_request.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace img {

/// What the conditions of a request compare with.
struct Validators {
    std::string etag;                ///< with its quotes; strong
    std::optional<Instant> modified; ///< conditions on the date are passed over without it
};

/// What the conditions of a request ask for.
enum class Verdict { send, not_modified, precondition_failed };

/// RFC 9110, 13.2.2, steps 1 to 4. Dates that cannot be read are passed over.
Verdict judge(const HttpRequest& request, const Validators& validators);

/// The bytes asked for: from `first`, `length` of them, at least one.
struct ByteRange {
    std::uint64_t first = 0, length = 0;
    bool operator==(const ByteRange&) const = default;
};
struct WholeBody {};     ///< no range, or ranges that are passed over: answer 200
struct Unsatisfiable {}; ///< answer 416

/// RFC 9110, 14.2 and 13.1.5, of something that is `size` bytes long: the ranges in the order in
/// which they were asked for, at least one, of which one is answered plainly and several as
/// multipart/byteranges. Those that begin behind the end are left out. What is no set of ranges is
/// unsatisfiable; the whole is the answer to more than 16 ranges, to ranges that overlap, and where
/// there is nothing.
std::variant<WholeBody, std::vector<ByteRange>, Unsatisfiable>
requested_range(const HttpRequest& request, const Validators& validators, std::uint64_t size);

} // namespace img
