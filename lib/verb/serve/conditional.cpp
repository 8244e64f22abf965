// Conditional requests and ranges: RFC 9110, sections 13 and 14.

#include "verb/serve/conditional.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace img {

namespace {

/// Dates in HTTP are whole seconds.
Instant whole_second(Instant instant) {
    return std::chrono::floor<std::chrono::seconds>(instant);
}

/// How two entity tags are compared: RFC 9110, 8.8.3.2.
enum class Comparison { strong, weak };

/// Whether the list in an If-Match or If-None-Match has `etag`, or is "*". Ends at what is no tag.
bool lists(std::string_view list, std::string_view etag, Comparison comparison) {
    if (trim(list) == "*")
        return true;
    for (;;) {
        list.remove_prefix(std::min(list.find_first_not_of(" \t,"), list.size()));
        bool weak = list.starts_with("W/");
        if (weak)
            list.remove_prefix(2);
        std::size_t end = list.find('"', 1);
        if (!list.starts_with('"') || end == std::string_view::npos)
            return false;
        if (list.substr(0, end + 1) == etag && (!weak || comparison == Comparison::weak))
            return true;
        list.remove_prefix(end + 1);
    }
}

/// Whether it was changed after the date in the field; nullopt when either date is not known.
std::optional<bool> modified_after(const HttpRequest& request, std::string_view name,
                                   const Validators& validators) {
    std::optional<std::string> value = request.field(name);
    std::optional<Instant> date = value ? parse_http_time(*value) : std::nullopt;
    if (!date || !validators.modified)
        return std::nullopt;
    return whole_second(*validators.modified) > *date;
}

/// Decimal digits only; a number that does not fit is the greatest one.
std::optional<std::uint64_t> number_in(std::string_view digits) {
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    std::uint64_t number = 0;
    auto result = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return result.ec == std::errc{} ? number : std::numeric_limits<std::uint64_t>::max();
}

/// RFC 9110, 13.1.5. An exact match of the date is enough: a client may send one only if it is a
/// strong validator to it.
bool range_applies(const HttpRequest& request, const Validators& validators) {
    std::optional<std::string> condition = request.field("if-range");
    if (!condition)
        return true;
    if (condition->starts_with('"') || condition->starts_with("W/"))
        return *condition == validators.etag;
    std::optional<Instant> date = parse_http_time(*condition);
    return date && validators.modified && *date == whole_second(*validators.modified);
}

} // namespace

Verdict judge(const HttpRequest& request, const Validators& validators) {
    if (std::optional<std::string> tags = request.field("if-match")) {
        if (!lists(*tags, validators.etag, Comparison::strong))
            return Verdict::precondition_failed;
    } else if (modified_after(request, "if-unmodified-since", validators) == true) {
        return Verdict::precondition_failed;
    }
    if (request.method != "GET" && request.method != "HEAD")
        return Verdict::send;
    if (std::optional<std::string> tags = request.field("if-none-match")) {
        if (lists(*tags, validators.etag, Comparison::weak))
            return Verdict::not_modified;
    } else if (modified_after(request, "if-modified-since", validators) == false) {
        return Verdict::not_modified;
    }
    return Verdict::send;
}

std::variant<WholeBody, ByteRange, Unsatisfiable>
requested_range(const HttpRequest& request, const Validators& validators, std::uint64_t size) {
    std::optional<std::string> field = request.field("range");
    // RFC 9110, 14.2: a range is defined for GET only.
    if (!field || request.method != "GET" || !range_applies(request, validators))
        return WholeBody{};
    std::string_view range = *field;
    if (lower(range.substr(0, 6)) != "bytes=")
        return WholeBody{};
    range = trim(range.substr(6));
    std::size_t dash = range.find('-');
    if (dash == std::string_view::npos || range.find(',') != std::string_view::npos)
        return WholeBody{};
    std::string_view from = range.substr(0, dash), to = range.substr(dash + 1);

    if (from.empty()) { // the last so many bytes
        std::optional<std::uint64_t> count = number_in(to);
        if (!count)
            return WholeBody{};
        if (*count == 0)
            return Unsatisfiable{};
        if (size == 0)
            return WholeBody{};
        std::uint64_t length = std::min(*count, size);
        return ByteRange{size - length, length};
    }
    std::optional<std::uint64_t> first = number_in(from);
    std::optional<std::uint64_t> last =
        to.empty() ? std::numeric_limits<std::uint64_t>::max() : number_in(to);
    if (!first || !last || *first > *last)
        return WholeBody{};
    if (*first >= size)
        return Unsatisfiable{};
    return ByteRange{*first, std::min(*last, size - 1) - *first + 1};
}

} // namespace img
