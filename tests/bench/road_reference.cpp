// How well references tell snow, and traffic the road, over the labelled frames of a folder.

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "foreign/libjpeg.hpp"
#include "verb/road/comparison.hpp"
#include "verb/road/learn.hpp"
#include "verb/snap/scene.hpp"

#include "confusion.hpp"
#include "road_pictures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace img;

Sight read_sight(const fs::path& path) {
    return sight_of(frame_of_picture(path.string()), 1);
}

/// The samples most of whose pixels `is_inside` says yes to.
template <class Inside>
Bitmap bitmap_of(const Picture& picture, Size size, Inside is_inside) {
    Bitmap bitmap(size);
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
            const auto from = [](int at, int full, int reduced) {
                return static_cast<int>(static_cast<long>(at) * full / reduced);
            };
            const int left = from(x, picture.size.width, size.width),
                      right = std::max(left + 1, from(x + 1, picture.size.width, size.width)),
                      top = from(y, picture.size.height, size.height),
                      bottom = std::max(top + 1, from(y + 1, picture.size.height, size.height));
            int inside = 0;
            for (int v = top; v < bottom; ++v)
                for (int u = left; u < right; ++u)
                    inside += is_inside(picture.row(v) + 3 * u);
            bitmap.row(y)[x] = 2 * inside > (right - left) * (bottom - top);
        }
    return bitmap;
}

Bitmap read_mask(const fs::path& path, Size size) {
    return bitmap_of(read_png(path.string(), ColorSpace::rgb), size,
                     [](const std::uint8_t* pixel) { return pixel[0] > 127; });
}

Reference reference_from(const std::vector<Sight>& sights) {
    ReferenceMaker maker;
    for (const Sight& sight : sights)
        maker.add(sight);
    return maker.reference(light_of(sights[0]));
}

std::vector<fs::path> files_in(const fs::path& directory, const std::string& extension) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(directory))
        if (entry.path().extension() == extension)
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<std::vector<std::string>> read_table(const fs::path& path) {
    const Bytes bytes = read_file(path);
    std::vector<std::vector<std::string>> rows;
    for (std::string_view line : split(text_of(bytes), '\n')) {
        if (trim(line).empty())
            continue;
        std::vector<std::string>& row = rows.emplace_back();
        for (std::string_view cell : split(trim(line), ','))
            row.emplace_back(cell);
    }
    return rows;
}

void say(const std::string& name, double truth, const Comparison& c) {
    constexpr std::array<const char*, 3> bases{"road", "beside", "none"};
    std::printf("  %-34s true %5.2f said %.2f lost %.2f basis %-6s gain %5.2f wet %.2f glare %.2f "
                "visible %.2f occluded %.2f contrast %.2f fits %.2f moved %s confidence %.2f\n",
                name.c_str(), truth, c.coverage, c.structure_lost,
                bases[static_cast<std::size_t>(c.basis)], c.gain, c.wetness, c.glare, c.visibility,
                c.occluded, c.contrast, c.alignment,
                c.moved ? str(c.moved->right, ",", c.moved->down).c_str() : "no", c.confidence);
}

void write_overlay(const fs::path& path, const Sight& sight, const Bitmap& bitmap) {
    Bytes out;
    const std::string head = str("P6\n", bitmap.size.width, " ", bitmap.size.height, "\n255\n");
    out.insert(out.end(), head.begin(), head.end());
    for (std::size_t i = 0; i < bitmap.inside.size(); ++i) {
        const int y = sight.planes.channel[0][i], b = sight.planes.channel[1][i] - 128,
                  r = sight.planes.channel[2][i] - 128;
        const std::array<double, 3> rgb{y + 1.402 * r, y - 0.344 * b - 0.714 * r, y + 1.772 * b};
        for (std::size_t c = 0; c < 3; ++c) {
            const double tinted = bitmap.inside[i] ? rgb[c] * 0.5 + (c == 0 ? 127 : 0) : rgb[c];
            out.push_back(static_cast<std::uint8_t>(std::clamp(tinted, 0.0, 255.0)));
        }
    }
    write_file(path, out);
}

/// Pixel labels: magenta is snow, red and green are stakes.
void score_neon(const fs::path& folder, const fs::path& pictures) {
    std::vector<Sight> sights;
    std::vector<Bitmap> counted;
    std::vector<double> truths;
    std::vector<std::string> names;
    for (const fs::path& path : files_in(folder / "images", ".jpg")) {
        sights.push_back(read_sight(path));
        const Picture label = read_png(
            (folder / "labels" / (path.stem().string() + ".png")).string(), ColorSpace::rgb);
        std::size_t snow = 0, stakes = 0;
        const auto is_snow = [](const std::uint8_t* p) {
            return p[0] > 150 && p[2] > 150 && p[1] < 100;
        };
        const auto is_stake = [&](const std::uint8_t* p) {
            return !is_snow(p) && (p[0] > 100 || p[1] > 100) && p[2] < 150;
        };
        for (std::size_t i = 0; i < label.pixels.size(); i += 3) {
            snow += is_snow(&label.pixels[i]);
            stakes += is_stake(&label.pixels[i]);
        }
        truths.push_back(static_cast<double>(snow) /
                         (static_cast<double>(label.pixels.size() / 3 - stakes)));
        counted.push_back(bitmap_of(label, sights.back().planes.size,
                                    [&](const std::uint8_t* p) { return !is_stake(p); }));
        names.push_back(path.stem().string().substr(24));
    }
    double errors = 0;
    Confusion confusion;
    for (std::size_t i = 0; i < sights.size(); ++i) {
        std::vector<Sight> bare;
        for (std::size_t k = 0; k < sights.size(); ++k)
            if (k != i && truths[k] < 0.005)
                bare.push_back(sights[k]);
        const Comparison c = compare(sights[i], reference_from(bare), counted[i]);
        say(names[i], truths[i], c);
        errors += std::abs(c.coverage - truths[i]);
        confusion.add(truths[i], c.coverage);
        if (!pictures.empty())
            write_overlay(pictures / ("neon_" + names[i] + ".ppm"), sights[i], c.snow);
    }
    std::printf("NEON: coverage is wrong by %.3f on the mean\n",
                errors / static_cast<double>(sights.size()));
    confusion.print("NEON, reference of the other bare frames");
}

void score_synthetic(const fs::path& folder, const fs::path& pictures) {
    Confusion day, night;
    double day_error = 0, night_error = 0;
    int days = 0, nights = 0;
    std::map<std::string, Reference> references;
    for (const std::vector<std::string>& row : read_table(folder / "labels.csv")) {
        if (row[0] == "split")
            continue;
        const std::string& name = row[1];
        const std::string& camera = row[2];
        const int number = std::stoi(name.substr(camera.size() + 1, 2));
        const bool is_night = number >= 14;
        const std::string base = number < 14   ? "_00_clear.jpg"
                                 : number < 16 ? "_14_night-clear.jpg"
                                               : "_16_night-clear.jpg";
        if (!references.count(camera + base))
            references[camera + base] = reference_from({read_sight(folder / (camera + base))});
        const Sight sight = read_sight(folder / name);
        const Bitmap road = read_mask(folder / (camera + "_mask.png"), sight.planes.size);
        const Comparison c = compare(sight, references[camera + base], road);
        const double truth = std::stod(row[4]);
        (is_night ? night : day).add(truth, c.coverage);
        (is_night ? night_error : day_error) += std::abs(truth - c.coverage);
        ++(is_night ? nights : days);
        if (Confusion::class_of(truth) != Confusion::class_of(c.coverage) || c.moved ||
            !pictures.empty())
            say(name, truth, c);
        if (!pictures.empty())
            write_overlay(pictures / ("synth_" + name + ".ppm"), sight, c.snow);
    }
    std::printf("synthetic: coverage is wrong by %.3f by day, %.3f at night\n", day_error / days,
                night_error / nights);
    day.print("synthetic, day");
    night.print("synthetic, night");
}

void score_pairs(const fs::path& folder, const fs::path& pictures) {
    struct Pair {
        const char *reference, *frame, *mask;
        double truth;
    };
    for (const Pair& pair :
         {Pair{"clear/lvA_dry", "snow-moderate/lvA_snow", "lvA_snow", 0.55},
          Pair{"clear/lvA_dry", "night/lvA_wet_night", "lvA_wet_night", 0},
          Pair{"clear/mtoFortErie_1217", "night/mtoFortErie_1157", "mtoFortErie_1157", 0},
          Pair{"night/mtoFortErie_1157", "clear/mtoFortErie_1217", "mtoFortErie_1217", 0}}) {
        const Sight sight = read_sight(folder / (std::string(pair.frame) + ".png"));
        const Reference reference =
            reference_from({read_sight(folder / (std::string(pair.reference) + ".png"))});
        const Bitmap road =
            read_mask(folder / "masks" / (std::string(pair.mask) + ".png"), sight.planes.size);
        const Comparison c = compare(sight, reference, road);
        say(pair.frame, pair.truth, c);
        if (!pictures.empty())
            write_overlay(pictures / (std::string("pair_") + pair.mask + ".ppm"), sight, c.snow);
    }
}

/// Each `step`-th sight from `first` on.
CameraState learn_from(const std::vector<Sight>& sights, std::size_t first, std::size_t step) {
    CameraLearner learner;
    for (std::size_t i = first; i < sights.size(); i += step)
        learner.look(sights[i]);
    for (std::size_t i = first; i < sights.size(); i += step)
        learner.look_again(sights[i], Ground::bare);
    return learner.learned("camera");
}

void say_traffic(const std::string& name, const CameraState& state, const Bitmap* truth) {
    std::printf("  %-34s %3d frames, %4d vehicles, halves agree %.3f", name.c_str(),
                state.traffic.frames, state.traffic.vehicles, state.traffic.agreement);
    if (!state.region)
        std::printf(", no region: needs about %d\n", state.traffic.frames_needed);
    else if (truth)
        std::printf(", IoU %.3f\n", intersection_over_union(*state.region, *truth));
    else
        std::printf(", %.2f of the picture\n",
                    static_cast<double>(count(*state.region)) /
                        static_cast<double>(state.region->inside.size()));
}

/// Frames of a bare road with traffic, against the reference of all of them.
void say_bare(const std::string& name, const std::vector<Sight>& sights, const Bitmap& road) {
    const CameraState state = learn_from(sights, 0, 1);
    int wrong = 0, moved = 0, compared = 0;
    double worst = 0;
    for (const Sight& sight : sights) {
        const Reference* reference = reference_for(state.references, light_of(sight));
        if (!reference)
            continue;
        const Comparison c = compare(sight, *reference, road);
        wrong += Confusion::class_of(c.coverage) != 0;
        moved += c.moved.has_value();
        worst = std::max(worst, c.coverage);
        ++compared;
    }
    std::printf("  %-34s %d of %d bare frames are not Clear (%.3f at most), %d moved\n",
                name.c_str(), wrong, compared, worst, moved);
}

void draw_traffic(const fs::path& pictures, const std::string& name, const Sight& sight,
                  const CameraState& state) {
    if (state.region && !pictures.empty())
        write_overlay(pictures / ("traffic_" + name + ".ppm"), sight, *state.region);
}

std::vector<Sight> sights_in(const fs::path& folder) {
    std::vector<Sight> sights;
    for (const fs::path& path : files_in(folder, ".jpg"))
        sights.push_back(read_sight(path));
    return sights;
}

/// What happens to cameras, done to every frame.
std::vector<Sight> troubled(std::vector<Sight> sights, const std::string& trouble) {
    std::mt19937 random(5);
    const auto between = [&](double low, double high) {
        return low + (high - low) * (static_cast<double>(random()) / 4294967296.0);
    };
    int number = 0;
    for (Sight& sight : sights) {
        std::vector<std::uint8_t>& luma = sight.planes.channel[0];
        const Size size = sight.planes.size;
        const auto change = [&](auto tone) {
            for (std::uint8_t& level : luma)
                level = static_cast<std::uint8_t>(std::clamp(tone(level) + 0.5, 0.0, 255.0));
        };
        const auto spot = [&](double x, double y, double radius) {
            const auto from = [&](double at) { return std::max(0, static_cast<int>(at - radius)); };
            const auto to = [&](double at, int end) {
                return std::min(end, static_cast<int>(at + radius) + 1);
            };
            for (int v = from(y); v < to(y, size.height); ++v)
                for (int u = from(x); u < to(x, size.width); ++u)
                    if (std::hypot(u - x, v - y) <= radius)
                        sight.planes.row(0, v)[u] = 235;
        };
        if (trouble == "exposure") {
            const double gain = between(0.6, 1.4);
            change([&](int level) { return level * gain; });
        } else if (trouble == "tone curve") {
            const double gamma = between(0.7, 1.4);
            change([&](int level) { return 255 * std::pow(level / 255.0, gamma); });
        } else if (trouble == "noise") {
            change([&](int level) {
                return level + 8 * (between(-1, 1) + between(-1, 1) + between(-1, 1));
            });
        } else if (trouble == "flakes") {
            for (int i = 0; i < 120; ++i) {
                const double x = between(0, size.width), y = between(0, size.height);
                spot(x, y, between(1, 2.5));
            }
        } else if (trouble == "clock") {
            for (int v = 3; v < 12; ++v)
                for (int u = 4; u < 130; ++u)
                    if ((u / 8 * 7 + v / 3 * 5 + u % 8 / 3 * 3 + number * 11) % 4 == 0)
                        sight.planes.row(0, v)[u] = 255;
        } else if (trouble == "clouds' shadows") {
            const double edge = between(-0.5, 1.5) * size.width;
            for (int v = 0; v < size.height; ++v)
                for (int u = 0; u < std::min<double>(edge - v, size.width); ++u)
                    sight.planes.row(0, v)[u] =
                        static_cast<std::uint8_t>(sight.planes.row(0, v)[u] * 0.65);
        } else if (trouble == "shaking") {
            const int right = static_cast<int>(random() % 3);
            for (int v = 0; v < size.height; ++v)
                std::rotate(sight.planes.row(0, v), sight.planes.row(0, v) + right,
                            sight.planes.row(0, v) + size.width);
        }
        ++number;
    }
    return sights;
}

void score_traffic(const fs::path& folder, const fs::path& pictures) {
    const std::vector<Sight> sights = sights_in(folder);
    const Bitmap truth = read_mask(folder / "road_mask.png", sights[0].planes.size);
    std::printf("traffic of %s\n", folder.filename().string().c_str());
    say_bare("bare frames", sights, truth);
    say_bare("bare frames, exposure changes", troubled(sights, "exposure"), truth);
    say_bare("bare frames, tone curve changes", troubled(sights, "tone curve"), truth);
    say_bare("bare frames, clouds' shadows", troubled(sights, "clouds' shadows"), truth);
    say_bare("bare frames, noise", troubled(sights, "noise"), truth);
    say_bare("bare frames, flakes in the air", troubled(sights, "flakes"), truth);
    struct Choice {
        std::size_t first, step;
    };
    for (Choice choice : {Choice{0, 1}, {0, 5}, {2, 5}, {3, 7}, {0, 10}, {0, 20}, {0, 40}}) {
        const CameraState state = learn_from(sights, choice.first, choice.step);
        const std::string name = str("each ", choice.step, " from ", choice.first);
        say_traffic(name, state, &truth);
        draw_traffic(pictures, name, sights[0], state);
    }
    for (const char* trouble :
         {"exposure", "tone curve", "noise", "flakes", "clock", "clouds' shadows", "shaking"}) {
        const std::vector<Sight> changed = troubled(sights, trouble);
        const CameraState state = learn_from(changed, 0, 5);
        say_traffic(str("each 5, with ", trouble), state, &truth);
        draw_traffic(pictures, trouble, changed[0], state);
    }
}

void score_test_camera(const fs::path& pictures) {
    std::printf("traffic of the test camera\n");
    struct Case {
        const char* name;
        double night;
        int cars, seconds;
    };
    for (const Case& set :
         {Case{"test camera by day", 0, 4, 47}, Case{"test camera, dense", 0, 24, 1},
          Case{"test camera, sparse", 0, 1, 47}, Case{"test camera at night", 1, 4, 47}}) {
        SceneOptions options;
        options.night = set.night;
        options.cars = set.cars;
        const Scene scene(options);
        std::vector<Sight> sights;
        const Instant begin{std::chrono::hours{24}};
        for (int i = 0; i < 80; ++i) {
            const Instant at = begin + std::chrono::seconds{set.seconds * i};
            const std::string clock = str("1970-01-02 ", set.seconds * i);
            sights.push_back(sight_of(Frame{encode_jpeg(scene.draw(at, clock), 90)}, 1));
        }
        Polygon road;
        for (const std::array<double, 2>& corner : scene.truth(begin).road)
            road.push_back({corner[0], corner[1]});
        const Bitmap truth = filled({road}, sights[0].planes.size);
        const CameraState state = learn_from(sights, 0, 1);
        say_traffic(set.name, state, &truth);
        draw_traffic(pictures, set.name, sights[0], state);
    }
}

void show_traffic(const fs::path& folders, const fs::path& pictures) {
    for (const auto& entry : fs::directory_iterator(folders)) {
        const std::vector<Sight> sights = sights_in(entry.path());
        const std::string name = entry.path().filename().string();
        const CameraState state = learn_from(sights, 0, 1);
        say_traffic(name, state, nullptr);
        // The lower middle of the picture, road or not.
        say_bare(name, sights, filled({{{0.4, 0.5}, {0.6, 0.5}, {0.9, 1}, {0.1, 1}}}, state.sight));
        draw_traffic(pictures, name, sights[0], state);
    }
}

/// A clear road is clear however bright the picture is.
void score_brightness(const fs::path& folder) {
    int wrong = 0, all = 0;
    double worst = 0;
    for (const fs::path& path : files_in(folder, ".jpg")) {
        const std::string name = path.filename().string();
        if (name.find("_00_clear") == std::string::npos)
            continue;
        const Sight sight = read_sight(path);
        const Reference reference = reference_from({sight});
        const Bitmap road =
            read_mask(folder / (name.substr(0, name.size() - 13) + "_mask.png"), sight.planes.size);
        for (double gain : {0.65, 0.75, 0.85, 0.95, 1.05, 1.15, 1.25, 1.35})
            for (double gamma : {0.8, 1.0, 1.25}) {
                Sight changed = sight;
                for (std::uint8_t& level : changed.planes.channel[0])
                    level = static_cast<std::uint8_t>(
                        std::clamp(255 * gain * std::pow(level / 255.0, gamma) + 0.5, 0.0, 255.0));
                const double coverage = compare(changed, reference, road).coverage;
                wrong += Confusion::class_of(coverage) != 0;
                worst = std::max(worst, coverage);
                ++all;
            }
    }
    std::printf("brightness x0.65 to x1.35, gamma 0.8 to 1.25: %d of %d clear roads are not Clear; "
                "coverage is %.3f at most\n",
                wrong, all, worst);
}

void time_comparison(const fs::path& folder) {
    const Sight sight = read_sight(folder / "FI2_00_clear.jpg");
    Sight wide = sight;
    const Size size{sight_width, 180};
    wide.planes.size = size;
    for (std::vector<std::uint8_t>& channel : wide.planes.channel)
        channel.resize(static_cast<std::size_t>(size.width * size.height), 100);
    const Reference reference = reference_from({wide});
    const Bitmap road = filled({{{0.3, 0.2}, {0.7, 0.2}, {1, 1}, {0, 1}}}, size);
    constexpr int times = 500;
    const std::clock_t begin = std::clock();
    double sum = 0;
    for (int i = 0; i < times; ++i)
        sum += compare(wide, reference, road).coverage;
    const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    std::printf("a comparison at 320x180 takes %.2f ms of CPU (%.0f)\n", seconds * 1000 / times,
                sum);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(
            stderr,
            "usage: road_reference FOLDER [DIRECTORY-FOR-PICTURES [FOLDER-OF-SEQUENCES]]\n");
        return 2;
    }
    const fs::path folder = argv[1];
    const fs::path pictures = argc > 2 ? argv[2] : "";
    try {
        time_comparison(folder / "synth" / "dev");
        score_traffic(folder / "dev" / "sequences" / "cdnet_highway", pictures);
        score_test_camera(pictures);
        if (argc > 3)
            show_traffic(argv[3], pictures);
        score_brightness(folder / "synth" / "dev");
        score_neon(folder / "dev" / "neon_snow", pictures);
        score_pairs(folder / "dev", pictures);
        score_synthetic(folder / "synth" / "dev", pictures);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "road_reference: %s\n", error.what());
        return 1;
    }
    return 0;
}
