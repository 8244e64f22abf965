// The outlook in words: for drivers, for the one who looks after the road, and for programs.

#include "verb/road/outlook.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace img {

namespace {

using namespace std::chrono;
using nlohmann::ordered_json;

constexpr std::string_view dash = "\xE2\x80\x93", degree = "\xC2\xB0";

std::string capital(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
        text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
}

// Times.

sys_days local_day(Instant at, const Zone& zone) {
    std::tm local = zone.local(at);
    return sys_days{year{local.tm_year + 1900} / month{static_cast<unsigned>(local.tm_mon + 1)} /
                    day{static_cast<unsigned>(local.tm_mday)}};
}

std::string clock_text(Instant at, const Zone& zone) {
    return format_time(is_repeated(at, zone) ? "%H:%M %Z" : "%H:%M", at, zone);
}

/// "", "tomorrow " or "2026-03-30 ".
std::string day_text(Instant at, Instant now, const Zone& zone) {
    auto later = (local_day(at, zone) - local_day(now, zone)).count();
    return later == 0 ? "" : later == 1 ? "tomorrow " : format_time("%Y-%m-%d ", at, zone);
}

std::string moment_text(Instant at, Instant now, const Zone& zone) {
    return day_text(at, now, zone) + clock_text(at, zone);
}

/// "15:00–23:00"; "05:00–tomorrow 05:00", where the clock alone would mislead.
std::string span_text(Instant start, Instant end, Instant now, const Zone& zone) {
    bool other_day = local_day(start, zone) != local_day(end, zone);
    bool misleads =
        other_day && format_time("%H:%M", end, zone) >= format_time("%H:%M", start, zone);
    return str(moment_text(start, now, zone), dash,
               misleads ? moment_text(end, now, zone) : clock_text(end, zone));
}

// Figures.

std::string fixed_text(double value, int decimals) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    std::string out = text.data();
    bool is_zero = out.find_first_not_of("-0.") == std::string::npos;
    return is_zero && out.starts_with('-') ? out.substr(1) : out;
}

std::string temperature_text(const std::optional<double>& celsius, Units units) {
    if (!celsius)
        return std::string{dash};
    if (units == Units::us)
        return str(fixed_text(*celsius * 9 / 5 + 32, 0), " ", degree, "F");
    return str(fixed_text(*celsius, 0), " ", degree, "C");
}

double snow_in_units(double centimetres, Units units) {
    return units == Units::us ? centimetres / 2.54 : centimetres;
}

std::string snow_text(const std::optional<double>& centimetres, Units units) {
    return centimetres ? fixed_text(snow_in_units(*centimetres, units), units == Units::us ? 2 : 1)
                       : std::string{dash};
}

std::string_view snow_unit(Units units) {
    return units == Units::us ? "in" : "cm";
}

std::string age_text(Instant then, Instant now) {
    auto age = duration_cast<minutes>(now - then);
    if (age < minutes{1})
        return "just now";
    return age < hours{2} ? str(age.count(), " min ago") : str(age.count() / 60, " h ago");
}

/// Characters, not bytes.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

std::string to_right(std::string_view text, std::size_t width) {
    std::size_t used = width_of(text);
    return str(std::string(width > used ? width - used : 0, ' '), text);
}

// Paragraphs for people.

std::string now_line(const Outlook& outlook, const Weather& weather, Units units) {
    std::string line = weather.place.empty() ? "Now" : weather.place;
    if (!outlook.now)
        return line + ": weather unavailable\n";
    line += ": " + temperature_text(outlook.now->temperature, units);
    if (weather.now && !weather.now->text.empty())
        line += ", " + weather.now->text;
    if (weather.now)
        line += str(" (", weather.now->station, weather.now->station.empty() ? "" : ", ",
                    age_text(weather.now->time, outlook.from), ")");
    else
        line += " (forecast)";
    return line + "\n";
}

std::string ice_line(const IceRisk& ice) {
    std::string line = capital(std::string{sentence_for(ice.answer)});
    return str(line, ice.reason.empty() ? "" : ": ", ice.reason, "\n");
}

std::string snow_line(const Outlook& outlook, Units units) {
    if (!outlook.snow_rate)
        return {};
    std::string line =
        str("Snowfall ", snow_text(outlook.snow_rate, units), " ", snow_unit(units), "/h");
    if (outlook.trend != SnowTrend::unknown)
        line += str(", ", word_for(outlook.trend));
    return line + "\n";
}

std::string totals_text(const Outlook& outlook, Units units) {
    std::string head = "Next      ", row = str("Snow, ", snow_unit(units), "  ");
    for (const SnowTotal& total : outlook.totals) {
        head += to_right(str(total.hours, " h"), 7);
        row += to_right(snow_text(total.snowfall, units), 7);
    }
    return str(head, "\n", row, "\n");
}

std::string steps_text(const Outlook& outlook, Units units) {
    std::string out;
    for (const OutlookStep& step : outlook.steps)
        out += str("In ", step.hours, " h     ",
                   to_right(temperature_text(step.temperature, units), 7), "   ",
                   step.snow       ? word_for(*step.snow)
                   : step.snowfall ? "no snow"
                                   : dash,
                   ", ", sentence_for(step.ice.answer), "\n");
    return out;
}

std::string chart_text(const Outlook& outlook, Units units, const Zone& zone) {
    std::string out = str("Hour      ", to_right("chance", 7), to_right(snow_unit(units), 7),
                          to_right("air", 8), "\n");
    for (const WeatherHour& hour : outlook.chart) {
        std::string chance = hour.probability ? str(fixed_text(*hour.probability * 100, 0), " %")
                                              : std::string{dash};
        std::string row = clock_text(hour.start, zone);
        row.resize(std::max<std::size_t>(10, row.size()), ' ');
        out += str(row, to_right(chance, 7), to_right(snow_text(hour.snowfall, units), 7),
                   to_right(temperature_text(hour.temperature, units), 8), "\n");
    }
    return out;
}

std::string source_text(std::string_view what, const WeatherSource& source, Instant now) {
    if (source.available())
        return str(what, " ", age_text(*source.fetched, now));
    return str(what, " unavailable (", source.trouble, ")");
}

// JSON.

template <class Value>
ordered_json json_or_null(const std::optional<Value>& value) {
    return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json rounded(const std::optional<double>& value, int decimals = 2) {
    if (!value)
        return nullptr;
    double scale = std::pow(10, decimals), whole = std::round(*value * scale);
    return whole == 0 ? 0.0 : whole / scale; // not minus zero
}

ordered_json time_json(const std::optional<Instant>& time) {
    return time ? ordered_json(iso_time(*time)) : ordered_json(nullptr);
}

ordered_json ice_json(const IceRisk& ice) {
    ordered_json possible = nullptr;
    if (ice.answer != IceRisk::Answer::unknown)
        possible = ice.answer == IceRisk::Answer::possible;
    return {{"possible", possible},
            {"reason", ice.reason},
            {"confidence", std::string{word_for(ice.confidence)}}};
}

ordered_json source_json(const WeatherSource& source, Instant now) {
    ordered_json age = nullptr;
    if (source.fetched)
        age = duration_cast<seconds>(now - *source.fetched).count();
    return {{"available", source.available()},
            {"fetched", time_json(source.fetched)},
            {"age", age},
            {"trouble", source.trouble}};
}

ordered_json now_json(const Outlook& outlook, const Weather& weather) {
    if (!outlook.now)
        return nullptr;
    const WeatherHour& now = *outlook.now;
    return {{"temperature", rounded(now.temperature)},
            {"dewpoint", rounded(now.dewpoint)},
            {"road_temperature", rounded(now.road_temperature)},
            {"wind", rounded(now.wind)},
            {"sky_cover", rounded(now.sky_cover)},
            {"visibility", rounded(now.visibility, 0)},
            {"text", weather.now ? weather.now->text : ""},
            {"station", weather.now ? weather.now->station : ""},
            {"observed", weather.now ? time_json(weather.now->time) : ordered_json(nullptr)}};
}

ordered_json events_json(const Outlook& outlook, const Zone& zone) {
    ordered_json all = ordered_json::array();
    for (const RoadAlert& alert : outlook.alerts)
        all.push_back(
            {{"kind", std::string{word_for(alert.kind)}},
             {"likelihood", alert.likelihood == Likelihood::likely ? "likely" : "possible"},
             {"start", time_json(alert.start)},
             {"end", time_json(alert.end)},
             {"reason", alert.reason},
             {"text", text_of(alert, outlook.from, zone)}});
    return all;
}

ordered_json official_json(const Outlook& outlook, const Zone& zone) {
    ordered_json all = ordered_json::array();
    for (const OfficialAlert& alert : outlook.official)
        all.push_back({{"event", alert.event},
                       {"severity", alert.severity},
                       {"headline", alert.headline},
                       {"onset", time_json(alert.onset)},
                       {"ends", time_json(alert.ends)},
                       {"text", text_of(alert, outlook.from, zone)}});
    return all;
}

ordered_json snow_json(const Outlook& outlook) {
    ordered_json totals = ordered_json::object();
    for (const SnowTotal& total : outlook.totals)
        totals[str(total.hours, "h")] = rounded(total.snowfall);
    return {{"rate", rounded(outlook.snow_rate)},
            {"trend", std::string{word_for(outlook.trend)}},
            {"totals", totals}};
}

ordered_json steps_json(const Outlook& outlook) {
    ordered_json all = ordered_json::array();
    for (const OutlookStep& step : outlook.steps)
        all.push_back({{"hours", step.hours},
                       {"temperature", rounded(step.temperature)},
                       {"snowfall", rounded(step.snowfall)},
                       {"rate", rounded(step.rate)},
                       {"snow", step.snow ? ordered_json(std::string{word_for(*step.snow)})
                                          : ordered_json(nullptr)},
                       {"ice", ice_json(step.ice)}});
    return all;
}

ordered_json chart_json(const Outlook& outlook) {
    ordered_json all = ordered_json::array();
    for (const WeatherHour& hour : outlook.chart)
        all.push_back({{"time", time_json(hour.start)},
                       {"probability", rounded(hour.probability)},
                       {"snowfall", rounded(hour.snowfall)},
                       {"precipitation", rounded(hour.precipitation)},
                       {"temperature", rounded(hour.temperature)}});
    return all;
}

} // namespace

const std::vector<std::pair<std::string, Units>>& units_words() {
    static const std::vector<std::pair<std::string, Units>> words{{"metric", Units::metric},
                                                                  {"us", Units::us}};
    return words;
}

std::string_view word_for(RoadAlertKind kind) {
    static constexpr std::array<std::string_view, 5> words{"light snow", "moderate snow",
                                                           "heavy snow", "freezing rain", "ice"};
    return words[static_cast<std::size_t>(kind)];
}

std::string_view word_for(SnowTrend trend) {
    static constexpr std::array<std::string_view, 4> words{"unknown", "rising", "steady",
                                                           "falling"};
    return words[static_cast<std::size_t>(trend)];
}

std::string text_of(const RoadAlert& alert, Instant now, const Zone& zone) {
    bool maybe = alert.kind == RoadAlertKind::ice || alert.likelihood == Likelihood::possible;
    std::string when = alert.end ? span_text(alert.start, *alert.end, now, zone)
                                 : str("from ", moment_text(alert.start, now, zone));
    return str(capital(std::string{word_for(alert.kind)}), maybe ? " possible " : " ", when);
}

std::string text_of(const OfficialAlert& alert, Instant now, const Zone& zone) {
    bool ends = alert.ends && *alert.ends <= now + hours{24};
    if (alert.onset <= now)
        return ends ? str(alert.event, " until ", moment_text(*alert.ends, now, zone))
                    : alert.event;
    return ends ? str(alert.event, " ", span_text(alert.onset, *alert.ends, now, zone))
                : str(alert.event, " from ", moment_text(alert.onset, now, zone));
}

std::vector<std::string> alert_lines(const Outlook& outlook, const Zone& zone) {
    std::vector<std::string> lines;
    auto add = [&](std::string line) {
        if (std::find(lines.begin(), lines.end(), line) == lines.end())
            lines.push_back(std::move(line));
    };
    for (const OfficialAlert& alert : outlook.official)
        add(text_of(alert, outlook.from, zone));
    for (const RoadAlert& alert : outlook.alerts)
        add(text_of(alert, outlook.from, zone));
    return lines;
}

std::string no_snow_line(const Outlook& outlook, const Zone& zone) {
    for (const RoadAlert& alert : outlook.alerts)
        if (alert.kind <= RoadAlertKind::heavy_snow)
            return {};
    if (!outlook.known_until)
        return "Forecast unavailable";
    if (outlook.covers_day())
        return "No snow expected in the next 24 hours";
    return str("No snow expected until ", moment_text(*outlook.known_until, outlook.from, zone),
               ", not known after that");
}

std::string to_text(const Outlook& outlook, const Weather& weather, Units units, const Zone& zone) {
    std::string out = now_line(outlook, weather, units) + ice_line(outlook.ice) +
                      snow_line(outlook, units) + "\n";
    for (const std::string& line : alert_lines(outlook, zone))
        out += line + "\n";
    if (std::string line = no_snow_line(outlook, zone); !line.empty())
        out += line + "\n";
    if (!outlook.chart.empty())
        out += str("\n", totals_text(outlook, units), "\n", steps_text(outlook, units), "\n",
                   chart_text(outlook, units, zone));
    return str(out, "\nSource ", weather.provider, ": ",
               source_text("observation", weather.observation_source, outlook.from), ", ",
               source_text("forecast", weather.hours_source, outlook.from), ", ",
               source_text("warnings", weather.alerts_source, outlook.from));
}

std::string json_of(const Outlook& outlook, const Weather& weather, const Zone& zone) {
    ordered_json line;
    line["time"] = time_json(outlook.from);
    line["provider"] = weather.provider;
    line["place"] = weather.place;
    line["temperature"] = outlook.now ? rounded(outlook.now->temperature) : ordered_json(nullptr);
    line["alerts"] = alert_lines(outlook, zone);
    line["no_snow"] = no_snow_line(outlook, zone);
    line["known_until"] = time_json(outlook.known_until);
    line["ice"] = ice_json(outlook.ice);
    line["now"] = now_json(outlook, weather);
    line["snow"] = snow_json(outlook);
    line["events"] = events_json(outlook, zone);
    line["official"] = official_json(outlook, zone);
    line["outlook"] = steps_json(outlook);
    line["chart"] = chart_json(outlook);
    line["sources"] = {{"observation", source_json(weather.observation_source, outlook.from)},
                       {"forecast", source_json(weather.hours_source, outlook.from)},
                       {"alerts", source_json(weather.alerts_source, outlook.from)}};
    return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

} // namespace img
