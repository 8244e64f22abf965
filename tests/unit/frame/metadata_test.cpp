#include "frame/metadata.hpp"

#include "../jpeg_maker.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "foreign/libjpeg.hpp"
#include "frame/jpeg_walk.hpp"
#include "tiff_block.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace img;

namespace {

Frame small_frame(ColorSpace space = ColorSpace::rgb) {
    Picture picture{{48, 32}, space};
    for (std::size_t i = 0; i < picture.pixels.size(); ++i)
        picture.pixels[i] = static_cast<std::uint8_t>(i * 7);
    return Frame{encode_jpeg(picture, 80)};
}

/// The frame with a segment behind its start marker.
Frame with_segment(const Frame& frame, std::uint8_t code, ByteView payload) {
    Bytes out{0xFF,
              marker::soi,
              0xFF,
              code,
              static_cast<std::uint8_t>((payload.size() + 2) >> 8),
              static_cast<std::uint8_t>(payload.size() + 2)};
    out.insert(out.end(), payload.begin(), payload.end());
    out.insert(out.end(), frame.jpeg.begin() + 2, frame.jpeg.end());
    return Frame{out};
}

Frame with_exif(const Frame& frame, ByteView tiff) {
    Bytes payload{'E', 'x', 'i', 'f', 0, 0};
    payload.insert(payload.end(), tiff.begin(), tiff.end());
    return with_segment(frame, marker::app1, payload);
}

bool is_exif(const JpegSegment& segment) {
    return segment.marker == marker::app1 &&
           text_of(segment.payload).starts_with(std::string_view{"Exif\0\0", 6});
}

/// The block within the first EXIF segment; empty when there is none.
Bytes tiff_of(const Frame& frame) {
    for (const JpegSegment& segment : jpeg_segments(frame.jpeg))
        if (is_exif(segment))
            return {segment.payload.begin() + 6, segment.payload.end()};
    return {};
}

/// The frame's bytes without its first EXIF segment.
Bytes without_exif(const Frame& frame) {
    Bytes out = frame.jpeg;
    for (const JpegSegment& segment : jpeg_segments(frame.jpeg))
        if (is_exif(segment)) {
            auto begin = out.begin() + static_cast<std::ptrdiff_t>(segment.offset);
            auto length = static_cast<std::ptrdiff_t>(segment.end() - segment.offset);
            out.erase(begin, begin + length);
            break;
        }
    return out;
}

Metadata some_facts() {
    Metadata facts;
    facts.time = parse_iso_time("2026-11-21T13:43:38.123Z");
    facts.offset = std::chrono::minutes{-210};
    facts.camera = "Прва — 北";
    facts.position = Position{-33.856784, -151.215297, -12.34};
    facts.note("source", "rtsp://cam/stream0");
    return facts;
}

void check_same(const Metadata& read, const Metadata& wanted) {
    CHECK(read.time == wanted.time);
    CHECK(read.offset == wanted.offset);
    CHECK(read.camera == wanted.camera);
    CHECK(read.notes == wanted.notes);
    REQUIRE(read.position.has_value() == wanted.position.has_value());
    if (!read.position)
        return;
    // A ten-thousandth of a second of arc, and a centimetre.
    CHECK(std::abs(read.position->latitude - wanted.position->latitude) < 3e-8);
    CHECK(std::abs(read.position->longitude - wanted.position->longitude) < 3e-8);
    REQUIRE(read.position->altitude.has_value() == wanted.position->altitude.has_value());
    if (read.position->altitude)
        CHECK(std::abs(*read.position->altitude - *wanted.position->altitude) < .0051);
}

bool says_nothing(const Metadata& metadata) {
    return !metadata.time && !metadata.offset && metadata.camera.empty() && !metadata.position &&
           metadata.notes.empty();
}

} // namespace

TEST_CASE("with_metadata: what is written into a frame without EXIF reads back") {
    Frame bare = small_frame();
    Frame frame = with_metadata(bare, some_facts());
    check_same(metadata_of(frame), some_facts());
    CHECK(without_exif(frame) == bare.jpeg);
    CHECK(jpeg_segments(frame.jpeg)[0].marker == marker::app0); // JFIF stays the first
    CHECK(jpeg_segments(frame.jpeg)[1].marker == marker::app1);
}

TEST_CASE("with_metadata: every quarter of the earth, its edges and the sea's level read back") {
    for (double latitude : {-90., -45.999999999, -1e-9, 0., 33.3333333, 90.})
        for (double longitude : {-180., -0.5, 0., 21.43, 179.99999999, 180.})
            for (std::optional<double> altitude : {std::optional<double>{}, std::optional{-430.5},
                                                   std::optional{0.}, std::optional{8848.86}}) {
                Metadata facts;
                facts.position = Position{latitude, longitude, altitude};
                check_same(metadata_of(with_metadata(small_frame(), facts)), facts);
            }
}

TEST_CASE("with_metadata: every offset that is a zone's reads back") {
    for (int minutes : {-12 * 60, -210, -1, 0, 1, 345, 765, 14 * 60}) {
        Metadata facts;
        facts.time = parse_iso_time("2026-01-01T00:00:00.007Z");
        facts.offset = std::chrono::minutes{minutes};
        check_same(metadata_of(with_metadata(small_frame(), facts)), facts);
    }
}

TEST_CASE("with_metadata: a new block has what Exif makes mandatory, with the picture's size") {
    for (ColorSpace space : {ColorSpace::gray, ColorSpace::rgb}) {
        TiffReader read{tiff_of(with_metadata(small_frame(space), some_facts()))};
        for (int tag : {0x011A, 0x011B, 0x0128, 0x0213})
            CHECK(read.primary.contains(static_cast<std::uint16_t>(tag)));
        for (int tag : {0x9000, 0x9101, 0xA000, 0xA001})
            CHECK(read.exif.contains(static_cast<std::uint16_t>(tag)));
        CHECK(read.exif.at(0xA002).value == Bytes{48, 0});
        CHECK(read.exif.at(0xA003).value == Bytes{32, 0});
        bool gray = space == ColorSpace::gray;
        CHECK(read.exif.at(0x9101).value == (gray ? Bytes{1, 0, 0, 0} : Bytes{1, 2, 3, 0}));
    }
}

TEST_CASE("metadata_of: the orientation is read, and 1 where it is absent or none of the eight") {
    CHECK(metadata_of(small_frame()).orientation == 1);
    for (ByteOrder order : {ByteOrder::little, ByteOrder::big})
        for (int value : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255, 0x0600, 65535}) {
            TiffWriter out{order};
            out.text(order == ByteOrder::little ? "II" : "MM");
            out.put16(42);
            out.put32(8);
            out.put16(1);
            out.short_entry(0x0112, static_cast<std::uint16_t>(value));
            out.put32(0);
            Frame frame = with_exif(small_frame(), out.bytes);
            CHECK(metadata_of(frame).orientation == (value >= 1 && value <= 8 ? value : 1));
        }
}

TEST_CASE("with_metadata: the orientation stays what the camera wrote") {
    Metadata facts = some_facts();
    facts.orientation = 3;
    Frame camera = with_exif(small_frame(), make_camera_block(ByteOrder::big));
    CHECK(metadata_of(camera).orientation == 6);
    CHECK(metadata_of(with_metadata(camera, facts)).orientation == 6);
    Frame bare = with_metadata(small_frame(), facts);
    CHECK(metadata_of(bare).orientation == 1);
    CHECK_FALSE(TiffReader{tiff_of(bare)}.primary.contains(0x0112));
}

TEST_CASE("with_metadata: a camera's own block keeps what we do not say") {
    for (ByteOrder order : {ByteOrder::little, ByteOrder::big}) {
        Bytes block = make_camera_block(order);
        Frame camera = with_exif(small_frame(), block);
        CHECK(metadata_of(camera).camera == "old camera.");
        Frame frame = with_metadata(camera, some_facts());
        check_same(metadata_of(frame), some_facts());
        CHECK(without_exif(frame) == without_exif(camera));
        TiffReader old{block}, read{tiff_of(frame)};
        for (const auto& [tag, value] : old.primary)
            if (tag != 0x010E && tag != 0x8769)
                CHECK(read.primary.at(tag) == value);
        for (const auto& [tag, value] : old.exif)
            if (tag != 0x9003)
                CHECK(read.exif.at(tag) == value);
        CHECK(read.thumbnail == old.thumbnail);

        // Absent facts leave the camera's alone.
        Metadata only_place;
        only_place.position = Position{1, 2, std::nullopt};
        Metadata mixed = metadata_of(with_metadata(camera, only_place), Zone{"UTC"});
        CHECK(mixed.camera == "old camera.");
        CHECK(mixed.time == parse_iso_time("2001-02-03T04:05:06Z"));
    }
}

TEST_CASE("with_metadata: twice is once") {
    for (const Frame& frame :
         {small_frame(), with_exif(small_frame(), make_camera_block(ByteOrder::big))}) {
        Frame once = with_metadata(frame, some_facts());
        CHECK(with_metadata(once, some_facts()).jpeg == once.jpeg);
        // No facts change nothing in a block that is there.
        CHECK(with_metadata(once, Metadata{}).jpeg == once.jpeg);
    }
}

TEST_CASE("with_missing: dates that a frame has stay, and others are filled in") {
    Frame dated = with_metadata(small_frame(), some_facts());
    Metadata later;
    later.time = parse_iso_time("2027-01-02T03:04:05.678Z");
    later.offset = std::chrono::minutes{60};
    later.position = Position{1, 2, std::nullopt};
    Metadata read = metadata_of(with_missing(dated, later));
    CHECK(read.time == some_facts().time);
    CHECK(read.offset == some_facts().offset);
    CHECK(read.position->latitude == doctest::Approx(1));

    // A date of blanks is none: what belonged to it goes with it. The other date stays.
    constexpr std::string_view date = "2026:11:21 10:13:38", blank = "    :  :     :  :  ";
    Frame half = dated;
    std::size_t first = text_of(half.jpeg).find(date), second = text_of(half.jpeg).rfind(date);
    REQUIRE(first < second);
    std::ranges::copy(blank, half.jpeg.begin() + static_cast<std::ptrdiff_t>(first));
    Frame filled = with_missing(half, later);
    CHECK(metadata_of(filled).time == later.time);
    CHECK(metadata_of(filled).offset == later.offset);
    CHECK(text_of(filled.jpeg).find(date) != std::string_view::npos);

    CHECK(with_missing(small_frame(), later).jpeg == with_metadata(small_frame(), later).jpeg);
}

TEST_CASE("with_metadata: a segment that has no room left is an error") {
    Bytes block = make_camera_block(ByteOrder::little);
    block.resize(65533 - 6);
    Frame full = with_exif(small_frame(), block);
    CHECK_THROWS_WITH_AS(with_metadata(full, some_facts()), "no room left in the EXIF segment",
                         Error);
    // What fits in the old places needs none.
    Metadata name;
    name.camera = "new camera.";
    Frame frame = with_metadata(full, name);
    CHECK(metadata_of(frame).camera == "new camera.");
    CHECK(frame.jpeg.size() == full.jpeg.size());
    Metadata huge;
    huge.camera = std::string(65535, 'x');
    CHECK_THROWS_AS(with_metadata(small_frame(), huge), Error);
}

TEST_CASE("with_metadata: a block that is cut off anywhere is refused, and says nothing false") {
    for (ByteOrder order : {ByteOrder::little, ByteOrder::big}) {
        Bytes whole = make_camera_block(order);
        for (std::size_t length = 1; length < camera_block::thumbnail; ++length) {
            Frame frame = with_exif(small_frame(), ByteView{whole}.first(length));
            CHECK_THROWS_AS(with_metadata(frame, some_facts()), Error);
            Metadata read = metadata_of(frame, Zone{"UTC"});
            if (length < 74)
                CHECK(read.camera.empty());
            if (length < 136)
                CHECK_FALSE(read.time.has_value());
        }
    }
}

TEST_CASE("metadata_of: a frame without EXIF, and blocks that are none, say nothing") {
    CHECK(says_nothing(metadata_of(small_frame())));
    CHECK(says_nothing(metadata_of(with_exif(small_frame(), {}))));
    CHECK(says_nothing(metadata_of(with_exif(small_frame(), bytes_of("II*")))));
    CHECK(says_nothing(metadata_of(with_exif(small_frame(), bytes_of("<x:xmpmeta/>")))));
    CHECK(says_nothing(metadata_of(Frame{})));
}

TEST_CASE("metadata_of: notes are a JSON object of an ASCII comment, or absent") {
    auto comment = [](std::string text) {
        Metadata facts;
        facts.notes = std::move(text);
        return metadata_of(with_metadata(small_frame(), facts)).notes;
    };
    CHECK(comment(R"({"road":{"condition":"snow"}})") == R"({"road":{"condition":"snow"}})");
    CHECK(comment("shot by hand").empty());
    CHECK(comment("[1,2]").empty());
    CHECK(comment(R"({"a":)").empty());
    CHECK(comment(std::string(60000, '[')).empty());
}

TEST_CASE("Metadata: note() sets one member, keeps the others, and stays ASCII") {
    Metadata metadata;
    metadata.note("clock", "gps");
    metadata.note("source", "ж\xFF\"\n");
    metadata.note("clock", "system");
    for (char c : metadata.notes)
        CHECK(static_cast<unsigned char>(c) < 0x80);
    nlohmann::json notes = nlohmann::json::parse(metadata.notes);
    CHECK(notes.size() == 2);
    CHECK(notes["clock"] == "system");
    CHECK(notes["source"] == "ж\xEF\xBF\xBD\"\n"); // the byte that is no UTF-8 is replaced
    metadata.notes = "not JSON";
    metadata.note("a", "b");
    CHECK(metadata.notes == R"({"a":"b"})");
}

TEST_CASE("Metadata: note_json() sets a member to any value, replaces it, and keeps the others") {
    Metadata metadata;
    metadata.note("source", "a");
    metadata.note_json("road", R"({"condition":"Heavy","coverage":0.5,"old":true})");
    metadata.note_json("road", R"({"condition":"Light","coverage":null,"cars":[1,"\u0436"]})");
    metadata.note_json("count", " 7 ");
    for (char c : metadata.notes)
        CHECK(static_cast<unsigned char>(c) < 0x80);
    nlohmann::json notes = nlohmann::json::parse(metadata.notes);
    CHECK(notes.size() == 3);
    CHECK(notes["source"] == "a");
    CHECK(notes["road"] ==
          nlohmann::json{{"condition", "Light"}, {"coverage", nullptr}, {"cars", {1, "\u0436"}}});
    CHECK(notes["count"] == 7);
    CHECK(metadata.field("road.condition") == "Light");
    metadata.notes = "[1]";
    metadata.note_json("a", "{}");
    CHECK(metadata.notes == R"({"a":{}})");
    // They come back from a frame.
    metadata.note_json("road", R"({"condition":"Wet"})");
    CHECK(metadata_of(with_metadata(make_jpeg(jpeg_recipes().front()), metadata))
              .field("road.condition") == "Wet");
}

TEST_CASE("Metadata: field() finds facts and paths of notes, and nothing else") {
    Metadata metadata;
    for (std::string_view name : {"camera", "time", "latitude", "longitude", "altitude", "source"})
        CHECK_FALSE(metadata.field(name).has_value());
    metadata = some_facts();
    metadata.notes =
        R"({"road":{"condition":"snow","share":0.25,"wet":false,"cars":[1],"at":null},)"
        R"("camera":"note"})";
    CHECK(metadata.field("camera") == some_facts().camera);
    CHECK(metadata.field("time") == "2026-11-21T13:43:38.123Z");
    CHECK(metadata.field("latitude") == "-33.8568");
    CHECK(metadata.field("gps") == "33.85678\u00B0 S 151.21530\u00B0 W");
    CHECK(metadata.field("altitude") == "-12.34");
    CHECK(metadata.field("road.condition") == "snow");
    CHECK(metadata.field("road.share") == "0.25");
    CHECK(metadata.field("road.wet") == "false");
    for (std::string_view name : {"road", "road.cars", "road.at", "road.none", "road.condition.x",
                                  "", ".", "road.", ".road", "condition"})
        CHECK_FALSE(metadata.field(name).has_value());
}

TEST_CASE("with_metadata: real camera files keep their pictures and all other segments") {
    fs::path samples{"../../shared/data/jpeg"};
    if (!fs::is_directory(samples)) {
        MESSAGE("skipped: there are no sample files");
        return;
    }
    int written = 0, refused = 0;
    for (const auto& entry : fs::directory_iterator(samples)) {
        Frame frame;
        try {
            frame = frame_from(read_file(entry.path()));
        } catch (const Error&) {
            continue; // cut off, or no JPEG
        }
        CAPTURE(entry.path().string());
        Metadata facts = some_facts();
        try {
            Frame out = with_metadata(frame, facts);
            ++written;
            CHECK(without_exif(out) == without_exif(frame));
            check_same(metadata_of(out), facts);
            Frame again = with_metadata(out, facts);
            CHECK(again.jpeg == out.jpeg);
        } catch (const Error& error) {
            ++refused;
            MESSAGE("refused: ", std::string{error.what()});
        }
    }
    MESSAGE(written, " frames written, ", refused, " refused");
    CHECK(written > 0);
}

TEST_CASE("with_only: facts, orientation and colour profile, and nothing else is left") {
    Metadata facts;
    facts.camera = "a camera of old";
    facts.time = parse_iso_time("2026-11-21T13:43:38.123Z");
    Frame frame = with_metadata(small_frame(), facts);
    const Bytes profile = [] {
        std::string_view text{"ICC_PROFILE\0\1\1the profile", 25};
        return Bytes{text.begin(), text.end()};
    }();
    frame = with_segment(frame, marker::app2, profile);
    frame = with_segment(frame, marker::com, bytes_of("a secret comment"));
    frame = with_segment(frame, 0xED, bytes_of("Photoshop 3.0 secret"));

    Metadata kept;
    kept.camera = "north";
    Frame out = with_only(frame, kept);
    Metadata said = metadata_of(out);
    CHECK(said.camera == "north");
    CHECK_FALSE(said.time.has_value());
    std::string bytes{text_of(out.jpeg)};
    for (const char* gone : {"secret", "camera of old", "13:43", "2026"})
        CHECK(bytes.find(gone) == std::string::npos);
    CHECK(bytes.find("the profile") != std::string::npos);
    Picture before = decode_jpeg(frame.jpeg, ColorSpace::rgb);
    CHECK(decode_jpeg(out.jpeg, ColorSpace::rgb).pixels == before.pixels);
    CHECK(with_only(small_frame(), {}).jpeg == small_frame().jpeg);
    CHECK(with_only(out, {}).jpeg.size() < out.jpeg.size());
}
