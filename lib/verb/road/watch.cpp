// Looks at the road in one frame after another.

#include "verb/road.hpp"

#include "base/directories.hpp"
#include "base/log.hpp"
#include "verb/road/sun.hpp"

#include <algorithm>
#include <utility>

namespace img {

namespace {

/// What is learned agrees with itself as far as this in two halves of the frames, or is not used.
constexpr double least_agreement = .6;

fs::path history_path(const std::string& state_option, const std::string& camera) {
    return road_state_path(state_option, camera).replace_extension(".history");
}

/// As it looks; where it is known where the camera is, the sun has the last word on night.
Light light_at(const Sight& sight, const std::optional<Instant>& time,
               const std::optional<Position>& position) {
    /// Civil twilight ends here.
    constexpr double dark_below = -6;
    const Light seen = light_of(sight);
    const bool dark = time && position && solar_elevation(*time, *position) < dark_below;
    return dark && seen != Light::infrared ? Light::night : seen;
}

/// Empty when there is some, or none is asked for.
std::string why_missing(const Weather& weather) {
    const bool some = weather.observation_source.available() || weather.hours_source.available();
    return some || weather.provider == "none" ? "" : weather.hours_source.trouble;
}

} // namespace

fs::path road_state_path(const std::string& state_option, const std::string& camera) {
    return state_path(state_directory(state_option) / "road", camera);
}

RoadWatch::RoadWatch(RoadOptions options)
    : options_(std::move(options)), weather_(options_.weather) {
    if (options_.compat_region && !options_.polygons.empty())
        throw Error("--compat-region goes without --polygon", Exit::usage);
}

RoadReport RoadWatch::look(const Frame& frame, const Metadata& metadata, Instant now) {
    const Sight sight = sight_of(frame, metadata.orientation);
    RoadReport report;
    report.camera = options_.camera.empty() ? metadata.camera : options_.camera;
    report.time = metadata.time;
    report.at = metadata.time.value_or(now);
    report.full = sight.full;
    report.weather = weather_.load(report.at);
    if (const std::string why = why_missing(report.weather); !why.empty())
        note_once("weather", str("no weather: ", why));
    report.zone = weather_.zone_for(report.weather);
    report.units = options_.weather.units;

    Memory* memory = report.camera.empty() ? nullptr : &memory_of(report.camera, sight, report.at);
    const Light light = light_at(sight, metadata.time, weather_.position());
    report.region = region_for(sight, light, memory);
    report.reading = read(sight, light, memory, report.region);
    const std::vector<RoadMoment> before =
        memory ? trimmed(memory->moments, report.at) : std::vector<RoadMoment>{};
    report.verdict = verdict_on(report.reading, before, report.weather, weather_.position(),
                                report.at, options_.cuts);
    report.outlook =
        outlook_of(report.weather, sightings_of(before), report.at, weather_.position());
    if (memory && report.time)
        remember(*memory, report);
    return report;
}

void RoadWatch::note_once(const std::string& about, const std::string& line) {
    if (noted_.insert(about).second)
        log_note(line);
}

RoadWatch::Memory& RoadWatch::memory_of(const std::string& camera, const Sight& sight, Instant at) {
    auto [found, is_new] = memories_.try_emplace(camera);
    Memory& memory = found->second;
    const bool same_shape = memory.sight == sight.planes.size;
    memory.sight = sight.planes.size;
    if (!is_new && same_shape)
        return memory;
    memory.state.reset();
    memory.region.reset();
    try {
        memory.state = load_state(road_state_path(options_.state, camera), camera, memory.sight);
    } catch (const Error& error) {
        note_once(camera + " state",
                  str(error.what(), "; what was learned of ", printable(camera), " is not used"));
    }
    try {
        if (is_new && !options_.camera.empty())
            memory.moments = read_history(history_path(options_.state, camera), at);
    } catch (const Error& error) {
        note_once(camera + " read", str("the history is not read: ", error.what()));
    }
    const bool region = memory.state && memory.state->region;
    if (region && memory.state->traffic.agreement >= least_agreement) {
        memory.region = Region{
            *memory.state->region, Region::Source::learned, memory.state->traffic.agreement, {}};
        memory.region->outlines = outlines(memory.region->bitmap, 12);
    }
    return memory;
}

Region RoadWatch::region_for(const Sight& sight, Light light, const Memory* memory) const {
    const Size size = sight.planes.size;
    if (!options_.polygons.empty())
        return region_of_polygons(options_.polygons, size);
    if (options_.compat_region)
        return compat_trapezoid(size);
    if (memory && memory->region)
        return *memory->region;
    const bool by_day = light == Light::day || light == Light::dusk;
    return by_day ? region_in_frame(sight) : perspective_trapezoid(size);
}

RoadReading RoadWatch::read(const Sight& sight, Light light, const Memory* memory,
                            Region& region) const {
    const References* known = memory && memory->state ? &memory->state->references : nullptr;
    RoadReading reading = read_road(sight, light, region, known, options_.cuts);
    if (!reading.moved)
        return reading;
    // What was learned is of another view; the picture is left to speak for itself.
    region = region_for(sight, light, nullptr);
    RoadReading alone = read_road(sight, light, region, nullptr, options_.cuts);
    alone.moved = true;
    alone.shift = reading.shift;
    return alone;
}

void RoadWatch::remember(Memory& memory, const RoadReport& report) {
    const RoadMoment moment = moment_of(report.reading, report.verdict, report.weather, report.at);
    memory.moments = trimmed(std::move(memory.moments), report.at);
    const auto later = std::ranges::upper_bound(memory.moments, moment.time, {}, &RoadMoment::time);
    memory.moments.insert(later, moment);
    if (options_.camera.empty())
        return;
    try {
        add_to_history(history_path(options_.state, report.camera), moment, report.at);
    } catch (const Error& error) {
        note_once(report.camera + " kept", str("the history is not kept: ", error.what()));
    }
}

std::string forecast_of(const RoadOptions& options, Instant now, Wording wording) {
    WeatherReader reader{options.weather};
    const Weather weather = reader.load(now);
    std::vector<RoadMoment> moments;
    if (!options.camera.empty())
        moments = read_history(history_path(options.state, options.camera), now);
    const Outlook outlook = outlook_of(weather, sightings_of(moments), now, reader.position());
    const Zone zone = reader.zone_for(weather);
    return wording == Wording::json ? json_of(outlook, weather, zone)
                                    : to_text(outlook, weather, options.weather.units, zone);
}

} // namespace img
