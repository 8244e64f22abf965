#include "verb/stamp/inscribe.hpp"

#include "../jpeg_maker.hpp"
#include "../jpeg_oracle.hpp"
#include "../painter.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/fs.hpp"
#include "foreign/libjpeg.hpp"
#include "foreign/libjpeg_coefficients.hpp"
#include "verb/stamp/undo.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <random>

using namespace img;

namespace {

/// A disc: coverage of every value, as letters have it.
std::shared_ptr<const Shape> disc(int radius) {
    Shape shape{0, 2 * radius, Coverage{{2 * radius, 2 * radius}}};
    for (int y = 0; y < 2 * radius; ++y)
        for (int x = 0; x < 2 * radius; ++x) {
            double inside = radius - std::hypot(x + .5 - radius, y + .5 - radius);
            shape.coverage.row(y)[x] =
                static_cast<std::uint8_t>(std::lround(std::clamp(inside + .5, 0., 1.) * 255));
        }
    return std::make_shared<const Shape>(std::move(shape));
}

constexpr Color white{255, 255, 255}, black{0, 0, 0}, red{229, 57, 53};

std::vector<Rectangle> areas_of(const Artwork& artwork) {
    std::vector<Rectangle> areas;
    for (const Panel& panel : artwork.panels)
        areas.push_back(panel.area);
    for (const Ink& ink : artwork.inks)
        areas.push_back(ink.area());
    return areas;
}

/// Artworks that differ in what they ask of the code: seen through or not, with ink, without a
/// panel, in the corners and over the edges, apart and on one another.
std::vector<Artwork> artworks(Size size) {
    const int w = size.width, h = size.height;
    auto letter = disc(7);
    std::vector<Artwork> all;
    all.push_back({{{{3, 2, {w / 2, h / 4}}, black, .55}}, {{letter, 9, 18, white}}});
    all.push_back({{{{0, 0, {w, 9}}, black, 1}}, {{letter, 5, 15, red}, {letter, 15, 15, white}}});
    all.push_back({{}, {{letter, w / 2, h / 2, white}, {letter, w - 5, h + 3, black}}});
    all.push_back({{{{w - 20, h - 17, {100, 100}}, red, .3}, {{w - 30, h - 9, {9, 3}}, black, 1}},
                   {{letter, w - 16, h - 2, white}}});
    all.push_back({{{{-50, -50, {9999, 9999}}, white, .5}}, {}});
    all.push_back({{{{w + 9, h + 9, {9, 9}}, red, 1}}, {{letter, -40, -40, red}}});
    return all;
}

bool has_pixels(const JpegRecipe& recipe) {
    return recipe.color != JpegColor::cmyk && recipe.color != JpegColor::ycck;
}

/// The mean difference of the two pictures' samples.
double difference(const Picture& a, const Picture& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.pixels.size(); ++i)
        sum += std::abs(a.pixels[i] - b.pixels[i]);
    return sum / static_cast<double>(a.pixels.size());
}

Inscribed inscribed(ByteView jpeg, const Artwork& artwork, Verify verify = Verify::full) {
    Inscriber inscriber;
    return inscriber.inscribe(jpeg, read_scan(jpeg), artwork, verify);
}

} // namespace

TEST_CASE("inscribe: in every kind of JPEG, no coefficient outside the artwork is changed") {
    for (const JpegRecipe& recipe : jpeg_recipes()) {
        CAPTURE(recipe.name);
        const Frame frame = make_jpeg(recipe);
        for (const Artwork& artwork : artworks(recipe.size))
            for (Verify verify : {Verify::full, Verify::tail}) {
                Inscribed out = inscribed(frame.jpeg, artwork, verify);
                CHECK(blocks_changed_outside(frame.jpeg, out.jpeg, areas_of(artwork)) == 0);
            }
    }
}

TEST_CASE("inscribe: in every kind of JPEG, what is drawn is what painting the pixels gives") {
    for (const JpegRecipe& recipe : jpeg_recipes()) {
        if (!has_pixels(recipe) || recipe.size.width < 8)
            continue;
        CAPTURE(recipe.name);
        const Frame frame = make_jpeg(recipe);
        const ColorSpace space =
            recipe.color == JpegColor::gray ? ColorSpace::gray : ColorSpace::rgb;
        for (Artwork artwork : artworks(recipe.size)) {
            // Panels cover whole units: so that both draw the same, they do so here from the start.
            const Size grid = sheet_of(read_scan(frame.jpeg)).grid;
            for (Panel& panel : artwork.panels) {
                Rectangle& area = panel.area;
                int right = (area.right() + 1000 * grid.width - 1) / grid.width * grid.width;
                int bottom = (area.bottom() + 1000 * grid.height - 1) / grid.height * grid.height;
                area.x = (area.x + 1000 * grid.width) / grid.width * grid.width - 1000 * grid.width;
                area.y =
                    (area.y + 1000 * grid.height) / grid.height * grid.height - 1000 * grid.height;
                area.size = {right - 999 * grid.width - area.x - grid.width,
                             bottom - 999 * grid.height - area.y - grid.height};
            }
            Picture wanted = decode_jpeg(frame.jpeg, space);
            const Picture before = wanted;
            paint(wanted, artwork);
            Picture drawn = decode_jpeg(inscribed(frame.jpeg, artwork).jpeg, space);
            // The picture is quantised once more where it is drawn on.
            const double most = recipe.quality >= 80 ? 7 : 32;
            CHECK(difference(drawn, wanted) < most);
            if (difference(before, wanted) > 4 * most)
                CHECK(difference(drawn, wanted) < difference(before, wanted) / 3);
        }
    }
}

TEST_CASE("inscribe: pictures of real cameras keep all other coefficients, and can be had back") {
    const fs::path samples{"../../shared/data/jpeg"};
    if (!fs::is_directory(samples)) {
        MESSAGE("skipped: no ", samples.string());
        return;
    }
    // Under a sanitizer each picture takes fifteen times as long.
#ifdef __SANITIZE_ADDRESS__
    constexpr std::size_t each = 6;
#else
    constexpr std::size_t each = 1;
#endif
    std::vector<fs::path> files{fs::directory_iterator{samples}, fs::directory_iterator{}};
    std::ranges::sort(files);
    std::array<int, 3> ways{};
    int refused = 0;
    for (std::size_t i = 0; i < files.size(); i += each) {
        const fs::path& file = files[i];
        CAPTURE(file.string());
        Bytes before;
        JpegScan scan;
        try {
            before = frame_from(read_file(file)).jpeg;
            read_jpeg_coefficients(before);
            scan = read_scan(before);
        } catch (const Error&) {
            ++refused; // broken on purpose
            continue;
        }
        for (const Artwork& artwork : artworks(scan.size)) {
            Inscribed out = inscribed(before, artwork);
            ++ways[static_cast<std::size_t>(out.method)];
            CHECK(blocks_changed_outside(before, out.jpeg, areas_of(artwork)) == 0);
            CHECK(out.jpeg.size() < before.size() * 2 + 20000);
            if (out.method == Method::splice)
                CHECK(inscribed(before, artwork, Verify::tail).jpeg == out.jpeg);
            CHECK(without_stamp(with_undo_record(out.jpeg, out, before, scan)) == before);
        }
    }
    MESSAGE("spliced ", ways[0], ", transcoded ", ways[1], ", through libjpeg ", ways[2],
            "; refused ", refused, " files");
    CHECK(ways[0] > 0);
    CHECK(ways[1] > 0);
    CHECK(ways[2] > 0);
}

TEST_CASE("inscribe: random artworks on random pictures touch nothing else, and can be undone") {
    std::mt19937 random{11};
    auto upto = [&](int most) { return static_cast<int>(random() % static_cast<unsigned>(most)); };
    const std::vector<JpegRecipe>& kinds = jpeg_recipes();
    for (int round = 0; round < 250; ++round) {
        JpegRecipe recipe = kinds[random() % kinds.size()];
        recipe.size = {1 + upto(150), 1 + upto(150)};
        recipe.quality = 30 + upto(70);
        recipe.restart = upto(3) == 0 ? 1 + upto(40) : 0;
        CAPTURE(recipe.name);
        CAPTURE(round);
        Artwork artwork;
        auto color = [&] {
            auto byte = [&] { return static_cast<std::uint8_t>(upto(256)); };
            return Color{byte(), byte(), byte()};
        };
        for (int i = upto(4); i > 0; --i)
            artwork.panels.push_back({{upto(200) - 20, upto(200) - 20, {upto(120), upto(60)}},
                                      color(),
                                      upto(3) == 0 ? 1 : upto(100) / 100.});
        for (int i = upto(8); i > 0; --i)
            artwork.inks.push_back({disc(1 + upto(12)), upto(200) - 20, upto(200) - 20, color()});
        const Frame frame = make_jpeg(recipe);
        const JpegScan scan = read_scan(frame.jpeg);
        Inscribed out = inscribed(frame.jpeg, artwork, upto(2) == 0 ? Verify::full : Verify::tail);
        CHECK(blocks_changed_outside(frame.jpeg, out.jpeg, areas_of(artwork)) == 0);
        CHECK(without_stamp(with_undo_record(out.jpeg, out, frame.jpeg, scan)) == frame.jpeg);
    }
}

TEST_CASE("inscribe: an artwork that touches nothing gives the same bytes") {
    for (const JpegRecipe& recipe : jpeg_recipes()) {
        CAPTURE(recipe.name);
        const Frame frame = make_jpeg(recipe);
        Inscribed out = inscribed(frame.jpeg, {});
        if (out.method == Method::splice)
            CHECK(out.jpeg == frame.jpeg);
    }
}

TEST_CASE("inscribe: frames one after another give what each gives alone") {
    Inscriber inscriber;
    for (const JpegRecipe& recipe : jpeg_recipes()) {
        CAPTURE(recipe.name);
        const Frame frame = make_jpeg(recipe);
        const JpegScan scan = read_scan(frame.jpeg);
        for (const Artwork& artwork : artworks(recipe.size))
            CHECK(inscriber.inscribe(frame.jpeg, scan, artwork, Verify::full).jpeg ==
                  inscribed(frame.jpeg, artwork).jpeg);
    }
}

TEST_CASE("inscribe: a picture that is cut off or damaged is refused") {
    const Frame frame = make_jpeg({});
    const Artwork artwork = artworks({93, 70})[0];
    Bytes cut = frame.jpeg;
    cut.erase(cut.end() - 200, cut.end() - 2);
    CHECK_THROWS_AS(inscribed(cut, artwork), Error);
    CHECK_THROWS_AS(inscribed(ByteView{frame.jpeg}.first(frame.jpeg.size() / 2), artwork), Error);
    JpegRecipe recipe;
    recipe.restart = 3;
    Frame restarts = make_jpeg(recipe);
    std::size_t at = read_scan(restarts.jpeg).begin;
    while (restarts.jpeg[at] != 0xFF || restarts.jpeg[at + 1] != 0xD0)
        ++at;
    restarts.jpeg[at + 1] = 0xD5;
    CHECK_THROWS_AS(inscribed(restarts.jpeg, artwork), Error);
}

TEST_CASE("without_stamp: gives back every kind of JPEG byte for byte") {
    for (const JpegRecipe& recipe : jpeg_recipes()) {
        CAPTURE(recipe.name);
        const Frame frame = make_jpeg(recipe);
        const JpegScan scan = read_scan(frame.jpeg);
        for (const Artwork& artwork : artworks(recipe.size)) {
            Inscribed out = inscribed(frame.jpeg, artwork);
            Bytes stamped = with_undo_record(out.jpeg, out, frame.jpeg, scan);
            CHECK(without_stamp(stamped) == frame.jpeg);
            CHECK(blocks_changed_outside(frame.jpeg, stamped, areas_of(artwork)) == 0);
        }
    }
}

TEST_CASE("without_stamp: takes stamps off one at a time, the last one first") {
    const Frame frame = make_jpeg({});
    std::vector<Bytes> stages{frame.jpeg};
    for (const Artwork& artwork : artworks({93, 70})) {
        const Bytes& before = stages.back();
        Inscribed out = inscribed(before, artwork);
        stages.push_back(with_undo_record(out.jpeg, out, before, read_scan(before)));
    }
    for (std::size_t i = stages.size() - 1; i > 0; --i)
        CHECK(without_stamp(stages[i]) == stages[i - 1]);
    CHECK_THROWS_AS(without_stamp(stages[0]), Error);
}

TEST_CASE("without_stamp: refuses a frame that was changed since") {
    const Frame frame = make_jpeg({});
    Inscribed out = inscribed(frame.jpeg, artworks({93, 70})[0]);
    const Bytes stamped = with_undo_record(out.jpeg, out, frame.jpeg, read_scan(frame.jpeg));
    std::mt19937 random{7};
    std::size_t refused = 0;
    for (int i = 0; i < 300; ++i) {
        Bytes changed = stamped;
        changed[random() % changed.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
        try {
            Bytes back = without_stamp(changed); // where only what is drawn was changed
            CHECK(back == frame.jpeg);
        } catch (const Error&) {
            ++refused;
        }
    }
    CHECK(refused > 100);
}

TEST_CASE("with_undo_record: a record of bits is small") {
    JpegRecipe recipe;
    recipe.size = {640, 480};
    const Frame frame = make_jpeg(recipe);
    const JpegScan scan = read_scan(frame.jpeg);
    Inscribed out = inscribed(frame.jpeg, {{{{0, 0, {640, 32}}, black, .5}}, {}});
    Bytes stamped = with_undo_record(out.jpeg, out, frame.jpeg, scan);
    CHECK(stamped.size() < frame.jpeg.size() * 12 / 10);
}
