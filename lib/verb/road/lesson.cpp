// Learns one camera from a folder of its frames.

#include "verb/road.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "verb/road/learn.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

namespace img {

namespace {

/// What the first look made of a frame.
enum class Look { bare, snow, dark, unreadable };

/// A road that is bare by its own look, with this much certainty.
constexpr double sure = .8;

Look look_of(const Sight& sight) {
    const Light light = light_of(sight);
    if (light == Light::night || light == Light::infrared)
        return Look::dark;
    const RoadReading reading =
        read_road(sight, light, region_in_frame(sight), nullptr, SnowCuts{});
    const bool bare = reading.condition == RoadCondition::clear && reading.confidence >= sure;
    return bare ? Look::bare : Look::snow;
}

/// Whether the road was bare by the frames of the days before and after, as far as there are any.
bool bare_around(const std::vector<Look>& looks, std::size_t at) {
    auto told = [](Look look) { return look == Look::bare || look == Look::snow; };
    auto after = std::find_if(looks.begin() + static_cast<std::ptrdiff_t>(at), looks.end(), told);
    auto before = std::find_if(looks.rend() - static_cast<std::ptrdiff_t>(at), looks.rend(), told);
    const bool any = after != looks.end() || before != looks.rend();
    return any && (after == looks.end() || *after == Look::bare) &&
           (before == looks.rend() || *before == Look::bare);
}

Ground ground_of(const std::vector<Look>& looks, std::size_t at, Bareness bareness) {
    const bool bare = bareness == Bareness::assured || looks[at] == Look::bare ||
                      (looks[at] == Look::dark && bare_around(looks, at));
    return bare ? Ground::bare : Ground::unsure;
}

/// By their numbers, as references are kept.
constexpr std::array lights{Light::day, Light::dusk, Light::night, Light::infrared};

Sight sight_in(const FrameList& frames, std::size_t at) {
    const Frame frame = frames.at(at);
    return sight_of(frame, metadata_of(frame).orientation);
}

/// Of the sights of the newest frame that decodes: how the camera is now.
std::optional<Size> newest_shape(const FrameList& frames) {
    for (std::size_t i = frames.size(); i-- > 0;) {
        try {
            return sight_in(frames, i).planes.size;
        } catch (const Error&) {
            // It is named when its turn comes.
        }
    }
    return std::nullopt;
}

} // namespace

CameraState learned_camera(const FrameList& frames, const std::string& camera, Bareness bareness,
                           const std::function<void(std::size_t done, std::size_t all)>& progress,
                           const std::function<void(const Error&)>& complain) {
    CameraLearner learner;
    std::vector<Look> looks(frames.size(), Look::unreadable);
    const std::optional<Size> shape = newest_shape(frames);
    auto sight_at = [&](std::size_t i) {
        Sight sight = sight_in(frames, i);
        if (sight.planes.size != shape)
            throw Error(str("a picture of ", sight.full.width, "x", sight.full.height,
                            ", another shape than the newest has"));
        return sight;
    };
    for (std::size_t i = 0; i < frames.size(); ++i) {
        try {
            const Sight sight = sight_at(i);
            learner.look(sight);
            looks[i] = look_of(sight);
        } catch (const Error& error) {
            const std::string place = frames.place(i) + ": ", what = error.what();
            complain(what.starts_with(place) ? error : Error(place + what, error.status()));
        }
        progress(i + 1, 2 * frames.size());
    }
    if (std::ranges::all_of(looks, [](Look look) { return look == Look::unreadable; }))
        throw Error("there is no frame to learn from");
    for (std::size_t i = 0; i < frames.size(); ++i) {
        if (looks[i] != Look::unreadable)
            learner.look_again(sight_at(i), ground_of(looks, i, bareness));
        progress(frames.size() + i + 1, 2 * frames.size());
    }
    return learner.learned(camera);
}

Lesson learn_directory(const std::string& directory, const RoadOptions& options, Bareness bareness,
                       const std::function<void(std::size_t done, std::size_t all)>& progress) {
    if (options.camera.empty())
        throw Error("--learn needs --camera: what is learned is kept by its name", Exit::usage);
    const Zone zone = options.weather.zone.empty() ? Zone{} : Zone{options.weather.zone};
    FrameList frames;
    for (const ArchiveEntry& entry : list_archive(directory, zone))
        frames.add_file(entry.path, entry.time);
    Lesson lesson;
    lesson.state =
        learned_camera(frames, options.camera, bareness, progress, [&](const Error& error) {
            log_error(str(error.what(), "; it is passed over"));
            lesson.is_whole = false;
        });
    return lesson;
}

std::string line_of(const CameraState& state) {
    std::string line = str(state.camera, ": ");
    if (state.region)
        line += str("the road is ",
                    std::lround(100. * static_cast<double>(count(*state.region)) /
                                static_cast<double>(state.region->inside.size())),
                    " % of the picture, by ", state.traffic.vehicles, " vehicles in ",
                    state.traffic.frames, " frames (halves agree to ",
                    std::lround(state.traffic.agreement * 100), " %)");
    else
        line += str("not enough traffic for the road's outline in ", state.traffic.frames,
                    " frames; about ", state.traffic.frames_needed, " are needed");
    std::string references;
    for (std::size_t i = 0; i < lights.size(); ++i)
        if (state.references[i])
            references += str(references.empty() ? "" : ", ", word_for(lights[i]), " ",
                              state.references[i]->frames);
    return line + str("; bare road: ", references.empty() ? "never seen" : references);
}

std::string json_of(const CameraState& state) {
    nlohmann::ordered_json json{{"camera", state.camera},
                                {"frames", state.traffic.frames},
                                {"vehicles", state.traffic.vehicles},
                                {"agreement", state.traffic.agreement},
                                {"frames_needed", state.traffic.frames_needed},
                                {"polygons", nlohmann::ordered_json::array()},
                                {"references", nlohmann::ordered_json::object()}};
    if (state.region)
        for (const Polygon& polygon : outlines(*state.region, 12)) {
            nlohmann::ordered_json& points = json["polygons"].emplace_back();
            for (const Point& point : polygon)
                points.push_back(
                    {std::round(point.x * 1e4) / 1e4, std::round(point.y * 1e4) / 1e4});
        }
    for (std::size_t i = 0; i < lights.size(); ++i)
        if (state.references[i])
            json["references"][std::string{word_for(lights[i])}] = state.references[i]->frames;
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace img
