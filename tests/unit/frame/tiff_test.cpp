#include "frame/tiff.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "tiff_block.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using namespace img;

namespace {

using enum TiffDirectory;

constexpr ByteOrder orders[] = {ByteOrder::little, ByteOrder::big};

Bytes slice(const Bytes& bytes, std::size_t from, std::size_t size) {
    return {bytes.begin() + static_cast<std::ptrdiff_t>(from),
            bytes.begin() + static_cast<std::ptrdiff_t>(from + size)};
}

Bytes zero_ended(const std::string& text) {
    Bytes out(text.begin(), text.end());
    out.push_back(0);
    return out;
}

/// `block` with a 32-bit number at `at` replaced.
Bytes patched(Bytes block, ByteOrder order, std::size_t at, std::uint32_t value) {
    TiffWriter number{order};
    number.put32(value);
    std::copy(number.bytes.begin(), number.bytes.end(),
              block.begin() + static_cast<std::ptrdiff_t>(at));
    return block;
}

const std::vector<TiffTag> one_of_each{
    {primary, 0x010E, std::string{"a name that is longer"}},
    {exif, 0x9003, std::string{"2026:11:21 13:43:38"}},
    {exif, 0x9286, TiffUndefined{{1, 2, 3, 4, 5}}},
    {exif, 0xA001, TiffShort{0x1234}},
    {gps, 0x0000, TiffBytes{{2, 3, 0, 0}}},
    {gps, 0x0002, TiffRationals{{60, 1}, {30, 1}, {123456, 10000}}},
};

} // namespace

TEST_CASE("with_tiff_tags: a new block holds what was set, and nothing else") {
    TiffReader read{with_tiff_tags({}, one_of_each)};
    CHECK(read.primary.size() == 3); // with the two pointers
    CHECK(read.primary.at(0x010E) == TiffValue{2, zero_ended("a name that is longer")});
    CHECK(read.exif.size() == 3);
    CHECK(read.exif.at(0x9286) == TiffValue{7, {1, 2, 3, 4, 5}});
    CHECK(read.exif.at(0xA001) == TiffValue{3, {0x34, 0x12}});
    CHECK(read.gps.at(0x0000) == TiffValue{1, {2, 3, 0, 0}});
    CHECK(read.gps.at(0x0002).type == 5);
    CHECK(read.gps.at(0x0002).value.size() == 24);
    CHECK(read.thumbnail.empty());
}

TEST_CASE("with_tiff_tags: what others wrote stays, and stays where it was") {
    for (ByteOrder order : orders) {
        Bytes before = make_camera_block(order);
        REQUIRE(before.size() == camera_block::size);
        Bytes after = with_tiff_tags(before, one_of_each);
        // Within the old block only the pointers to the first directory and to Exif's may differ,
        // and the date that fits in the place of the old one.
        for (std::size_t i = 0; i < before.size(); ++i) {
            bool pointer = (i >= 4 && i < 8) || (i >= 54 && i < 58);
            bool date = i >= 116 && i < 136;
            if (!pointer && !date)
                CHECK_MESSAGE(after[i] == before[i], "byte ", i);
        }
        TiffReader old{before}, read{after};
        CHECK(read.primary.at(0x010F) == old.primary.at(0x010F));
        CHECK(read.primary.at(0x0112) == old.primary.at(0x0112));
        CHECK(read.exif.at(0x927C) == old.exif.at(0x927C));
        CHECK(read.exif.at(0xA002) == old.exif.at(0xA002));
        CHECK(read.thumbnail == old.thumbnail);
        CHECK(read.exif.at(0x9003) == TiffValue{2, zero_ended("2026:11:21 13:43:38")});
        CHECK(read.primary.at(0x010E) == TiffValue{2, zero_ended("a name that is longer")});
        CHECK(read.exif.at(0xA001).value ==
              (order == ByteOrder::little ? Bytes{0x34, 0x12} : Bytes{0x12, 0x34}));
        CHECK(slice(after, camera_block::maker_note, camera_block::maker_note_size) ==
              slice(before, camera_block::maker_note, camera_block::maker_note_size));
    }
}

TEST_CASE("with_tiff_tags: values of the old size are written in the old place") {
    for (ByteOrder order : orders) {
        Bytes after = with_tiff_tags(make_camera_block(order),
                                     {{exif, 0x9003, std::string{"2026:11:21 13:43:38"}},
                                      {exif, 0xA002, TiffShort{1280}},
                                      {primary, 0x010E, std::string{"new camera."}}});
        CHECK(after.size() == camera_block::size);
        TiffReader read{after};
        CHECK(read.primary.at(0x010E).value == zero_ended("new camera."));
        CHECK(read.exif.at(0x9003).value == zero_ended("2026:11:21 13:43:38"));
        CHECK(read.exif.at(0xA002).value ==
              (order == ByteOrder::little ? Bytes{0, 5} : Bytes{5, 0}));
        CHECK(with_tiff_tags(with_tiff_tags(after, one_of_each), one_of_each) ==
              with_tiff_tags(after, one_of_each));
    }
}

TEST_CASE("with_tiff_tags: a short value that is replaced stays so when its directory moves") {
    for (ByteOrder order : orders) {
        TiffReader read{
            with_tiff_tags(make_camera_block(order),
                           {{exif, 0xA002, TiffShort{1280}}, {exif, 0xA003, TiffShort{1280}}})};
        CHECK(read.exif.at(0xA002) == read.exif.at(0xA003));
    }
}

TEST_CASE("with_tiff_tags: tags that stand twice are kept twice") {
    TiffWriter twice{ByteOrder::big};
    twice.text("MM");
    twice.put16(42);
    twice.put32(8);
    twice.put16(2);
    twice.short_entry(0x0112, 6);
    twice.short_entry(0x0112, 1);
    twice.put32(0);
    Bytes after = with_tiff_tags(twice.bytes, {{primary, 0x010F, std::string{"a camera"}}});
    Bytes both = slice(twice.bytes, 10, 24);
    CHECK(std::search(after.begin() + 34, after.end(), both.begin(), both.end()) != after.end());
}

TEST_CASE("with_tiff_tags: the directories of a block that has no Exif are added") {
    for (ByteOrder order : orders) {
        TiffWriter bare{order};
        bare.text(order == ByteOrder::little ? "II" : "MM");
        bare.put16(42);
        bare.put32(8);
        bare.put16(1);
        bare.short_entry(0x0112, 6);
        bare.put32(0);
        TiffReader read{with_tiff_tags(bare.bytes, one_of_each)};
        CHECK(read.primary.at(0x0112) == TiffReader{bare.bytes}.primary.at(0x0112));
        CHECK(read.exif.size() == 3);
        CHECK(read.gps.size() == 2);
    }
}

TEST_CASE("with_tiff_tags: what is no TIFF block is refused") {
    CHECK_THROWS_AS(with_tiff_tags(bytes_of("II"), one_of_each), Error);
    CHECK_THROWS_AS(with_tiff_tags(bytes_of("XX*\0\0\0\0\x08"), one_of_each), Error);
    CHECK_THROWS_AS(with_tiff_tags(bytes_of({"II+\0\x08\0\0\0\0\0\0\0\0\0", 14}), one_of_each),
                    Error);
}

TEST_CASE("with_tiff_tags: a block that is cut off anywhere in front of its thumbnail is refused") {
    for (ByteOrder order : orders) {
        Bytes whole = make_camera_block(order);
        for (std::size_t length = 1; length < camera_block::thumbnail; ++length)
            CHECK_THROWS_AS(with_tiff_tags(ByteView{whole}.first(length), one_of_each), Error);
    }
}

TEST_CASE("with_tiff_tags: pointers that lead outside are refused") {
    for (ByteOrder order : orders) {
        Bytes block = make_camera_block(order);
        constexpr std::size_t exif_pointer = camera_block::primary + 2 + 3 * 12 + 8;
        for (std::uint32_t outside : {std::uint32_t{204}, std::uint32_t{5000}, ~std::uint32_t{0}})
            for (std::size_t at : {std::size_t{4}, exif_pointer})
                CHECK_THROWS_AS(with_tiff_tags(patched(block, order, at, outside), one_of_each),
                                Error);
    }
}

TEST_CASE("with_tiff_tags: directories that lead back to one another are refused") {
    for (ByteOrder order : orders) {
        Bytes block = make_camera_block(order);
        constexpr std::size_t exif_pointer = camera_block::primary + 2 + 3 * 12 + 8;
        constexpr std::size_t next = camera_block::primary + 2 + 4 * 12;
        CHECK_THROWS_AS(
            with_tiff_tags(patched(block, order, exif_pointer, camera_block::primary), one_of_each),
            Error);
        CHECK_THROWS_AS(
            with_tiff_tags(patched(block, order, next, camera_block::primary), one_of_each), Error);
    }
}

TEST_CASE("with_tiff_tags: a pointer is one number, whatever count it claims") {
    for (ByteOrder order : orders) {
        constexpr std::size_t count = camera_block::primary + 2 + 3 * 12 + 4;
        Bytes once =
            with_tiff_tags(patched(make_camera_block(order), order, count, 20), one_of_each);
        CHECK(with_tiff_tags(once, one_of_each) == once);
    }
}

TEST_CASE("with_tiff_tags: a value that claims to stand on a directory is not written over it") {
    for (ByteOrder order : orders) {
        Bytes block = make_camera_block(order);
        // DateTimeOriginal, said to stand where the first directory is.
        constexpr std::size_t date = camera_block::exif + 2 + 8;
        Bytes after = with_tiff_tags(patched(block, order, date, camera_block::primary),
                                     {{exif, 0x9003, std::string{"2026:11:21 13:43:38"}}});
        TiffReader read{after};
        CHECK(read.exif.at(0x9003).value == zero_ended("2026:11:21 13:43:38"));
        CHECK(read.primary == [&] {
            TiffValues same = TiffReader{block}.primary;
            same.at(0x8769) = read.primary.at(0x8769);
            return same;
        }());
    }
}
