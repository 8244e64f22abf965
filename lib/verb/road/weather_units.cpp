// The units that weather services give, made ours.

#include "verb/road/weather_units.hpp"

#include <array>
#include <cmath>

namespace img {

namespace {

struct UnitRule {
    Quantity quantity;
    std::string_view unit;
    double factor, offset = 0; ///< ours = given * factor + offset
};

constexpr double per_fahrenheit = 5.0 / 9, inch = 25.4, mile = 1609.344, knot = 1852.0 / 3600;

constexpr UnitRule rules[] = {
    {Quantity::temperature, "degC", 1},
    {Quantity::temperature,
     "\xC2\xB0"
     "C",
     1},
    {Quantity::temperature, "C", 1},
    {Quantity::temperature, "degF", per_fahrenheit, -32 * per_fahrenheit},
    {Quantity::temperature,
     "\xC2\xB0"
     "F",
     per_fahrenheit, -32 * per_fahrenheit},
    {Quantity::temperature, "F", per_fahrenheit, -32 * per_fahrenheit},
    {Quantity::temperature, "K", 1, -273.15},
    {Quantity::water, "mm", 1},
    {Quantity::water, "cm", 10},
    {Quantity::water, "m", 1000},
    {Quantity::water, "in", inch},
    {Quantity::water, "inch", inch},
    {Quantity::water, "kg_m-2", 1},
    {Quantity::snowfall, "mm", 0.1},
    {Quantity::snowfall, "cm", 1},
    {Quantity::snowfall, "m", 100},
    {Quantity::snowfall, "in", inch / 10},
    {Quantity::snowfall, "inch", inch / 10},
    {Quantity::depth, "mm", 0.001},
    {Quantity::depth, "cm", 0.01},
    {Quantity::depth, "m", 1},
    {Quantity::depth, "ft", 12 * inch / 1000},
    {Quantity::depth, "in", inch / 1000},
    {Quantity::depth, "inch", inch / 1000},
    {Quantity::fraction, "percent", 0.01},
    {Quantity::fraction, "%", 0.01},
    {Quantity::fraction, "1", 1},
    {Quantity::speed, "m_s-1", 1},
    {Quantity::speed, "m/s", 1},
    {Quantity::speed, "km_h-1", 1 / 3.6},
    {Quantity::speed, "km/h", 1 / 3.6},
    {Quantity::speed, "mph", mile / 3600},
    {Quantity::speed, "mp/h", mile / 3600},
    {Quantity::speed, "mi_h-1", mile / 3600},
    {Quantity::speed, "kn", knot},
    {Quantity::speed, "kt", knot},
    {Quantity::distance, "m", 1},
    {Quantity::distance, "km", 1000},
    {Quantity::distance, "ft", 0.3048},
    {Quantity::distance, "mi", mile},
};

struct UnitRange {
    double least, most;
};

UnitRange range_of(Quantity quantity) {
    switch (quantity) {
    case Quantity::temperature:
        return {-100, 70};
    case Quantity::water:
    case Quantity::snowfall:
        return {0, 1000};
    case Quantity::depth:
        return {0, 30};
    case Quantity::fraction:
        return {0, 1};
    case Quantity::speed:
        return {0, 150};
    case Quantity::distance:
        return {0, 500'000};
    }
    return {0, 0};
}

} // namespace

std::optional<double> converted(double value, std::string_view unit, Quantity quantity) {
    if (std::size_t colon = unit.rfind(':'); colon != std::string_view::npos)
        unit.remove_prefix(colon + 1);
    for (const UnitRule& rule : rules) {
        if (rule.quantity != quantity || rule.unit != unit)
            continue;
        double ours = value * rule.factor + rule.offset;
        UnitRange range = range_of(quantity);
        bool possible = std::isfinite(ours) && ours >= range.least && ours <= range.most;
        return possible ? std::optional{ours} : std::nullopt;
    }
    return std::nullopt;
}

} // namespace img
