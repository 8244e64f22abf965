// Where the sun stands.

#include "verb/road/sun.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace img {

namespace {

constexpr double radian = std::numbers::pi / 180;

} // namespace

double solar_elevation(Instant at, const Position& position) {
    using namespace std::chrono;
    constexpr sys_days epoch = 2000y / 1 / 1;
    // Days since noon of the first of January 2000, and hours of universal time.
    double day = static_cast<double>((at - (epoch + hours{12})).count()) / 86'400'000.0;
    double hour = static_cast<double>((at - floor<days>(at)).count()) / 3'600'000.0;

    double mean_longitude = 280.460 + 0.9856474 * day;
    double mean_anomaly = (357.528 + 0.9856003 * day) * radian;
    double ecliptic_longitude =
        (mean_longitude + 1.915 * std::sin(mean_anomaly) + 0.020 * std::sin(2 * mean_anomaly)) *
        radian;
    double obliquity = (23.439 - 0.0000004 * day) * radian;
    double right_ascension = std::atan2(std::cos(obliquity) * std::sin(ecliptic_longitude),
                                        std::cos(ecliptic_longitude));
    double declination = std::asin(std::sin(obliquity) * std::sin(ecliptic_longitude));

    double greenwich_sidereal = 6.697375 + 0.0657098242 * day + hour;
    double local_sidereal = (greenwich_sidereal * 15 + position.longitude) * radian;
    double hour_angle = local_sidereal - right_ascension;
    double latitude = position.latitude * radian;
    double sine = std::sin(declination) * std::sin(latitude) +
                  std::cos(declination) * std::cos(latitude) * std::cos(hour_angle);
    return std::asin(std::clamp(sine, -1.0, 1.0)) / radian;
}

bool is_night(Instant at, const Position& position) {
    return solar_elevation(at, position) < -0.833;
}

} // namespace img
