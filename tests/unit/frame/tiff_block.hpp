// A TIFF block as a camera writes it, and a reader of such blocks that is not the library's.
#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <map>
#include <string_view>
#include <utility>

namespace img {

enum class ByteOrder { little, big };

class TiffWriter {
public:
    explicit TiffWriter(ByteOrder order) : little_(order == ByteOrder::little) {}
    void put16(std::uint32_t value) {
        auto low = static_cast<std::uint8_t>(value), high = static_cast<std::uint8_t>(value >> 8);
        bytes.push_back(little_ ? low : high);
        bytes.push_back(little_ ? high : low);
    }
    void put32(std::uint32_t value) {
        put16(little_ ? value & 0xFFFF : value >> 16);
        put16(little_ ? value >> 16 : value & 0xFFFF);
    }
    void text(std::string_view text) { bytes.insert(bytes.end(), text.begin(), text.end()); }
    /// An entry whose value stands elsewhere, or is one LONG.
    void entry(std::uint16_t tag, std::uint16_t type, std::uint32_t count, std::uint32_t value) {
        put16(tag);
        put16(type);
        put32(count);
        put32(value);
    }
    void short_entry(std::uint16_t tag, std::uint16_t value) {
        put16(tag);
        put16(3);
        put32(1);
        put16(value);
        put16(0);
    }
    Bytes bytes;

private:
    bool little_;
};

namespace camera_block {
constexpr std::size_t primary = 8, exif = 74, maker_note = 136, maker_note_size = 32,
                      thumbnail_directory = 168, thumbnail = 198, size = 204;
}

/// ImageDescription "old camera.", Make "Cam", Orientation 6, DateTimeOriginal, a MakerNote,
/// PixelXDimension 640, and a thumbnail; at the places above.
inline Bytes make_camera_block(ByteOrder order) {
    TiffWriter out{order};
    out.text(order == ByteOrder::little ? "II" : "MM");
    out.put16(42);
    out.put32(camera_block::primary);
    out.put16(4);
    out.entry(0x010E, 2, 12, 62);
    out.put16(0x010F);
    out.put16(2);
    out.put32(4);
    out.text({"Cam\0", 4});
    out.short_entry(0x0112, 6);
    out.entry(0x8769, 4, 1, camera_block::exif);
    out.put32(camera_block::thumbnail_directory);
    out.text({"old camera.\0", 12});
    out.put16(3);
    out.entry(0x9003, 2, 20, 116);
    out.entry(0x927C, 7, camera_block::maker_note_size, camera_block::maker_note);
    out.short_entry(0xA002, 640);
    out.put32(0);
    out.text({"2001:02:03 04:05:06\0", 20});
    out.text("MakerNote with its own offsets..");
    out.bytes.resize(camera_block::thumbnail_directory);
    out.put16(2);
    out.entry(0x0201, 4, 1, camera_block::thumbnail);
    out.entry(0x0202, 4, 1, 6);
    out.put32(0);
    out.text("thumb!");
    return out.bytes;
}

struct TiffValue {
    std::uint16_t type = 0;
    Bytes value;
    bool operator==(const TiffValue&) const = default;
};
using TiffValues = std::map<std::uint16_t, TiffValue>;

/// Reads a block that is whole; throws std::out_of_range elsewhere.
class TiffReader {
public:
    explicit TiffReader(Bytes block) : block_(std::move(block)), little_(block_.at(0) == 'I') {
        primary = directory(u32(4));
        if (primary.contains(0x8769))
            exif = directory(pointer(primary.at(0x8769)));
        if (primary.contains(0x8825))
            gps = directory(pointer(primary.at(0x8825)));
        std::size_t next = u32(4) + 2 + std::size_t{u16(u32(4))} * 12;
        if (u32(next) != 0)
            thumbnail = directory(u32(next));
    }
    TiffValues primary, exif, gps, thumbnail;

private:
    std::uint16_t u16(std::size_t at) const {
        unsigned first = block_.at(at), second = block_.at(at + 1);
        return static_cast<std::uint16_t>(little_ ? first | second << 8 : first << 8 | second);
    }
    std::uint32_t u32(std::size_t at) const {
        std::uint32_t first = u16(at), second = u16(at + 2);
        return little_ ? first | second << 16 : first << 16 | second;
    }
    std::uint32_t pointer(const TiffValue& value) const {
        std::uint32_t out = 0;
        for (std::size_t i = 0; i < 4; ++i)
            out |= std::uint32_t{value.value.at(i)} << (little_ ? 8 * i : 24 - 8 * i);
        return out;
    }
    TiffValues directory(std::size_t at) const {
        constexpr std::size_t sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};
        TiffValues values;
        for (std::size_t i = 0; i < u16(at); ++i) {
            std::size_t entry = at + 2 + i * 12;
            TiffValue value{u16(entry + 2), {}};
            std::size_t size = sizes[value.type] * u32(entry + 4);
            std::size_t from = size <= 4 ? entry + 8 : u32(entry + 8);
            for (std::size_t k = 0; k < size; ++k)
                value.value.push_back(block_.at(from + k));
            values[u16(entry)] = value;
        }
        return values;
    }

    Bytes block_;
    bool little_;
};

} // namespace img
