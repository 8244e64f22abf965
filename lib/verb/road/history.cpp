// What a camera's road was like in the last 24 hours, kept on disk.

#include "verb/road/history.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "verb/road/json_node.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace img {

namespace {

using namespace std::chrono;

constexpr hours kept{24};
constexpr std::size_t largest_history = std::size_t{16} << 20;

std::optional<RoadMoment> moment_in(std::string_view line) {
    try {
        JsonDocument document{line, "history"};
        std::optional<Instant> time = parse_iso_time(document["time"].needed_text());
        RoadMoment moment;
        moment.condition = printable(document["condition"].text().value_or(""), 40);
        moment.surface = printable(document["surface"].text().value_or(""), 40);
        moment.seen = printable(document["seen"].text().value_or(""), 40);
        moment.ice = printable(document["ice"].text().value_or(""), 100);
        moment.coverage = document["coverage"].number();
        moment.wet = document["wet"].truth().value_or(false);
        moment.temperature = document["temperature"].number();
        moment.snow_rate = document["snow_rate"].number();
        bool possible = !moment.coverage || (*moment.coverage >= 0 && *moment.coverage <= 1);
        if (!time || !possible)
            return std::nullopt;
        moment.time = *time;
        return moment;
    } catch (const Error&) {
        return std::nullopt; // a damaged line
    }
}

} // namespace

std::string history_text(const std::vector<RoadMoment>& moments) {
    std::string text;
    for (const RoadMoment& moment : moments) {
        nlohmann::ordered_json line{{"time", iso_time(moment.time)},
                                    {"condition", moment.condition}};
        if (!moment.surface.empty())
            line["surface"] = moment.surface;
        if (!moment.seen.empty())
            line["seen"] = moment.seen;
        if (!moment.ice.empty())
            line["ice"] = moment.ice;
        if (moment.coverage)
            line["coverage"] = *moment.coverage;
        line["wet"] = moment.wet;
        if (moment.temperature)
            line["temperature"] = *moment.temperature;
        if (moment.snow_rate)
            line["snow_rate"] = *moment.snow_rate;
        text += line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    }
    return text;
}

std::vector<RoadMoment> parse_history(std::string_view text) {
    std::vector<RoadMoment> moments;
    for (std::string_view line : split(text, '\n'))
        if (std::optional<RoadMoment> moment = moment_in(line))
            moments.push_back(std::move(*moment));
    std::stable_sort(moments.begin(), moments.end(),
                     [](const RoadMoment& a, const RoadMoment& b) { return a.time < b.time; });
    return moments;
}

std::vector<RoadMoment> trimmed(std::vector<RoadMoment> moments, Instant now) {
    std::erase_if(moments, [&](const RoadMoment& moment) {
        return now - moment.time > kept || moment.time - now > clock_difference;
    });
    return moments;
}

std::vector<RoadMoment> read_history(const fs::path& file, Instant now) {
    boost::system::error_code ignored;
    if (!fs::exists(file, ignored))
        return {};
    return trimmed(parse_history(text_of(read_file(file, largest_history))), now);
}

void add_to_history(const fs::path& file, const RoadMoment& moment, Instant now) {
    std::vector<RoadMoment> moments;
    try {
        moments = read_history(file, now);
    } catch (const Error&) {
        // What cannot be read is replaced.
    }
    moments.push_back(moment);
    make_directory_for(file);
    std::stable_sort(moments.begin(), moments.end(),
                     [](const RoadMoment& a, const RoadMoment& b) { return a.time < b.time; });
    write_file(file, bytes_of(history_text(moments)));
}

std::vector<RoadSighting> sightings_of(const std::vector<RoadMoment>& moments) {
    std::vector<RoadSighting> seen;
    for (const RoadMoment& moment : moments)
        if (moment.coverage)
            seen.push_back({moment.time, moment.wet, *moment.coverage});
    return seen;
}

} // namespace img
