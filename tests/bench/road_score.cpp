// How well single pictures tell snow, over the labelled frames of a folder with dev/ and
// synth/dev/. The trees were trained with these cameras: `road_train FOLDER OUTLINES check` leaves
// them out. usage: road_score FOLDER [1080P_FRAME]

#include "confusion.hpp"
#include "road_pictures.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "foreign/libjpeg.hpp"
#include "verb/road/judge.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <map>

using namespace img;

namespace {

RoadReading reading_of(const Sight& sight, const std::optional<Bitmap>& road = {}) {
    Region region = region_in_frame(sight);
    if (road)
        region.bitmap = *road;
    return read_road(sight, light_of(sight), region, nullptr, SnowCuts{});
}

std::optional<std::size_t> class_said(const RoadReading& reading) {
    switch (reading.condition) {
    case RoadCondition::light:
        return 1;
    case RoadCondition::moderate:
        return 2;
    case RoadCondition::heavy:
        return 3;
    case RoadCondition::unknown:
        return std::nullopt;
    default:
        return 0;
    }
}

/// By the folder: the label's class.
std::optional<std::size_t> class_of_label(const std::string& condition) {
    static const std::map<std::string, std::size_t> classes{
        {"clear", 0}, {"wet", 0}, {"snow-light", 1}, {"snow-moderate", 2}, {"snow-heavy", 3}};
    const auto found = classes.find(condition);
    return found == classes.end() ? std::nullopt : std::optional{found->second};
}

/// What an older system did: in a fixed trapezoid, snow is what is bright and has no colour.
std::size_t class_by_brightness(const Sight& sight) {
    const Bitmap road = compat_trapezoid(sight.planes.size).bitmap;
    double snow = 0, all = 0;
    for (std::size_t i = 0; i < road.inside.size(); ++i) {
        if (!road.inside[i])
            continue;
        const double y = sight.planes.channel[0][i], u = sight.planes.channel[1][i] - 128,
                     v = sight.planes.channel[2][i] - 128;
        const std::array<double, 3> rgb{y + 1.402 * v, y - .344 * u - .714 * v, y + 1.772 * u};
        const auto [least, most] = std::minmax_element(rgb.begin(), rgb.end());
        snow += *most >= 200 && (*most - *least) * 255 <= 30 * *most;
        all += 1;
    }
    const double share = snow / std::max(all, 1.);
    return share > .5 ? 3 : share > .25 ? 2 : share > .1 ? 1 : 0;
}

/// Classes, and how many pictures were not judged.
struct Score {
    Confusion confusion;
    int unknown = 0;
    double error = 0;
    void add(std::size_t truth, const RoadReading& reading, const std::optional<double>& covered) {
        const std::optional<std::size_t> said = class_said(reading);
        if (!said) {
            ++unknown;
            return;
        }
        confusion.add(truth, *said);
        error += std::abs(*reading.coverage - covered.value_or(0));
    }
    void print(const std::string& title) const {
        confusion.print(title);
        std::printf("  coverage is wrong by %.3f on the mean; unknown: %d\n",
                    error / std::max(1, confusion.all()), unknown);
    }
};

/// How often pictures that claim a confidence are right.
struct Calibration {
    std::array<int, 10> right{}, all{};
    void add(double confidence, bool is_right) {
        const auto bin = static_cast<std::size_t>(std::clamp(confidence * 10, 0., 9.));
        ++all[bin];
        right[bin] += is_right;
    }
    void print() const {
        std::printf("confidence, and how many of how many are right:");
        for (std::size_t i = 0; i < all.size(); ++i)
            if (all[i])
                std::printf("  %.2f: %d/%d", static_cast<double>(i) / 10 + .05, right[i], all[i]);
        std::printf("\n");
    }
};

Sight scaled(const Frame& frame, double gain) {
    Picture picture = decode_jpeg(frame.jpeg, ColorSpace::rgb);
    for (std::uint8_t& sample : picture.pixels)
        sample = static_cast<std::uint8_t>(std::min(255., std::round(sample * gain)));
    return sight_of({encode_jpeg(picture, 92)}, 1);
}

void score_brightness(const std::vector<RoadPicture>& pictures) {
    int changed = 0, all = 0;
    for (const RoadPicture& picture : pictures) {
        if (!picture.fixed_by_day() || picture.condition != "clear" ||
            class_said(reading_of(picture.sight)) != 0)
            continue;
        for (double gain : {.65, .8, 1.15, 1.35}) {
            const std::optional<std::size_t> said =
                class_said(reading_of(scaled(picture.frame, gain)));
            ++all;
            if (said.value_or(0) == 0)
                continue;
            ++changed;
            std::printf("  %s at %.2f becomes class %zu\n", picture.name.c_str(), gain, *said);
        }
    }
    std::printf("clear roads at 0.65 to 1.35 of their brightness: %d of %d change\n", changed, all);
}

void score_cost(const std::string& file) {
    const Frame frame = frame_of_picture(file);
    constexpr int times = 100;
    const std::clock_t begin = std::clock();
    for (int i = 0; i < times; ++i)
        reading_of(sight_of(frame, 1));
    std::printf("%.2f ms of CPU for %s, decoded and judged\n",
                1000. * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC / times,
                file.c_str());
}

void score(const std::string& folder) {
    const std::vector<RoadPicture> pictures = read_road_pictures(folder + "/dev");
    Score fixed, masked, all;
    Confusion older;
    Calibration calibration;
    int night = 0, night_unknown = 0, night_right = 0;
    for (const RoadPicture& picture : pictures) {
        const std::optional<std::size_t> truth = class_of_label(picture.condition);
        if (!truth)
            continue;
        const RoadReading reading = reading_of(picture.sight);
        const std::optional<std::size_t> said = class_said(reading);
        if (picture.light == "night") {
            ++night;
            night_unknown += !said;
            night_right += said == truth;
        }
        if (picture.light != "day")
            continue;
        all.add(*truth, reading, picture.covered);
        if (said)
            calibration.add(reading.confidence, said == truth);
        if (said != truth)
            std::printf("  %-34s %-6s class %zu, coverage %.2f: %s %.2f\n", picture.name.c_str(),
                        picture.view.c_str(), *truth, picture.covered.value_or(0),
                        std::string{word_for(reading.condition)}.c_str(),
                        reading.coverage.value_or(-1));
        if (!picture.fixed_by_day())
            continue;
        fixed.add(*truth, reading, picture.covered);
        older.add(*truth, class_by_brightness(picture.sight));
        if (picture.road)
            masked.add(*truth, reading_of(picture.sight, picture.road), picture.covered);
    }
    fixed.print("fixed cameras by day");
    masked.print("the same, in the true region");
    older.print("the same by brightness in a fixed trapezoid");
    all.print("all by day");
    std::printf("night: of %d, %d are unknown and %d right\n", night, night_unknown, night_right);
    calibration.print();

    Score drawn;
    for (const RoadPicture& picture : read_drawn_pictures(folder + "/synth/dev"))
        if (picture.light == "day" && class_of_label(picture.condition))
            drawn.add(*class_of_label(picture.condition), reading_of(picture.sight, picture.road),
                      picture.covered);
    drawn.print("drawn, by day, in the true region");
    score_brightness(pictures);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: road_score FOLDER [1080P_FRAME]\n");
        return 2;
    }
    try {
        score(argv[1]);
        if (argc > 2)
            score_cost(argv[2]);
    } catch (const Error& error) {
        std::fprintf(stderr, "road_score: %s\n", error.what());
        return 1;
    }
}
