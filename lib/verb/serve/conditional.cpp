// Conditional requests and ranges: RFC 9110, sections 13 and 14.

#include "verb/serve/conditional.hpp"

#include "base/text.hpp"

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

/// How many ranges one request may ask for.
constexpr std::size_t most_ranges = 16;

/// One range of a set (RFC 9110, 14.1.1), empty when nothing of it is there; nullopt for what is
/// no range.
std::optional<ByteRange> range_in(std::string_view text, std::uint64_t size) {
    std::size_t dash = text.find('-');
    if (dash == std::string_view::npos)
        return std::nullopt;
    std::string_view from = text.substr(0, dash), to = text.substr(dash + 1);
    if (from.empty()) { // the last so many bytes
        std::optional<std::uint64_t> count = number_in(to);
        if (!count)
            return std::nullopt;
        std::uint64_t length = std::min(*count, size);
        return ByteRange{size - length, length};
    }
    std::optional<std::uint64_t> first = number_in(from);
    std::optional<std::uint64_t> last =
        to.empty() ? std::numeric_limits<std::uint64_t>::max() : number_in(to);
    if (!first || !last)
        return std::nullopt;
    if (*first > *last || *first >= size)
        return ByteRange{};
    return ByteRange{*first, std::min(*last, size - 1) - *first + 1};
}

/// RFC 9110, 14.2: ranges that overlap only make work. Those that do not are never more than the
/// whole.
bool overlap(std::vector<ByteRange> ranges) {
    std::sort(ranges.begin(), ranges.end(),
              [](const ByteRange& one, const ByteRange& other) { return one.first < other.first; });
    return std::adjacent_find(ranges.begin(), ranges.end(),
                              [](const ByteRange& one, const ByteRange& next) {
                                  return next.first - one.first < one.length;
                              }) != ranges.end();
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

std::variant<WholeBody, std::vector<ByteRange>, Unsatisfiable>
requested_range(const HttpRequest& request, const Validators& validators, std::uint64_t size) {
    std::optional<std::string> field = request.field("range");
    // RFC 9110, 14.2: a range is defined for GET only. Of nothing there are no parts.
    if (!field || request.method != "GET" || size == 0 || !range_applies(request, validators))
        return WholeBody{};
    std::string_view set = *field;
    // RFC 9110, 14.2: a unit that is not known is passed over.
    constexpr std::string_view unit = "bytes=";
    if (!same_name(set.substr(0, unit.size()), unit))
        return WholeBody{};
    set.remove_prefix(unit.size());

    std::vector<ByteRange> ranges;
    std::size_t asked = 0;
    for (std::string_view text : split(set, ',')) {
        text = trim(text);
        if (text.empty()) // RFC 9110, 5.6.1.2
            continue;
        std::optional<ByteRange> range = range_in(text, size);
        if (!range)
            return Unsatisfiable{};
        if (range->length > 0)
            ranges.push_back(*range);
        if (++asked > most_ranges)
            return WholeBody{};
    }
    if (ranges.empty())
        return Unsatisfiable{};
    if (overlap(ranges))
        return WholeBody{};
    return ranges;
}

} // namespace img
