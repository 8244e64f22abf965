// Times in names, EXIF dates and headers: what is read, is written and reads back.

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/time.hpp"

#include <cstdlib>

namespace {

void require(bool holds) {
    if (!holds)
        std::abort();
}

void check(std::optional<img::Instant> time) {
    static const img::Zone utc{std::chrono::minutes{0}};
    using namespace std::chrono;
    // Years of four digits only: an offset may carry the ends over.
    constexpr sys_days first = 1900y / 1 / 2, last = 9999y / 12 / 30;
    if (!time || *time < first || *time > last)
        return;
    require(img::time_in_name(img::name_time(*time), utc) == time);
    require(img::parse_iso_time(img::iso_time(*time)) == time);
    require(img::parse_http_time(img::http_time(*time)) == floor<seconds>(*time));
}

/// What is before a time's place does not matter, and all days are remembered as they are.
void check_where(std::string_view name, const img::Zone& zone) {
    static img::LocalTimes times{zone};
    std::optional<img::NamedTime> found = img::find_time(name, times);
    require(found.has_value() == img::time_in_name(name, zone).has_value());
    if (!found)
        return;
    require(found->at < name.size());
    require(img::time_in_name(name, zone) == found->time);
    require(img::time_in_name(name.substr(found->at), zone) == found->time);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const img::Zone zone{std::chrono::minutes{345}};
    std::string_view text = img::text_of({data, size});
    check(img::time_in_name(text, zone));
    check_where(text, zone);
    check(img::parse_iso_time(text));
    check(img::parse_http_time(text));
    std::size_t cut = size < 19 ? size : 19, rest = size - cut < 6 ? size - cut : 6;
    check(img::parse_exif_time(text.substr(0, cut), text.substr(cut + rest), text.substr(cut, rest),
                               zone));
    return 0;
}
