// Trains the trees that tell road from the rest in one frame and prints
// lib/verb/road/road_forests.cpp.
//
//     road_region_train DEV OUTLINES          the trees, from all frames
//     road_region_train DEV OUTLINES check    overlaps with cameras left out, sixths at a time
//     road_region_train DEV OUTLINES source   the same with one make of cameras left out at a time
//
// The same frames give the same trees: random numbers are the generator's own, sums have one order.

#include "base/file.hpp"
#include "base/text.hpp"
#include "frame/resample.hpp"
#include "road_pictures.hpp"
#include "verb/road/region.hpp"
#include "verb/road/road_cells.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <set>

using namespace img;

namespace {

constexpr int variants = 8;       // of each frame, the first as it is
constexpr std::size_t trees = 40; // of each forest
constexpr double rate = 0.15;
constexpr double damping = 30;
constexpr int bins = 32;
constexpr unsigned one_in = 8; // cells that are learned from

struct Example {
    RoadCells cells;
    std::vector<float> road; ///< share of each cell
};

struct Teacher {
    std::string file, folder, camera, make;
    bool is_judged; ///< by a mask
    float weight;
    Size size;
    Bitmap road;
    std::vector<Example> examples;
};

double next(std::mt19937& random) {
    return static_cast<double>(random()) / 4294967296.0;
}

/// A part of the frame as another camera's, lighter or darker; one in four without colour.
Sight seen_otherwise(const Sight& sight, const Bitmap& road, std::mt19937& random, Bitmap& seen) {
    const Size from = sight.planes.size;
    const double width = from.width * (0.55 + 0.45 * next(random));
    const double height = std::min<double>(from.height, width * from.height / from.width *
                                                            (0.85 + 0.3 * next(random)));
    const Window window{(from.width - width) * next(random), (from.height - height) * next(random),
                        width, height};
    const double gain = 0.4 + 0.85 * next(random);
    Sight other;
    const Size to{sight_width, std::max(32, static_cast<int>(sight_width * height / width))};
    other.full = to;
    other.planes = Planes{to};
    for (std::size_t c = 0; c < 3; ++c) {
        const Plane plane{from, static_cast<std::size_t>(from.width), sight.planes.channel[c]};
        other.planes.channel[c] = resample(plane, window, to, {triangle, triangle});
    }
    const double colour = next(random) < 0.25 ? 0 : gain;
    for (std::uint8_t& luma : other.planes.channel[0])
        luma = static_cast<std::uint8_t>(std::min(255.0, luma * gain));
    for (std::size_t c : {1U, 2U})
        for (std::uint8_t& chroma : other.planes.channel[c])
            chroma = static_cast<std::uint8_t>(
                std::clamp(128 + std::lround((chroma - 128) * colour), 0L, 255L));
    seen = Bitmap{to};
    for (int y = 0; y < to.height; ++y)
        for (int x = 0; x < to.width; ++x)
            seen.row(y)[x] =
                road.row(std::min(from.height - 1,
                                  static_cast<int>(window.top + (y + 0.5) * height / to.height)))
                    [std::min(from.width - 1,
                              static_cast<int>(window.left + (x + 0.5) * width / to.width))];
    return other;
}

Example example_of(const Sight& sight, const Bitmap& road) {
    Example example{road_cells(sight), {}};
    const Size size = example.cells.size;
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
            const int top = y * road.size.height / size.height;
            const int end = (y + 1) * road.size.height / size.height;
            int inside = 0;
            for (int v = top; v < end; ++v)
                for (int u = 0; u < region_cell; ++u)
                    inside += road.row(v)[x * region_cell + u];
            example.road.push_back(static_cast<float>(inside) /
                                   static_cast<float>((end - top) * region_cell));
        }
    return example;
}

std::vector<Teacher> teachers_of(const std::string& folder, const std::string& outlines_path) {
    std::mt19937 random{5};
    std::vector<Teacher> teachers;
    for (const RoadPicture& frame : read_road_pictures(folder, outlines_path)) {
        const bool fixed = frame.view == "fixed";
        if (!frame.road || frame.view == "ground")
            continue;
        Teacher teacher{frame.name,
                        frame.name.substr(0, frame.name.find('/')),
                        frame.camera,
                        !fixed                               ? "dash"
                        : frame.name.starts_with("clear/he") ? "he"
                                                             : frame.camera,
                        fixed && !frame.outlined,
                        fixed ? 1.0F : 0.3F,
                        frame.sight.planes.size,
                        *frame.road,
                        {}};
        // Other makes than one country's motorways are few.
        if (fixed && teacher.make != "he")
            teacher.weight = 2;
        teacher.examples.push_back(example_of(frame.sight, teacher.road));
        for (int i = 1; i < variants; ++i) {
            Bitmap seen;
            const Sight other = seen_otherwise(frame.sight, teacher.road, random, seen);
            teacher.examples.push_back(example_of(other, seen));
        }
        teachers.push_back(std::move(teacher));
    }
    return teachers;
}

struct Model {
    float base = 0;
    std::vector<RoadTree> grown;
    RoadForest forest() const { return {base, grown}; }
};

/// What a forest is grown from: cells of many examples, their traits in bins.
struct Lessons {
    std::size_t traits = 0;
    std::vector<std::vector<float>> edges;       ///< between bins, by trait
    std::vector<std::vector<std::uint8_t>> bins; ///< by trait
    std::vector<float> road, weight;
};

using Pick = std::vector<const RoadCells*>; // cells of the examples, one after another
struct Class {
    std::vector<const Example*> examples;
    std::vector<float> weights;
};

Lessons lessons_of(const Class& taught, const Pick& cells, std::size_t traits) {
    std::mt19937 random{9};
    Lessons lessons{traits, {}, {}, {}, {}};
    std::vector<std::vector<float>> values(traits);
    for (std::size_t e = 0; e < cells.size(); ++e)
        for (std::size_t i = 0; i < taught.examples[e]->road.size(); ++i) {
            if (random() % one_in)
                continue;
            for (std::size_t t = 0; t < traits; ++t)
                values[t].push_back(cells[e]->traits[t][i]);
            const float road = taught.examples[e]->road[i];
            lessons.road.push_back(road);
            lessons.weight.push_back(taught.weights[e]);
        }
    for (std::vector<float>& column : values) {
        std::vector<float> sorted = column;
        std::sort(sorted.begin(), sorted.end());
        std::vector<float>& edges = lessons.edges.emplace_back();
        for (std::size_t k = 1; k < bins; ++k) {
            const float edge = sorted[k * sorted.size() / bins];
            if (edges.empty() || edge > edges.back())
                edges.push_back(edge);
        }
        std::vector<std::uint8_t>& binned = lessons.bins.emplace_back();
        for (float value : column)
            binned.push_back(static_cast<std::uint8_t>(
                std::lower_bound(edges.begin(), edges.end(), value) - edges.begin()));
    }
    return lessons;
}

struct Sums {
    double gradient = 0, curvature = 0;
    double gain() const { return gradient * gradient / (curvature + damping); }
};

/// The question that, asked of all leaves, helps most.
RoadTree grow(const Lessons& lessons, const std::vector<float>& gradient,
              const std::vector<float>& curvature, std::vector<std::uint8_t>& leaves) {
    RoadTree tree{};
    std::fill(leaves.begin(), leaves.end(), std::uint8_t{0});
    for (std::size_t level = 0; level < RoadTree::depth; ++level) {
        const std::size_t nodes = std::size_t{1} << level;
        double best = -1;
        std::uint8_t best_bin = 0;
        for (std::size_t t = 0; t < lessons.traits; ++t) {
            std::vector<Sums> sums(nodes * bins);
            for (std::size_t i = 0; i < gradient.size(); ++i) {
                Sums& sum = sums[leaves[i] * std::size_t{bins} + lessons.bins[t][i]];
                sum.gradient += gradient[i];
                sum.curvature += curvature[i];
            }
            std::vector<double> gains(bins);
            for (std::size_t node = 0; node < nodes; ++node) {
                Sums all, below;
                for (std::size_t b = 0; b < bins; ++b) {
                    all.gradient += sums[node * bins + b].gradient;
                    all.curvature += sums[node * bins + b].curvature;
                }
                for (std::size_t b = 0; b + 1 < bins; ++b) {
                    below.gradient += sums[node * bins + b].gradient;
                    below.curvature += sums[node * bins + b].curvature;
                    const Sums rest{all.gradient - below.gradient, all.curvature - below.curvature};
                    gains[b] += below.gain() + rest.gain();
                }
            }
            for (std::size_t b = 0; b < lessons.edges[t].size(); ++b)
                if (gains[b] > best) {
                    best = gains[b];
                    best_bin = static_cast<std::uint8_t>(b);
                    tree.trait[level] = static_cast<std::uint8_t>(t);
                    tree.threshold[level] = lessons.edges[t][b];
                }
        }
        const std::vector<std::uint8_t>& asked = lessons.bins[tree.trait[level]];
        for (std::size_t i = 0; i < leaves.size(); ++i)
            leaves[i] = static_cast<std::uint8_t>(leaves[i] | (asked[i] > best_bin) << level);
    }
    std::array<Sums, std::size_t{1} << RoadTree::depth> sums{};
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        sums[leaves[i]].gradient += gradient[i];
        sums[leaves[i]].curvature += curvature[i];
    }
    for (std::size_t leaf = 0; leaf < sums.size(); ++leaf)
        tree.leaf[leaf] =
            static_cast<float>(-rate * sums[leaf].gradient / (sums[leaf].curvature + damping));
    return tree;
}

Model model_of(const Lessons& lessons) {
    double road = 0, all = 0;
    for (std::size_t i = 0; i < lessons.road.size(); ++i) {
        road += lessons.road[i] * lessons.weight[i];
        all += lessons.weight[i];
    }
    Model model;
    model.base = static_cast<float>(std::log(road / (all - road)));
    std::vector<float> odds(lessons.road.size(), model.base), gradient(odds.size()),
        curvature(odds.size());
    std::vector<std::uint8_t> leaves(odds.size());
    for (std::size_t t = 0; t < trees; ++t) {
        for (std::size_t i = 0; i < odds.size(); ++i) {
            const float p = 1 / (1 + std::exp(-odds[i]));
            gradient[i] = (p - lessons.road[i]) * lessons.weight[i];
            curvature[i] = p * (1 - p) * lessons.weight[i];
        }
        model.grown.push_back(grow(lessons, gradient, curvature, leaves));
        for (std::size_t i = 0; i < odds.size(); ++i)
            odds[i] += model.grown.back().leaf[leaves[i]];
    }
    return model;
}

Class class_of(const std::vector<const Teacher*>& teachers) {
    Class taught;
    for (const Teacher* teacher : teachers)
        for (const Example& example : teacher->examples) {
            taught.examples.push_back(&example);
            taught.weights.push_back(teacher->weight);
        }
    return taught;
}

Model first_model(const std::vector<const Teacher*>& teachers) {
    const Class taught = class_of(teachers);
    Pick cells;
    for (const Example* example : taught.examples)
        cells.push_back(&example->cells);
    return model_of(lessons_of(taught, cells, own_traits));
}

/// The second judgement learns from first judgements of cameras that the first has not seen.
Model second_model(const std::vector<const Teacher*>& teachers) {
    constexpr std::size_t parts = 3;
    std::map<std::string, std::size_t> part_of;
    for (const Teacher* teacher : teachers)
        part_of.emplace(teacher->camera, part_of.size() % parts);
    std::vector<RoadCells> all;
    all.reserve(teachers.size() * variants);
    std::vector<const Teacher*> order;
    for (std::size_t part = 0; part < parts; ++part) {
        std::vector<const Teacher*> seen;
        for (const Teacher* teacher : teachers)
            if (part_of[teacher->camera] != part)
                seen.push_back(teacher);
        const Model first = first_model(seen);
        for (const Teacher* teacher : teachers)
            if (part_of[teacher->camera] == part) {
                order.push_back(teacher);
                for (const Example& example : teacher->examples) {
                    all.push_back(example.cells);
                    add_context(all.back(), judged(example.cells, first.forest()));
                }
            }
    }
    Pick cells;
    for (const RoadCells& each : all)
        cells.push_back(&each);
    return model_of(lessons_of(class_of(order), cells, all_traits));
}

void print(const std::string& name, const Model& model) {
    std::printf("constexpr RoadTree %s_trees[] = {\n", name.c_str());
    for (const RoadTree& tree : model.grown) {
        std::printf("    {{");
        for (std::size_t i = 0; i < RoadTree::depth; ++i)
            std::printf("%s%d", i ? ", " : "", tree.trait[i]);
        std::printf("},\n     {");
        for (std::size_t i = 0; i < RoadTree::depth; ++i)
            std::printf("%s%#.6gF", i ? ", " : "", static_cast<double>(tree.threshold[i]));
        std::printf("},\n     {");
        for (std::size_t i = 0; i < tree.leaf.size(); ++i)
            std::printf("%s%.4fF", i ? ", " : "", static_cast<double>(tree.leaf[i]));
        std::printf("}},\n");
    }
    std::printf("};\n\n");
}

void print_source(const std::vector<const Teacher*>& teachers) {
    const Model first = first_model(teachers), second = second_model(teachers);
    std::printf(
        "// Trees that tell road from the rest, as tests/train/road_region_train.cpp printed them."
        "\n\n#include \"verb/road/road_cells.hpp\"\n\nnamespace img {\n\nnamespace {\n\n"
        "// clang-format off\n");
    print("first", first);
    print("second", second);
    std::printf("// clang-format on\n\n} // namespace\n\n"
                "const RoadForest first_road_forest{%.5fF, first_trees};\n"
                "const RoadForest second_road_forest{%.5fF, second_trees};\n\n} // namespace img\n",
                static_cast<double>(first.base), static_cast<double>(second.base));
}

struct Mean {
    double sum = 0;
    int count = 0;
    void add(double value) { sum += value, ++count; }
    double value() const { return count ? sum / count : 0; }
};

/// Trains without what `part_of` puts into a part, and judges that part.
void check(const std::vector<Teacher>& teachers,
           const std::function<std::string(const Teacher&)>& part_of) {
    std::set<std::string> parts;
    for (const Teacher& teacher : teachers)
        if (teacher.make != "dash")
            parts.insert(part_of(teacher));
    Mean clear, all, by_eye, first_clear;
    for (const std::string& part : parts) {
        std::vector<const Teacher*> seen;
        for (const Teacher& teacher : teachers)
            if (teacher.make == "dash" || part_of(teacher) != part)
                seen.push_back(&teacher);
        const Model first = first_model(seen), second = second_model(seen);
        for (const Teacher& teacher : teachers) {
            if (teacher.make == "dash" || part_of(teacher) != part)
                continue;
            RoadCells cells = teacher.examples[0].cells;
            const CellValues before = judged(cells, first.forest());
            add_context(cells, before);
            const CellValues road = judged(cells, second.forest());
            const Region region = region_of_cells(road, cells.size, teacher.size);
            const double overlap = intersection_over_union(region.bitmap, teacher.road);
            const double at_first = intersection_over_union(
                region_of_cells(before, cells.size, teacher.size).bitmap, teacher.road);
            std::printf("%-30s %-9s %.3f first %.3f confidence %.3f %s\n", teacher.file.c_str(),
                        std::string{word_for(region.source)}.c_str(), overlap, at_first,
                        region.confidence, teacher.is_judged ? "mask" : "by eye");
            if (!teacher.is_judged) {
                by_eye.add(overlap);
                continue;
            }
            all.add(overlap);
            if (teacher.folder == "clear") {
                clear.add(overlap);
                first_clear.add(at_first);
            }
        }
        std::fflush(stdout);
    }
    std::printf("masks, clear %.3f (first %.3f, n %d), all %.3f (n %d); by eye %.3f (n %d)\n",
                clear.value(), first_clear.value(), clear.count, all.value(), all.count,
                by_eye.value(), by_eye.count);
}

} // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        std::cerr << "usage: road_region_train DEV OUTLINES [check|source]\n";
        return 2;
    }
    const std::vector<Teacher> teachers = teachers_of(arguments[1], arguments[2]);
    if (count > 3) {
        std::map<std::string, std::size_t> numbers;
        for (const Teacher& teacher : teachers)
            if (teacher.make != "dash")
                numbers.emplace(teacher.camera, numbers.size() * 7 % 6);
        check(teachers, [&](const Teacher& teacher) {
            return std::string{arguments[3]} == "source"
                       ? teacher.make == "he" ? "he" : "others"
                       : std::to_string(numbers.at(teacher.camera));
        });
        return 0;
    }
    std::vector<const Teacher*> all;
    for (const Teacher& teacher : teachers)
        all.push_back(&teacher);
    print_source(all);
}
