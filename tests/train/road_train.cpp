// Trains the models that read snow, water and night from a single picture of a road, and checks
// them on cameras that they have not seen.
//
//     road_train FOLDER OUTLINES           prints lib/verb/road/appearance_trees.cpp
//     road_train FOLDER OUTLINES check     leaves tenths of the cameras out, and prints how it is
//                                          judged
//     road_train FOLDER OUTLINES draw TO   writes some of the drawn pictures to directory TO
//
// FOLDER holds dev/ and synth/dev/, and beside it is frames/. The same folder gives the same
// numbers.

#include "boosting.hpp"
#include "confusion.hpp"
#include "road_pictures.hpp"
#include "winter.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "foreign/libjpeg.hpp"
#include "verb/road/appearance.hpp"
#include "verb/road/appearance_model.hpp"
#include "verb/road/judge.hpp"
#include "verb/road/light.hpp"
#include "verb/road/region.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>

using namespace img;

namespace {

const std::vector<double> thresholds{snow_thresholds.begin(), snow_thresholds.end()};
/// How well a share is known: of real pictures it is an estimate by eye.
constexpr double sure_by_eye = .06, sure_drawn = .025;

/// How often a real picture is seen in other light, a bare road under drawn snow, and how much
/// more than a drawn picture real ones count.
constexpr int relits = 10, winters = 40;
constexpr double bare_weight = 3, snow_weight = 15;
/// Log odds from which a road is called wet in the check.
constexpr double wet_from = .6;

struct Sample {
    TrainingRow row;
    std::string camera, name, view;
    double covered;
    enum class Kind { real, relit, drawn } kind;
    bool own_region; ///< the road as it was drawn by hand
    bool night = false;
    std::optional<bool> wet{}; ///< where it is known, and the road is bare
};

std::vector<float> reached_at(double covered, double sure) {
    std::vector<float> reached;
    for (double share : snow_shares)
        reached.push_back(static_cast<float>(
            .5 * std::erfc((share - covered) / (sure * (.5 + 1.5 * share) * std::sqrt(2.)))));
    return reached;
}

/// As somebody else would have drawn it.
Bitmap inexact(const Bitmap& road, Chance& chance) {
    const double scale = chance.between(.85, 1.15), right = chance.between(-.06, .06),
                 down = chance.between(-.06, .06);
    Bitmap out{road.size};
    for (int y = 0; y < road.size.height; ++y)
        for (int x = 0; x < road.size.width; ++x) {
            const double u = (double(x) / road.size.width - .5) / scale + .5 - right;
            const double v = (double(y) / road.size.height - .5) / scale + .5 - down;
            const int i = std::clamp(static_cast<int>(u * road.size.width), 0, road.size.width - 1);
            const int j =
                std::clamp(static_cast<int>(v * road.size.height), 0, road.size.height - 1);
            out.row(y)[x] = road.row(j)[i];
        }
    return count(out) > 400 ? out : road;
}

class Collector {
public:
    void add(const Sight& sight, const Bitmap& road, const Sample& about, double weight,
             double sure) {
        Sample sample = about;
        const Appearance appearance = appearance_of(sight, road);
        sample.row.values.assign(appearance.values.begin(), appearance.values.end());
        sample.row.reached = reached_at(sample.covered, sure);
        sample.row.weight = static_cast<float>(weight);
        samples.push_back(std::move(sample));
    }
    std::vector<Sample> samples;
};

/// By day, with a share of snow that is known.
bool usable(const RoadPicture& picture) {
    static const std::set<std::string> known{"clear", "wet", "snow-light", "snow-moderate",
                                             "snow-heavy"};
    return picture.covered && picture.light == "day" && known.contains(picture.condition);
}

std::vector<RoadPicture> all_pictures(const std::string& folder, const std::string& outlines) {
    std::vector<RoadPicture> pictures = read_road_pictures(folder + "/dev", outlines);
    for (RoadPicture& picture : read_bare_cameras(folder + "/../frames", outlines))
        pictures.push_back(std::move(picture));
    return pictures;
}

std::vector<Sample> samples_of(const std::string& folder, const std::string& outlines) {
    Collector collector;
    Chance chance{7};
    for (const RoadPicture& picture : all_pictures(folder, outlines)) {
        if (picture.light == "night" && light_of(picture.sight) != Light::infrared)
            collector.add(picture.sight, region_in_frame(picture.sight).bitmap,
                          {{},
                           picture.camera,
                           picture.name,
                           picture.view,
                           picture.covered.value_or(0),
                           Sample::Kind::real,
                           false,
                           true},
                          5, sure_by_eye);
        if (!usable(picture))
            continue;
        const bool bare = *picture.covered < .02, fixed = picture.view == "fixed";
        const Bitmap rough = region_in_frame(picture.sight).bitmap;
        const Bitmap blind = perspective_trapezoid(picture.sight.planes.size).bitmap;
        Sample about{{},           picture.camera,   picture.name,
                     picture.view, *picture.covered, Sample::Kind::real,
                     false};
        if (bare)
            about.wet = picture.condition == "wet";
        const double weight = bare ? bare_weight : snow_weight;
        collector.add(picture.sight, rough, about, weight, sure_by_eye);
        if (picture.road) {
            about.own_region = true;
            collector.add(picture.sight, *picture.road, about, weight, sure_by_eye);
        }
        about.kind = Sample::Kind::relit;
        for (double gain : bare ? std::vector{.65, .8, 1.15, 1.25, 1.35} : std::vector{.75, 1.25}) {
            const Sight sight = brightened(picture.sight, gain);
            collector.add(sight, region_in_frame(sight).bitmap, about, 2, sure_by_eye);
            collector.add(sight, picture.road.value_or(rough), about, 1, sure_by_eye);
        }
        const int times = bare ? relits : relits * 3;
        for (int i = 0; i < times; ++i) {
            Bitmap road = picture.road && chance.with(.5) ? *picture.road
                          : chance.with(.7)               ? rough
                                                          : blind;
            Sight sight =
                relit(picture.sight, road, bare ? Surface::bare : Surface::as_it_is, chance);
            if (chance.with(.6))
                road = inexact(road, chance);
            collector.add(sight, road, about, 1, sure_by_eye);
        }
        about.wet.reset();
        for (int i = 0; i < (picture.road ? relits / 3 : 0); ++i) {
            Sample dark = about;
            dark.night = true;
            dark.kind = Sample::Kind::drawn;
            const Sight sight = bare && chance.with(.5)
                                    ? snowed(picture.sight, *picture.road, chance).sight
                                    : picture.sight;
            collector.add(by_night(sight, *picture.road, chance), *picture.road, dark, 1,
                          sure_drawn);
        }
        if (!bare || !picture.road || picture.condition != "clear")
            continue;
        about.kind = Sample::Kind::drawn;
        for (int i = 0; i < (fixed ? winters : winters / 3); ++i) {
            DrawnWinter drawn = snowed(picture.sight, *picture.road, chance);
            about.covered = drawn.covered;
            Bitmap road = chance.with(.5)   ? *picture.road
                          : chance.with(.7) ? region_in_frame(drawn.sight).bitmap
                                            : blind;
            if (chance.with(.5))
                road = inexact(road, chance);
            collector.add(drawn.sight, road, about, 1, sure_drawn);
        }
    }
    for (const RoadPicture& picture : read_drawn_pictures(folder + "/synth/dev")) {
        if (light_of(picture.sight) == Light::infrared || !picture.covered)
            continue;
        Sample about{{},      picture.camera,          picture.name,
                     "synth", *picture.covered,        Sample::Kind::drawn,
                     true,    picture.light == "night"};
        if (!about.night && *picture.covered < .02)
            about.wet = picture.condition == "wet";
        collector.add(picture.sight, *picture.road, about, 1, sure_drawn);
    }
    return std::move(collector.samples);
}

/// What a model is asked, and the samples that answer.
enum class Question { snow, night, wet };

std::vector<TrainingRow> rows_for(Question question, const std::vector<Sample>& samples,
                                  const std::function<bool(const Sample&)>& seen) {
    std::vector<TrainingRow> rows;
    for (const Sample& sample : samples) {
        if (!seen(sample))
            continue;
        TrainingRow row = sample.row;
        if (question == Question::night)
            row.reached = {sample.night ? 1.F : 0.F};
        if (question == Question::wet && sample.wet)
            row.reached = {*sample.wet ? 1.F : 0.F};
        if (question == Question::night || (question == Question::wet && sample.wet) ||
            (question == Question::snow && !sample.night))
            rows.push_back(std::move(row));
    }
    return rows;
}

TrainedModel trained(Question question, const std::vector<TrainingRow>& rows) {
    BoostingSettings settings;
    if (question == Question::snow)
        return boosted(rows, thresholds, settings);
    settings.trees /= 3;
    settings.least_weight /= 3;
    return boosted(rows, {0}, settings);
}

/// As the judge would have it.
std::size_t class_said(double covered) {
    const RoadCondition said = snow_class(covered, cuts_alone(SnowCuts{}));
    return static_cast<std::size_t>(said) - static_cast<std::size_t>(RoadCondition::clear);
}

/// Right and wrong answers of yes and no.
struct Answers {
    int counts[2][2] = {};
    void add(bool truth, bool found) { ++counts[truth][found]; }
    void print(const char* what) const {
        std::printf("%-28s no [%d %d] yes [%d %d]\n", what, counts[0][0], counts[0][1],
                    counts[1][0], counts[1][1]);
    }
};

void check(const std::vector<Sample>& samples) {
    std::set<std::string> cameras;
    for (const Sample& sample : samples)
        cameras.insert(sample.camera);
    constexpr std::size_t folds = 10;
    std::map<std::string, std::size_t> fold;
    for (const std::string& camera : cameras)
        fold.emplace(camera, fold.size() % folds);
    Confusion own, rough, other, synth, drawn, relit_bare;
    Answers night, night_drawn, wet, wet_synth;
    for (std::size_t f = 0; f < folds; ++f) {
        auto ask = [&](Question question) {
            return trained(question, rows_for(question, samples, [&](const Sample& sample) {
                               return fold[sample.camera] != f;
                           }));
        };
        const TrainedModel model = ask(Question::snow), by_night = ask(Question::night),
                           of_wet = ask(Question::wet);
        for (const Sample& sample : samples) {
            if (fold[sample.camera] != f)
                continue;
            const bool dark = by_night.score(sample.row.values) > 0;
            (sample.kind == Sample::Kind::real ? night : night_drawn).add(sample.night, dark);
            if (sample.kind == Sample::Kind::real && dark != sample.night)
                std::printf("  %-30s %s by night\n", sample.name.c_str(),
                            dark ? "found" : "not found");
            if (sample.wet)
                (sample.view == "synth" ? wet_synth : wet)
                    .add(*sample.wet, of_wet.score(sample.row.values) > wet_from);
            if (sample.night)
                continue;
            const double found = SnowScore{model.score(sample.row.values)}.covered();
            const std::size_t truth = Confusion::class_of(sample.covered);
            const std::size_t said = class_said(found);
            if (sample.view == "synth")
                synth.add(truth, said);
            else if (sample.kind == Sample::Kind::drawn)
                drawn.add(truth, said);
            else if (sample.kind == Sample::Kind::relit && sample.covered < .05)
                relit_bare.add(truth, said);
            if (sample.kind != Sample::Kind::real)
                continue;
            (sample.view != "fixed" ? other : sample.own_region ? own : rough).add(truth, said);
            if (truth != said)
                std::printf("  %-30s %-6s %s %.2f found %.2f\n", sample.name.c_str(),
                            sample.view.c_str(), sample.own_region ? "own  " : "rough",
                            sample.covered, found);
        }
    }
    own.print("fixed, own region");
    rough.print("fixed, region of the frame");
    other.print("from cars and by foot");
    synth.print("drawn by others");
    drawn.print("drawn here");
    relit_bare.print("bare in other light");
    night.print("night, real");
    night_drawn.print("night, drawn");
    wet.print("wet, real and relit");
    wet_synth.print("wet, drawn by others");
}

/// Four digits are more than the pictures know.
std::string number(float value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", double{value});
    std::string out = text;
    if (out.find_first_of(".e") == std::string::npos)
        out += ".";
    return out + "F";
}

template <class List, class Show>
std::string listed(const List& list, Show show) {
    std::string out;
    for (const auto& one : list)
        out += str(out.empty() ? "" : ", ", show(one));
    return str("{", out, "}");
}

void print_trees(const char* name, const TrainedModel& model) {
    std::printf("constexpr std::array<AppearanceTree, %zu> %s{{\n", model.trees.size(), name);
    for (const TrainedTree& tree : model.trees)
        std::printf("    {%s,\n     %s,\n     %s},\n",
                    listed(tree.feature, [](int one) { return str(one); }).c_str(),
                    listed(tree.bound, number).c_str(), listed(tree.leaf, number).c_str());
    std::printf("}};\n\n");
}

void print_models(const std::vector<Sample>& samples) {
    std::printf("// What the models of appearance were trained to. Made by road_train, not by "
                "hand.\n\n#include \"verb/road/appearance_model.hpp\"\n\nnamespace img {\n\n"
                "namespace {\n\n// clang-format off\n");
    auto print = [&](const char* name, Question question) {
        print_trees(name, trained(question,
                                  rows_for(question, samples, [](const Sample&) { return true; })));
    };
    print("snow", Question::snow);
    print("night", Question::night);
    print("wet", Question::wet);
    std::printf("// clang-format on\n\n} // namespace\n\n");
    for (const char* name : {"snow", "night", "wet"})
        std::printf("std::span<const AppearanceTree> %s_trees() {\n    return %s;\n}\n", name,
                    name);
    std::printf("\n} // namespace img\n");
}

void draw(const std::string& folder, const std::string& outlines, const std::string& to) {
    Chance chance{3};
    for (const RoadPicture& picture : read_road_pictures(folder + "/dev", outlines)) {
        if (!usable(picture) || picture.condition != "clear" || !picture.road)
            continue;
        for (int i = 0; i < 3; ++i) {
            DrawnWinter drawn = snowed(picture.sight, *picture.road, chance);
            Picture shown{drawn.sight.planes.size, ColorSpace::ycbcr};
            for (std::size_t k = 0; k < shown.pixels.size(); ++k)
                shown.pixels[k] = drawn.sight.planes.channel[k % 3][k / 3];
            write_file(str(to, "/", picture.sight.full.width, "_", count(*picture.road), "_", i,
                           "_", static_cast<int>(drawn.covered * 100), ".jpg"),
                       encode_jpeg(shown, 90));
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: road_train FOLDER OUTLINES [check | draw TO]\n");
        return 2;
    }
    try {
        const std::string mode = argc > 3 ? argv[3] : "";
        if (mode == "draw" && argc > 4)
            draw(argv[1], argv[2], argv[4]);
        else if (mode == "check")
            check(samples_of(argv[1], argv[2]));
        else
            print_models(samples_of(argv[1], argv[2]));
    } catch (const Error& error) {
        std::fprintf(stderr, "road_train: %s\n", error.what());
        return 1;
    }
}
