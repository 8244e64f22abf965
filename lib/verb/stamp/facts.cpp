// What the styles show, found among the fields of a frame.

#include "verb/stamp/facts.hpp"

#include "verb/stamp/text_template.hpp"
#include "verb/stamp/time_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace img {

namespace {

struct Condition {
    std::string_view word;
    Color color;
};

/// Bright enough to be read on black.
constexpr Color unknown{189, 189, 189};
constexpr std::array<Condition, 7> conditions{{{"Clear", {0, 214, 92}},
                                               {"Light", {255, 221, 0}},
                                               {"Moderate", {255, 152, 0}},
                                               {"Heavy", {255, 59, 48}},
                                               {"Ice Possible", {205, 110, 255}},
                                               {"Wet", {79, 176, 255}},
                                               {"Unknown", unknown}}};

std::string text_of_first(const Fields& fields, std::initializer_list<std::string_view> names) {
    std::optional<FieldValue> value = fields.find_first(names);
    return value ? on_one_line(value->text()) : std::string{};
}

} // namespace

std::pair<std::string, Color> condition_of(const std::string& word) {
    std::string plain = lower(trim(word));
    std::replace_if(
        plain.begin(), plain.end(), [](char c) { return c == '_' || c == '-'; }, ' ');
    for (const Condition& condition : conditions)
        if (lower(condition.word) == plain)
            return {std::string{condition.word}, condition.color};
    return {word, unknown};
}

std::string temperature_of(const std::string& value) {
    std::optional<double> degrees = parse_double(value);
    if (!degrees || std::abs(*degrees) > 1000)
        return value;
    long rounded = std::lround(*degrees);
    return str(rounded < 0 ? "\xE2\x88\x92" : "", std::abs(rounded),
               "\xC2\xA0\xC2\xB0"
               "C");
}

StampFacts facts_of(const Fields& fields, Instant time, const Zone& zone, ClockDetail detail) {
    StampFacts facts;
    facts.camera = text_of_first(fields, {"camera"});
    facts.date = format_time("%Y-%m-%d", time, zone);
    facts.clock = format_time(detail == ClockDetail::seconds ? "%H:%M:%S" : "%H:%M", time, zone);
    facts.zone = zone_mark(time, zone);
    if (is_repeated(time, zone))
        facts.offset = offset_text(time, zone);
    std::string word = text_of_first(fields, {"road.condition", "condition"});
    std::tie(facts.condition, facts.severity) = condition_of(word);
    facts.temperature =
        temperature_of(text_of_first(fields, {"weather.temperature", "temperature"}));
    if (std::optional<FieldValue> alerts = fields.find_first({"weather.alerts", "alerts"})) {
        if (alerts->stale)
            facts.alerts = {str("Alerts ", en_dash)};
        for (const std::string& alert : alerts->parts)
            if (!alerts->stale && !trim(alert).empty())
                facts.alerts.push_back(on_one_line(alert));
    }
    return facts;
}

} // namespace img
