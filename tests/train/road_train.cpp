// Trains the model that reads a road's snow from a single picture, and checks it on cameras that it
// has not seen.
// usage: road_train FOLDER            prints lib/verb/road/snow_model_constants.cpp
//        road_train FOLDER --check    leaves each camera out in turn, and prints how it is judged
//        road_train FOLDER --draw TO  writes some of the drawn pictures to directory TO
// FOLDER holds dev/ and synth/dev/. The same folder gives the same numbers.

#include "boosting.hpp"
#include "road_pictures.hpp"
#include "winter.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "foreign/libjpeg.hpp"
#include "verb/road/appearance.hpp"
#include "verb/road/region.hpp"
#include "verb/road/snow_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>

using namespace img;

namespace {

const std::vector<double> thresholds{snow_thresholds.begin(), snow_thresholds.end()};
/// How well a share is known: of real pictures it is an estimate by eye.
constexpr double sure_by_eye = .06, sure_drawn = .025;

double env(const char* name, double standard) {
    const char* text = std::getenv(name);
    return text ? std::atof(text) : standard;
}

struct Sample {
    TrainingRow row;
    std::string camera, name, view;
    double covered;
    enum class Kind { real, relit, drawn } kind;
    bool own_region; ///< the road as it was drawn by hand
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

bool usable(const RoadPicture& picture) {
    static const std::set<std::string> known{"clear", "wet", "snow-light", "snow-moderate",
                                             "snow-heavy"};
    return picture.covered && picture.light == "day" && known.contains(picture.condition);
}

std::vector<Sample> samples_of(const std::string& folder) {
    Collector collector;
    Chance chance{7};
    const int relits = static_cast<int>(env("RELITS", 8)),
              winters = static_cast<int>(env("WINTERS", 25));
    for (const RoadPicture& picture : read_road_pictures(folder + "/dev", IMG_OUTLINES)) {
        if (!usable(picture))
            continue;
        const bool bare = *picture.covered < .02, fixed = picture.view == "fixed";
        const Bitmap rough = region_in_frame(picture.sight).bitmap;
        const Bitmap blind = perspective_trapezoid(picture.sight.planes.size).bitmap;
        Sample about{{},           picture.camera,   picture.name,
                     picture.view, *picture.covered, Sample::Kind::real,
                     false};
        const double weight = bare ? env("WBARE", 3) : env("WSNOW", 8);
        collector.add(picture.sight, rough, about, weight, sure_by_eye);
        if (picture.road) {
            about.own_region = true;
            collector.add(picture.sight, *picture.road, about, weight, sure_by_eye);
        }
        about.kind = Sample::Kind::relit;
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
    for (const RoadPicture& picture : read_drawn_pictures(folder + "/synth/dev"))
        if (usable(picture))
            collector.add(picture.sight, *picture.road,
                          {{},
                           picture.camera,
                           picture.name,
                           "synth",
                           *picture.covered,
                           Sample::Kind::drawn,
                           true},
                          1, sure_drawn);
    return std::move(collector.samples);
}

int class_of(double covered) {
    return covered < .1 ? 0 : covered < .3 ? 1 : covered < .6 ? 2 : 3;
}

/// Counts by class; balanced accuracy is the mean share that is right of the classes that occur.
struct Confusion {
    int counts[4][4] = {};
    double error = 0;
    int all = 0;
    void add(double truth, double found) {
        ++counts[class_of(truth)][class_of(found)];
        error += std::abs(truth - found);
        ++all;
    }
    void print(const std::string& what) const {
        double sum = 0;
        int classes = 0;
        for (const auto& row : counts) {
            const int n = row[0] + row[1] + row[2] + row[3];
            if (n)
                sum += double(row[&row - counts]) / n, ++classes;
        }
        std::printf("%-28s n %4d  balanced %.3f  error %.3f ", what.c_str(), all,
                    sum / std::max(classes, 1), error / std::max(all, 1));
        for (const auto& row : counts)
            std::printf(" [%d %d %d %d]", row[0], row[1], row[2], row[3]);
        std::printf("\n");
    }
};

BoostingSettings settings() {
    BoostingSettings settings;
    settings.trees = static_cast<int>(env("TREES", 120));
    settings.depth = static_cast<int>(env("DEPTH", 3));
    settings.rate = env("RATE", .08);
    settings.least_weight = env("LEAST", 12);
    settings.features = env("FEATURES", .4);
    settings.seed = static_cast<std::uint64_t>(env("SEED", 1));
    return settings;
}

void check(const std::vector<Sample>& samples) {
    std::set<std::string> cameras;
    for (const Sample& sample : samples)
        cameras.insert(sample.camera);
    constexpr std::size_t folds = 10;
    std::map<std::string, std::size_t> fold;
    for (const std::string& camera : cameras)
        fold.emplace(camera, fold.size() % folds);
    Confusion own, rough, other, synth, drawn, relit_bare;
    for (std::size_t f = 0; f < folds; ++f) {
        std::vector<TrainingRow> rows;
        for (const Sample& sample : samples)
            if (fold[sample.camera] != f)
                rows.push_back(sample.row);
        const TrainedModel model = boosted(rows, thresholds, settings());
        for (const Sample& sample : samples) {
            if (fold[sample.camera] != f)
                continue;
            const double found = SnowScore{model.score(sample.row.values)}.covered();
            if (sample.view == "synth")
                synth.add(sample.covered, found);
            else if (sample.kind == Sample::Kind::drawn)
                drawn.add(sample.covered, found);
            else if (sample.kind == Sample::Kind::relit && sample.covered < .05)
                relit_bare.add(sample.covered, found);
            if (sample.kind != Sample::Kind::real)
                continue;
            (sample.view != "fixed" ? other
             : sample.own_region    ? own
                                    : rough)
                .add(sample.covered, found);
            if (class_of(sample.covered) != class_of(found))
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

void print_model(const TrainedModel& model) {
    std::printf("// What the model of snow was trained to. Made by road_train, not by hand.\n\n"
                "#include \"verb/road/snow_model.hpp\"\n\nnamespace img {\n\nnamespace {\n\n"
                "// clang-format off\nconstexpr std::array<SnowTree, %zu> trees{{\n",
                model.trees.size());
    for (const TrainedTree& tree : model.trees)
        std::printf("    {%s,\n     %s,\n     %s},\n",
                    listed(tree.feature, [](int one) { return str(one); }).c_str(),
                    listed(tree.bound, number).c_str(), listed(tree.leaf, number).c_str());
    std::printf("}};\n// clang-format on\n\n} // namespace\n\n"
                "std::span<const SnowTree> snow_trees() { return trees; }\n\n"
                "} // namespace img\n");
}

TrainedModel trained(const std::vector<Sample>& samples) {
    std::vector<TrainingRow> rows;
    for (const Sample& sample : samples)
        rows.push_back(sample.row);
    return boosted(rows, thresholds, settings());
}

void draw(const std::string& folder, const std::string& to) {
    Chance chance{3};
    for (const RoadPicture& picture : read_road_pictures(folder + "/dev", IMG_OUTLINES)) {
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
    if (argc < 2) {
        std::fprintf(stderr, "usage: road_train FOLDER [--check | --draw TO]\n");
        return 2;
    }
    try {
        const std::string mode = argc > 2 ? argv[2] : "";
        if (mode == "--draw" && argc > 3)
            draw(argv[1], argv[3]);
        else if (mode == "--check")
            check(samples_of(argv[1]));
        else
            print_model(trained(samples_of(argv[1])));
    } catch (const Error& error) {
        std::fprintf(stderr, "road_train: %s\n", error.what());
        return 1;
    }
}
