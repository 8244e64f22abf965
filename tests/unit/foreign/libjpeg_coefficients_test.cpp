#include "../jpeg_maker.hpp"
#include "foreign/libjpeg_coefficients.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/fs.hpp"
#include "foreign/libjpeg.hpp"
#include "frame/jpeg_walk.hpp"

#include <algorithm>
#include <cstring>
#include <doctest/doctest.h>

using namespace img;

namespace {

void leave(const std::vector<JpegPlane>&, std::size_t, int, std::span<JpegBlock>) {}

/// The segments of a whole file with these markers, those between and behind the scans too.
std::vector<Bytes> segments_of(const Bytes& jpeg, auto wanted) {
    std::vector<Bytes> out;
    for (std::size_t at = 2; at + 3 < jpeg.size();) {
        std::uint8_t code = jpeg[at + 1];
        // To the next marker; 0xFF in coded data is followed by 0 or is a restart.
        if (jpeg[at] != 0xFF || code == 0x00 || code == 0xFF || (code >= 0xD0 && code <= 0xD7)) {
            at += 1;
            continue;
        }
        std::size_t end = at + 2 + static_cast<std::size_t>(jpeg[at + 2] << 8 | jpeg[at + 3]);
        REQUIRE(end <= jpeg.size());
        if (wanted(code))
            out.emplace_back(jpeg.begin() + static_cast<std::ptrdiff_t>(at),
                             jpeg.begin() + static_cast<std::ptrdiff_t>(end));
        at = end;
    }
    return out;
}

/// All but the tables and the data of the entropy coding.
std::vector<Bytes> kept_segments(const Bytes& jpeg) {
    return segments_of(jpeg, [](int code) {
        return code != 0xC4 && code != 0xCC && code != marker::sos && code != 0xDD;
    });
}

/// The scans: their components, band and bits. Which tables they use is the coder's choice.
std::vector<Bytes> script_of(const Bytes& jpeg) {
    std::vector<Bytes> scans = segments_of(jpeg, [](int code) { return code == marker::sos; });
    for (Bytes& scan : scans)
        for (std::size_t i = 0; i < scan[4]; ++i)
            scan[6 + 2 * i] = 0;
    return scans;
}

std::vector<Bytes> restarts_of(const Bytes& jpeg) {
    return segments_of(jpeg, [](int code) { return code == 0xDD; });
}

void insert(Bytes& jpeg, std::size_t at, const Bytes& bytes) {
    jpeg.insert(jpeg.begin() + static_cast<std::ptrdiff_t>(at), bytes.begin(), bytes.end());
}

/// Where the scan headers stand.
std::vector<std::size_t> scans_of(const Bytes& jpeg) {
    std::vector<std::size_t> out;
    for (const Bytes& scan : segments_of(jpeg, [](int code) { return code == marker::sos; })) {
        auto from = jpeg.begin() + static_cast<std::ptrdiff_t>(out.empty() ? 2 : out.back() + 2);
        out.push_back(static_cast<std::size_t>(
            std::search(from, jpeg.end(), scan.begin(), scan.end()) - jpeg.begin()));
    }
    return out;
}

const JpegRecipe& recipe(std::string_view name) {
    return *std::ranges::find(jpeg_recipes(), name, &JpegRecipe::name);
}

std::string refusal(const Bytes& jpeg) {
    try {
        edit_jpeg_coefficients(jpeg, leave);
    } catch (const Error& error) {
        CHECK_THROWS_AS(read_jpeg_coefficients(jpeg), Error);
        return error.what();
    }
    return "none";
}

/// `jpeg` with one byte of its frame header changed.
Bytes with_frame_byte(Bytes jpeg, std::size_t place, std::uint8_t value) {
    for (const JpegSegment& segment : jpeg_segments(jpeg))
        if (segment.marker >= 0xC0 && segment.marker <= 0xCA && segment.marker != 0xC4)
            jpeg[segment.offset + place] = value;
    return jpeg;
}

} // namespace

TEST_CASE("edit_jpeg_coefficients: what is not changed stays as it was, in each kind of JPEG") {
    for (const JpegRecipe& each : jpeg_recipes()) {
        CAPTURE(each.name);
        Bytes before = make_jpeg(each).jpeg;
        Bytes after = edit_jpeg_coefficients(before, leave);
        CHECK(jpeg_end(after) == after.size());
        CHECK(read_jpeg_coefficients(before) == read_jpeg_coefficients(after));
        CHECK(kept_segments(after) == kept_segments(before));
        CHECK(script_of(after) == script_of(before));
        CHECK(restarts_of(after) == restarts_of(before));
        CHECK(edit_jpeg_coefficients(after, leave) == after);
        if (each.color != JpegColor::cmyk && each.color != JpegColor::ycck)
            CHECK(decode_jpeg(after, ColorSpace::gray).pixels ==
                  decode_jpeg(before, ColorSpace::gray).pixels);
    }
}

TEST_CASE("edit_jpeg_coefficients: one changed block is the only one that changes") {
    for (const JpegRecipe& each : jpeg_recipes()) {
        CAPTURE(each.name);
        Bytes before = make_jpeg(each).jpeg;
        JpegCoefficients expected = read_jpeg_coefficients(before);
        for (std::size_t changed = 0; changed < expected.planes.size(); ++changed) {
            CAPTURE(changed);
            JpegCoefficients changing = expected;
            const JpegPlane& plane = expected.planes[changed];
            int y = plane.blocks_high / 2, x = plane.blocks_wide - 1;
            JpegBlock block{};
            for (std::size_t i = 0; i < block.size(); ++i)
                block[i] = static_cast<std::int16_t>(i == 0 ? -1024 : i % 2 ? 1023 : -1023);
            changing.blocks[changed][static_cast<std::size_t>(y * plane.blocks_wide + x)] = block;
            Bytes after = edit_jpeg_coefficients(before, [&](const std::vector<JpegPlane>& planes,
                                                             std::size_t component, int row,
                                                             std::span<JpegBlock> blocks) {
                CHECK(planes.at(component) == expected.planes[component]);
                CHECK(blocks.size() == static_cast<std::size_t>(planes[component].blocks_wide));
                if (component == changed && row == y)
                    blocks[static_cast<std::size_t>(x)] = block;
            });
            CHECK(read_jpeg_coefficients(after) == changing);
        }
    }
}

TEST_CASE("edit_jpeg_coefficients: each row of each component is handed over once, in order") {
    Bytes jpeg = make_jpeg(recipe("4:2:0")).jpeg; // 93x70
    std::vector<std::pair<std::size_t, int>> rows, expected;
    edit_jpeg_coefficients(jpeg, [&](const auto&, std::size_t component, int row, auto) {
        rows.emplace_back(component, row);
    });
    for (auto [component, high] : {std::pair{0, 9}, {1, 5}, {2, 5}})
        for (int row = 0; row < high; ++row)
            expected.emplace_back(component, row);
    CHECK(rows == expected);
}

TEST_CASE("edit_jpeg_coefficients: what the edit throws comes through") {
    Bytes jpeg = make_jpeg(recipe("progressive")).jpeg;
    auto fail = [](const auto&, std::size_t, int, auto) { throw 42; };
    CHECK_THROWS_AS(edit_jpeg_coefficients(jpeg, fail), int);
}

TEST_CASE("edit_jpeg_coefficients: a value that cannot be coded is an Error") {
    for (std::string_view name : {"4:4:4", "progressive", "arithmetic", "arithmetic progressive"}) {
        CAPTURE(name);
        Bytes jpeg = make_jpeg(recipe(name)).jpeg;
        auto overflow = [](const auto&, std::size_t, int, std::span<JpegBlock> blocks) {
            blocks[0][5] = 32767;
        };
        CHECK_THROWS_AS(edit_jpeg_coefficients(jpeg, overflow), Error);
    }
}

TEST_CASE("edit_jpeg_coefficients: segments keep their places, between and behind scans too") {
    for (std::string_view name : {"progressive", "a scan a component", "arithmetic progressive"}) {
        CAPTURE(name);
        Bytes before = make_jpeg(recipe(name)).jpeg;
        std::vector<std::size_t> scans = scans_of(before);
        REQUIRE(scans.size() >= 3);
        insert(before, before.size() - 2, {0xFF, 0xFE, 0, 4, 'e', 0xFF});
        insert(before, scans[2], {0xFF, 0xE1, 0, 4, 0xFF, 0xD9});
        insert(before, scans[1], {0xFF, 0xFF, 0xFE, 0, 2}); // a fill byte before it
        insert(before, scans[0], {0xFF, 0xE0, 0, 3, 1});
        insert(before, 2, {0xFF, 0xFE, 0, 5, 0xFF, 0xDA, 0});
        Bytes after = edit_jpeg_coefficients(before, leave);
        CHECK(kept_segments(after) == kept_segments(before));
        CHECK(read_jpeg_coefficients(before) == read_jpeg_coefficients(after));
        auto order = [](const Bytes& jpeg) {
            std::vector<int> codes;
            for (const Bytes& segment : segments_of(jpeg, [](int code) {
                     return code == marker::sos || code == marker::com || code == marker::app1;
                 }))
                codes.push_back(segment[1]);
            return codes;
        };
        CHECK(order(after) == order(before));
    }
}

TEST_CASE("edit_jpeg_coefficients: scans that lack low bits give way to some that have them") {
    Bytes before = make_jpeg(recipe("progressive")).jpeg;
    // Without the last scan, the lowest bit of the luma's AC.
    std::size_t last = scans_of(before).back();
    before.erase(before.begin() + static_cast<std::ptrdiff_t>(last), before.end() - 2);
    insert(before, 2, {0xFF, 0xFE, 0, 3, 'x'});
    JpegCoefficients expected = read_jpeg_coefficients(before);
    expected.blocks[0][0][9] = 1;
    Bytes after = edit_jpeg_coefficients(
        before, [](const auto&, std::size_t component, int row, std::span<JpegBlock> blocks) {
            if (component == 0 && row == 0)
                blocks[0][9] = 1;
        });
    CHECK(read_jpeg_coefficients(after) == expected);
    CHECK(kept_segments(after) == kept_segments(before));
    CHECK(script_of(after).size() == script_of(before).size() + 1);
}

TEST_CASE("edit_jpeg_coefficients: scans that libjpeg reads but does not write are replaced") {
    // The first component is sent twice.
    Bytes before = make_jpeg(recipe("a scan a component")).jpeg;
    std::vector<std::size_t> scans = scans_of(before);
    Bytes first(before.begin() + static_cast<std::ptrdiff_t>(scans[0]),
                before.begin() + static_cast<std::ptrdiff_t>(scans[1]));
    before.insert(before.end() - 2, first.begin(), first.end());
    Bytes after = edit_jpeg_coefficients(before, leave);
    CHECK(read_jpeg_coefficients(after) == read_jpeg_coefficients(before));
    CHECK(script_of(after).size() == 1);
    CHECK(kept_segments(after) == kept_segments(before));
}

TEST_CASE("edit_jpeg_coefficients: quantisation tables may stand between the scans") {
    Bytes before = make_jpeg(recipe("a scan a component")).jpeg;
    JpegCoefficients expected = read_jpeg_coefficients(before);
    std::vector<JpegSegment> segments = jpeg_segments(before);
    auto chroma = std::ranges::find_if(segments, [](const JpegSegment& segment) {
        return segment.marker == 0xDB && segment.payload[0] == 1;
    });
    REQUIRE(chroma != segments.end());
    std::size_t from = chroma->offset, length = chroma->end() - from;
    Bytes table(before.begin() + static_cast<std::ptrdiff_t>(from),
                before.begin() + static_cast<std::ptrdiff_t>(from + length));
    insert(before, scans_of(before)[1], table);
    before.erase(before.begin() + static_cast<std::ptrdiff_t>(from),
                 before.begin() + static_cast<std::ptrdiff_t>(from + length));
    REQUIRE(read_jpeg_coefficients(before) == expected);
    Bytes after = edit_jpeg_coefficients(before, leave);
    CHECK(read_jpeg_coefficients(after) == expected);
    CHECK(script_of(after) == script_of(before));

    // Also where the scans are replaced by one that needs all tables.
    std::vector<std::size_t> scans = scans_of(before);
    Bytes first(before.begin() + static_cast<std::ptrdiff_t>(scans[0]),
                before.begin() + static_cast<std::ptrdiff_t>(scans[1]));
    before.insert(before.end() - 2, first.begin(), first.end());
    REQUIRE(read_jpeg_coefficients(before) == expected);
    after = edit_jpeg_coefficients(before, leave);
    CHECK(read_jpeg_coefficients(after) == expected);
    CHECK(script_of(after).size() == 1);
}

TEST_CASE("edit_jpeg_coefficients: a picture that is cut off anywhere is an Error") {
    for (std::string_view name : {"4:2:0", "progressive gray", "a scan a component"}) {
        CAPTURE(name);
        JpegRecipe small = recipe(name);
        small.size = {33, 20};
        Bytes jpeg = make_jpeg(small).jpeg;
        for (std::size_t length = 0; length + 2 < jpeg.size(); ++length) {
            CAPTURE(length);
            // Exactly as long as the cut, so that a read past its end is caught.
            Bytes cut(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(length));
            CHECK_THROWS_AS(edit_jpeg_coefficients(cut, leave), Error);
        }
    }
}

TEST_CASE("edit_jpeg_coefficients: a picture that lacks data inside is an Error") {
    for (std::string_view name : {"4:2:0", "progressive gray", "a scan a component"}) {
        CAPTURE(name);
        Bytes jpeg = make_jpeg(recipe(name)).jpeg;
        // Half of the last scan.
        std::size_t scan = scans_of(jpeg).back();
        Bytes torn = jpeg;
        torn.erase(torn.begin() + static_cast<std::ptrdiff_t>((scan + jpeg.size()) / 2),
                   torn.end() - 2);
        CHECK(refusal(torn).find("premature end") != std::string::npos);
        // A frame header that claims more rows than there are.
        CHECK(refusal(with_frame_byte(jpeg, 6, 200)) != "none");
    }
}

TEST_CASE("edit_jpeg_coefficients: any byte that is changed gives an Error or the same blocks") {
    for (std::string_view name :
         {"4:2:0", "progressive gray", "arithmetic", "a scan a component"}) {
        CAPTURE(name);
        JpegRecipe small = recipe(name);
        small.size = {33, 20};
        Bytes jpeg = make_jpeg(small).jpeg;
        int edited = 0;
        for (std::size_t at = 0; at < jpeg.size(); ++at)
            for (std::uint8_t flip : {std::uint8_t{0xFF}, std::uint8_t{0x01}, std::uint8_t{0x80}}) {
                CAPTURE(at);
                Bytes changed = jpeg;
                changed[at] ^= flip;
                try {
                    Bytes after = edit_jpeg_coefficients(changed, leave);
                    CHECK(read_jpeg_coefficients(after) == read_jpeg_coefficients(changed));
                    ++edited;
                } catch (const Error& error) {
                    CHECK(std::string{error.what()}.starts_with("JPEG: "));
                }
            }
        CHECK(edited > 0);
    }
}

TEST_CASE("edit_jpeg_coefficients: a segment that libjpeg passes over as too short is refused") {
    Bytes jpeg = make_jpeg(recipe("progressive")).jpeg;
    insert(jpeg, 2, {0xFF, 0xFE, 0, 0});
    CHECK(refusal(jpeg) == "JPEG: the segment at byte 2 is broken");
}

TEST_CASE("edit_jpeg_coefficients: processes that are not supported are refused by name") {
    Bytes jpeg = make_jpeg(recipe("4:4:4")).jpeg;
    CHECK(refusal(with_frame_byte(jpeg, 4, 12)).find("12") != std::string::npos);
    for (auto [code, text] : {std::pair{0xC3, "0xc3"}, {0xC5, "0xc5"}, {0xC6, "0xc6"}}) {
        Bytes other = with_frame_byte(jpeg, 1, static_cast<std::uint8_t>(code));
        CHECK(refusal(other).find(text) != std::string::npos);
    }
    Bytes hierarchical = jpeg;
    insert(hierarchical, 2, {0xFF, 0xDE, 0, 8, 8, 0, 8, 0, 8, 0});
    CHECK(refusal(hierarchical).find("0xde") != std::string::npos);
    CHECK(refusal({}) != "none");
    CHECK(refusal({0xFF, 0xD8, 0xFF, 0xD9}) != "none");
}

TEST_CASE("edit_jpeg_coefficients: pictures that claim to be huge are refused") {
    Bytes jpeg = make_jpeg(recipe("progressive")).jpeg;
    Bytes wide = with_frame_byte(with_frame_byte(jpeg, 7, 0xFF), 5, 0xFF);
    CHECK(refusal(wide).find("is too large") != std::string::npos);
    // 16 Ki by 16 Ki: each side is within the limit.
    Bytes large = with_frame_byte(with_frame_byte(jpeg, 7, 0x3F), 5, 0x3F);
    CHECK(refusal(large).find("Mi pixels") != std::string::npos);
}

TEST_CASE("edit_jpeg_coefficients: scans without end are refused") {
    Bytes jpeg = make_jpeg(recipe("progressive gray")).jpeg;
    std::size_t last = scans_of(jpeg).back();
    Bytes scan(jpeg.begin() + static_cast<std::ptrdiff_t>(last), jpeg.end() - 2);
    for (int i = 0; i < 256; ++i)
        jpeg.insert(jpeg.end() - 2, scan.begin(), scan.end());
    CHECK(refusal(jpeg).find("scans are too many; at most 256") != std::string::npos);
}

TEST_CASE("edit_jpeg_coefficients: a component without a scan is an Error") {
    Bytes jpeg = make_jpeg(recipe("a scan a component")).jpeg;
    std::vector<std::size_t> scans = scans_of(jpeg);
    jpeg.erase(jpeg.begin() + static_cast<std::ptrdiff_t>(scans.back()), jpeg.end() - 2);
    CHECK(refusal(jpeg) == "JPEG: component 3 is in no scan");
}

TEST_CASE("edit_jpeg_coefficients: pictures of real cameras keep their blocks") {
    fs::path samples{"../../shared/data/jpeg"};
    if (!fs::is_directory(samples)) {
        MESSAGE("skipped: no ", samples.string());
        return;
    }
    int kept = 0, refused = 0;
    for (const auto& entry : fs::directory_iterator{samples}) {
        CAPTURE(entry.path().string());
        Bytes before;
        JpegCoefficients expected;
        try {
            before = frame_from(read_file(entry.path())).jpeg;
            expected = read_jpeg_coefficients(before);
        } catch (const Error&) {
            // Some samples are broken on purpose; what matters is that most are not refused.
            ++refused;
            continue;
        }
        Bytes after = edit_jpeg_coefficients(before, leave);
        CHECK(read_jpeg_coefficients(after) == expected);
        CHECK(kept_segments(after) == kept_segments(before));
        CHECK(script_of(after) == script_of(before));
        ++kept;
    }
    CHECK(kept > refused);
}
