#include "verb/stamp.hpp"

#include "../font.hpp"
#include "base/error.hpp"
#include "foreign/libjpeg.hpp"
#include "frame/jpeg_walk.hpp"
#include "verb/stamp/fonts.hpp"

#include <algorithm>
#include <cstdlib>
#include <doctest/doctest.h>

using namespace img;

namespace {

Frame gray_frame(Size size, ColorSpace space = ColorSpace::rgb) {
    Picture picture{size, space};
    for (std::size_t i = 0; i < picture.pixels.size(); ++i)
        picture.pixels[i] = static_cast<std::uint8_t>(96 + i % 64);
    return Frame{encode_jpeg(picture, 90)};
}

Instant at(std::string_view text) {
    return *parse_iso_time(text);
}

const FrameOrigin origin{"north-20260102T030405.678Z.jpg", at("2026-02-03T04:05:06Z"),
                         at("2026-03-04T05:06:07Z")};

} // namespace

TEST_CASE("Stamper: text is drawn within its box; all else is as it was but for the coding") {
    if (!have_font())
        return;
    for (ColorSpace space : {ColorSpace::rgb, ColorSpace::gray})
        for (int place = 0; place < 9; ++place)
            for (Size size : {Size{320, 180}, Size{64, 48}, Size{16, 16}, Size{8, 200}}) {
                StampOptions options;
                options.text = {"north"};
                options.places = {static_cast<Place>(place)};
                Frame frame = gray_frame(size, space);
                Stamped out = Stamper{options}.stamp(frame, origin);
                Picture before = decode_jpeg(frame.jpeg, ColorSpace::gray);
                Picture after = decode_jpeg(out.frame.jpeg, ColorSpace::gray);
                REQUIRE(after.size == before.size);
                int differing = 0;
                // A block that the box touches is coded anew: 8 pixels around are not compared.
                for (int y = 0; y < size.height; ++y)
                    for (int x = 0; x < size.width; ++x) {
                        bool near = x >= out.box_x - 8 && x < out.box_x + out.box.width + 8 &&
                                    y >= out.box_y - 8 && y < out.box_y + out.box.height + 8;
                        if (!near && std::abs(before.row(y)[x] - after.row(y)[x]) > 6)
                            ++differing;
                    }
                CHECK(differing == 0);
                bool drawn = out.box.width > 0;
                CHECK((drawn || out.cut));
                if (size.width == 320) {
                    CHECK(out.lines == std::vector<std::string>{"north"});
                    int middle = after.row(out.box_y + 1)[out.box_x + 1];
                    CHECK(middle < 96); // the box is dark
                }
            }
}

TEST_CASE("Stamper: tables, sampling and metadata segments are the frame's own") {
    if (!have_font())
        return;
    Metadata facts;
    facts.time = at("2026-11-21T13:43:38.123Z");
    facts.camera = "north";
    facts.offset = std::chrono::minutes{345};
    Frame frame = with_metadata(gray_frame({320, 180}), facts);
    Stamped out = Stamper{StampOptions{}}.stamp(frame, origin);
    CHECK(out.lines == std::vector<std::string>{"north  2026-11-21 19:28:38 +0545"});
    auto segments = [](const Frame& of, std::initializer_list<int> codes) {
        std::vector<Bytes> kept;
        for (const JpegSegment& segment : jpeg_segments(of.jpeg))
            if (std::find(codes.begin(), codes.end(), segment.marker) != codes.end())
                kept.emplace_back(segment.payload.begin(), segment.payload.end());
        return kept;
    };
    for (int code : {0xE0, 0xE1, 0xDB, 0xC0})
        CHECK(segments(out.frame, {code}) == segments(frame, {code}));
}

TEST_CASE("Stamper: the time is the first that is known: EXIF, name, file, clock") {
    if (!have_font())
        return;
    Metadata facts;
    facts.time = at("2026-11-21T13:43:38.123Z");
    Frame bare = gray_frame({320, 180}), dated = with_metadata(bare, facts);
    auto used = [](TimeSource first, const Frame& frame, const FrameOrigin& from) {
        StampOptions options;
        options.time = first;
        options.zone = Zone{"UTC"};
        Stamped out = Stamper{options}.stamp(frame, from);
        CHECK(out.lines.at(0).substr(0, 10) == iso_time(*out.metadata.time).substr(0, 10));
        return std::pair{*out.metadata.time, out.time_source};
    };
    using enum TimeSource;
    CHECK(used(exif, dated, origin) == std::pair{*facts.time, exif});
    CHECK(used(exif, bare, origin) == std::pair{at("2026-01-02T03:04:05.678Z"), name});
    CHECK(used(name, dated, origin) == std::pair{at("2026-01-02T03:04:05.678Z"), name});
    CHECK(used(mtime, dated, origin) == std::pair{*origin.mtime, mtime});
    CHECK(used(now, dated, origin) == std::pair{origin.now, now});
    CHECK(used(exif, bare, {"", std::nullopt, origin.now}) == std::pair{origin.now, now});
    CHECK(used(name, dated, {"a.jpg", std::nullopt, origin.now}) == std::pair{origin.now, now});
}

TEST_CASE("Stamper: the camera's name is the frame's, else the option's") {
    if (!have_font())
        return;
    StampOptions options;
    options.text = {"{camera}"};
    options.camera = "south";
    Metadata facts;
    facts.camera = "north";
    Frame bare = gray_frame({320, 180});
    Stamper stamper{options};
    CHECK(stamper.stamp(bare, origin).lines.at(0) == "south");
    CHECK(stamper.stamp(with_metadata(bare, facts), origin).lines.at(0) == "north");
}

TEST_CASE("Stamper: a frame that does not decode is an Error, and the next one is stamped") {
    if (!have_font())
        return;
    Stamper stamper{StampOptions{}};
    Frame whole = gray_frame({320, 180}), cut = whole;
    cut.jpeg.resize(cut.jpeg.size() / 2);
    CHECK_THROWS_AS(stamper.stamp(cut, origin), Error);
    CHECK_THROWS_AS(stamper.stamp(Frame{}, origin), Error);
    CHECK_NOTHROW(stamper.stamp(whole, origin));
}

TEST_CASE("Stamper: a plan is the stamp without its picture") {
    if (!have_font())
        return;
    for (const auto& word : style_words()) {
        CAPTURE(word.first);
        StampOptions options;
        options.style = word.second;
        Frame frame = gray_frame({640, 360});
        Stamper stamper{options};
        Stamped plan = stamper.plan(frame, origin), stamp = stamper.stamp(frame, origin);
        CHECK(plan.frame.jpeg.empty());
        CHECK(plan.lines == stamp.lines);
        CHECK(plan.box_x == stamp.box_x);
        CHECK(plan.box == stamp.box);
        CHECK((stamp.frame.jpeg == frame.jpeg) == (options.style == Style::none));
    }
}

TEST_CASE("Stamper: masks cover what is below them, wherever they reach over the edge") {
    StampOptions options;
    options.style = Style::none;
    options.masks = {parse_mask("50%,50%,100%,100%").value(), parse_mask("400,0,5,5").value()};
    Frame frame = gray_frame({320, 192});
    Picture after = decode_jpeg(Stamper{options}.stamp(frame, origin).frame.jpeg, ColorSpace::gray);
    CHECK(after.row(100)[164] < 8);
    CHECK(after.row(191)[319] < 8);
    CHECK(after.row(80)[150] > 60);
    CHECK(after.row(2)[318] > 60);
}

TEST_CASE("Stamper: with privacy the time is rounded wherever the frame says it") {
    Metadata facts;
    facts.time = at("2026-11-21T13:43:38.123Z");
    facts.camera = "north";
    facts.offset = std::chrono::minutes{345};
    facts.position = Position{46.5, -7.25, 300.};
    facts.notes = R"({"source":"20261121T134338.123Z.jpg","weather":{"at":"13:43:38","wind":3},)"
                  R"("captured":1795268618,"list":["a","2026-11-21T13:43:38Z"]})";
    Frame frame = with_metadata(gray_frame({320, 180}), facts);
    StampOptions options;
    options.style = Style::none;
    options.privacy = std::chrono::minutes{15};
    Stamped out = Stamper{options}.stamp(frame, origin);
    Metadata said = metadata_of(out.frame);
    // 19:28 at +05:45 is rounded to 19:15.
    CHECK(*said.time == at("2026-11-21T13:30:00Z"));
    CHECK(out.metadata.time == said.time);
    CHECK(*said.offset == std::chrono::minutes{345});
    CHECK(said.camera == "north");
    CHECK(said.position->latitude == doctest::Approx(46.5));
    CHECK(said.notes == R"({"list":["a"],"weather":{"wind":3}})");
    std::string bytes{text_of(out.frame.jpeg)};
    for (const char* exact : {"43:38", "28:38", "1795268618", "134338"})
        CHECK(bytes.find(exact) == std::string::npos);
    // A frame that says no time does not get one.
    CHECK_FALSE(metadata_of(Stamper{options}.stamp(gray_frame({64, 48}), origin).frame).time);
}

TEST_CASE("Stamper: facts are written where the frame says none, and are never changed") {
    StampOptions options;
    options.style = Style::none;
    options.write_exif = true;
    options.camera = "south";
    options.latitude = -33.5;
    options.longitude = 151.25;
    options.zone = Zone{"Europe/Athens"};
    Stamper stamper{options};
    Frame bare = gray_frame({64, 48});
    Metadata said = metadata_of(stamper.stamp(bare, origin).frame);
    CHECK(*said.time == at("2026-01-02T03:04:05.678Z"));
    CHECK(*said.offset == std::chrono::minutes{120});
    CHECK(said.camera == "south");
    CHECK(said.position->longitude == doctest::Approx(151.25));
    Metadata facts;
    facts.time = at("2026-11-21T13:43:38.123Z");
    facts.offset = std::chrono::minutes{345};
    Frame dated = with_metadata(bare, facts);
    said = metadata_of(stamper.stamp(dated, origin).frame);
    CHECK(said.time == facts.time);
    CHECK(said.offset == facts.offset);
    CHECK(said.camera == "south");
    Frame full = stamper.stamp(dated, origin).frame;
    CHECK(stamper.stamp(full, origin).frame.jpeg == full.jpeg);
}

TEST_CASE("parse_mask: four lengths, each in pixels or percent") {
    Mask mask = parse_mask("1, 2.5%,30,40%").value();
    CHECK(mask.x.value == 1);
    CHECK(mask.x.unit == Mask::Length::Unit::pixels);
    CHECK(mask.y.value == 2.5);
    CHECK(mask.y.unit == Mask::Length::Unit::percent);
    for (std::string_view text : {"", ",,,", "1,2,3", "1,2,3,0", "1,2,-3,4", "1,2,3,4,", "1,2,%,4",
                                  "1,2,3,inf", "1,2,3,4%%", "1 2 3 4"})
        CHECK_FALSE(parse_mask(text).has_value());
}

TEST_CASE("parse_color: names and six digits, and nothing else") {
    CHECK(parse_color("white") == Color{255, 255, 255});
    CHECK(parse_color("#01aBfF") == Color{1, 0xAB, 0xFF});
    for (std::string_view text :
         {"", "#", "#12345", "#1234567", "#12345g", "123456", "White", "# 12345", "#+12345"})
        CHECK_FALSE(parse_color(text).has_value());
}

TEST_CASE("open_font: no font at all is said with the way out") {
    try {
        open_fonts("", {"/no/such.ttf"});
        FAIL("found one");
    } catch (const Error& error) {
        CHECK(std::string{error.what()}.find("--font") != std::string::npos);
        CHECK(error.status() == Exit::failed);
    }
}
