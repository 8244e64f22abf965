// What the options of imgprune mean.

#include "verb/prune.hpp"

namespace img {

namespace {

/// "10%" as 10; nullopt when it is no percentage from 0 to 100.
std::optional<double> parse_percent(std::string_view text) {
    if (!text.ends_with('%'))
        return std::nullopt;
    text.remove_suffix(1);
    const std::optional<double> percent = parse_double(trim(text));
    return percent && *percent >= 0 && *percent <= 100 ? percent : std::nullopt;
}

} // namespace

std::optional<Room> parse_room(std::string_view text) {
    if (const std::optional<double> percent = parse_percent(text))
        return Room{*percent / 100, 0};
    const std::optional<std::uint64_t> bytes = parse_bytes(text);
    return bytes ? std::optional{Room{0, *bytes}} : std::nullopt;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
    const std::optional<std::int64_t> count = parse_int(text);
    return count && *count >= 0 ? std::optional{static_cast<std::uint64_t>(*count)} : std::nullopt;
}

std::optional<PruneBound> parse_prune_bound(std::string_view text) {
    if (const std::optional<double> percent = parse_percent(text))
        return PruneBound{*percent, std::nullopt, std::string{text}};
    const std::optional<std::uint64_t> files = parse_count(text);
    return files ? std::optional{PruneBound{100, files, std::string{text}}} : std::nullopt;
}

bool PruneBound::permits(std::size_t removed, std::size_t all) const {
    if (files)
        return removed <= *files;
    // Not as a share of 1, in which 29 of 100 are more than 29%.
    return static_cast<double>(removed) * 100 <= percent * static_cast<double>(all);
}

} // namespace img
