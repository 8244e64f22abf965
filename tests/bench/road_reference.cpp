// How well references tell snow, and traffic the road, over the labelled frames of a folder.

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "foreign/libjpeg.hpp"
#include "verb/road/comparison.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <map>
#include <numeric>
#include <png.h>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace img;

constexpr std::array<const char*, 4> classes{"Clear", "Light", "Moderate", "Heavy"};

std::size_t class_of(double coverage) {
    return coverage < 0.1 ? 0 : coverage < 0.3 ? 1 : coverage < 0.6 ? 2 : 3;
}

/// Rows are what is true, columns what was said.
class Confusion {
public:
    void add(double truth, double said) { ++counts_[class_of(truth)][class_of(said)]; }
    void print(const std::string& title) const {
        double recalls = 0;
        int present = 0;
        for (std::size_t row = 0; row < 4; ++row) {
            const int all = std::accumulate(counts_[row].begin(), counts_[row].end(), 0);
            if (all == 0)
                continue;
            recalls += static_cast<double>(counts_[row][row]) / all;
            ++present;
        }
        std::printf("%s: balanced accuracy %.3f\n", title.c_str(), recalls / std::max(1, present));
        for (std::size_t row = 0; row < 4; ++row)
            std::printf("  %-9s %4d %4d %4d %4d\n", classes[row], counts_[row][0], counts_[row][1],
                        counts_[row][2], counts_[row][3]);
    }

private:
    std::array<std::array<int, 4>, 4> counts_{};
};

Picture read_png(const fs::path& path) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_file(&image, path.string().c_str()))
        throw Error(str(path.string(), ": ", image.message));
    image.format = PNG_FORMAT_RGB;
    Picture picture({static_cast<int>(image.width), static_cast<int>(image.height)},
                    ColorSpace::rgb);
    if (!png_image_finish_read(&image, nullptr, picture.pixels.data(), 0, nullptr))
        throw Error(str(path.string(), ": ", image.message));
    return picture;
}

Sight read_sight(const fs::path& path) {
    if (path.extension() == ".png")
        return sight_of(Frame{encode_jpeg(read_png(path), 97)}, 1);
    return sight_of(Frame{read_file(path)}, 1);
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
    return bitmap_of(read_png(path), size,
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
        const Picture label = read_png(folder / "labels" / (path.stem().string() + ".png"));
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
        if (class_of(truth) != class_of(c.coverage) || c.moved || !pictures.empty())
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
        std::fprintf(stderr, "usage: road_reference FOLDER [DIRECTORY-FOR-PICTURES]\n");
        return 2;
    }
    const fs::path folder = argv[1];
    const fs::path pictures = argc > 2 ? argv[2] : "";
    try {
        time_comparison(folder / "synth" / "dev");
        score_neon(folder / "dev" / "neon_snow", pictures);
        score_pairs(folder / "dev", pictures);
        score_synthetic(folder / "synth" / "dev", pictures);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "road_reference: %s\n", error.what());
        return 1;
    }
    return 0;
}
