// Times as stamps show them: rounded, and with a zone that leaves no doubt.

#include "verb/stamp/time_text.hpp"

#include <array>
#include <cstdlib>

namespace img {

namespace {

using namespace std::chrono;

seconds offset_at(Instant time, const Zone& zone) {
    return seconds{zone.local(time).tm_gmtoff};
}

} // namespace

std::string offset_text(Instant time, const Zone& zone) {
    auto east = static_cast<int>(offset_at(time, zone).count() / 60);
    std::array<char, 16> offset{};
    std::snprintf(offset.data(), offset.size(), "%c%02d:%02d", east < 0 ? '-' : '+',
                  std::abs(east) / 60, std::abs(east) % 60);
    return offset.data();
}

std::string zone_mark(Instant time, const Zone& zone) {
    std::string name = format_time("%Z", time, zone);
    return is_repeated(time, zone) ? str(name, " (", offset_text(time, zone), ")") : name;
}

Instant floored(Instant time, Duration step, const Zone& zone) {
    seconds offset = offset_at(time, zone);
    Duration local = (time + offset).time_since_epoch();
    Duration counted = step <= days{1} ? local - floor<days>(local) : local;
    Duration over = counted % step;
    if (over < Duration{0})
        over += step;
    Instant rounded = time - over;
    // Clocks may have been changed in between.
    Instant corrected = rounded + (offset - offset_at(rounded, zone));
    return corrected <= time ? corrected : rounded;
}

} // namespace img
