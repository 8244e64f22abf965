// The index of a file of several pictures (CIPA DC-007, Multi-Picture Format).

#include "frame/mpf.hpp"

#include "base/text.hpp"

#include <string_view>

namespace img {

namespace {

constexpr std::string_view mpf_name{"MPF\0", 4};
constexpr std::uint16_t entries_tag = 0xB002;
constexpr std::size_t entry_size = 16;

/// Numbers in the byte order of a TIFF block, changed in place.
class Numbers {
public:
    Numbers(std::uint8_t* at, std::size_t size)
        : at_(at), size_(size), little_(size > 0 && at[0] == 'I') {}

    bool holds(std::size_t offset, std::size_t length) const {
        return offset <= size_ && length <= size_ - offset;
    }
    std::uint32_t get(std::size_t offset, int bytes) const {
        std::uint32_t value = 0;
        for (int i = 0; i < bytes; ++i)
            value |= std::uint32_t{at_[offset + static_cast<std::size_t>(i)]} << shift(i, bytes);
        return value;
    }
    void set(std::size_t offset, std::uint32_t value) {
        for (int i = 0; i < 4; ++i)
            at_[offset + static_cast<std::size_t>(i)] =
                static_cast<std::uint8_t>(value >> shift(i, 4));
    }

private:
    int shift(int byte, int bytes) const { return 8 * (little_ ? byte : bytes - 1 - byte); }

    std::uint8_t* at_;
    std::size_t size_;
    bool little_;
};

/// Where the entries of the pictures stand in the block, and how many bytes they take.
struct Entries {
    std::size_t offset, length;
};

std::optional<Entries> find_entries(const Numbers& block) {
    if (!block.holds(0, 8))
        return std::nullopt;
    std::size_t directory = block.get(4, 4);
    if (!block.holds(directory, 2))
        return std::nullopt;
    std::size_t count = block.get(directory, 2);
    for (std::size_t i = 0; i < count; ++i) {
        std::size_t field = directory + 2 + 12 * i;
        if (!block.holds(field, 12))
            return std::nullopt;
        if (block.get(field, 2) != entries_tag)
            continue;
        Entries entries{block.get(field + 8, 4), block.get(field + 4, 4)};
        if (!block.holds(entries.offset, entries.length))
            return std::nullopt;
        return entries;
    }
    return std::nullopt;
}

} // namespace

std::optional<JpegSegment> mpf_segment(ByteView jpeg) {
    for (const JpegSegment& segment : jpeg_segments(jpeg))
        if (segment.marker == marker::app2 && text_of(segment.payload).starts_with(mpf_name))
            return segment;
    return std::nullopt;
}

void correct_mpf(Bytes& jpeg, ByteView original) {
    std::optional<JpegSegment> now = mpf_segment(jpeg), then = mpf_segment(original);
    if (!now || !then)
        return;
    const std::size_t begin = now->offset + 4 + mpf_name.size();
    Numbers block{jpeg.data() + begin, now->payload.size() - mpf_name.size()};
    std::optional<Entries> entries = find_entries(block);
    if (!entries)
        return;
    // Of the first picture the size is told, of the others how far behind this block they begin.
    auto grown = static_cast<std::uint32_t>(jpeg.size() - original.size());
    auto moved = grown - static_cast<std::uint32_t>(now->offset - then->offset);
    for (std::size_t at = 0; at + entry_size <= entries->length; at += entry_size) {
        const std::size_t size = entries->offset + at + 4, offset = entries->offset + at + 8;
        if (block.get(offset, 4) == 0)
            block.set(size, block.get(size, 4) + grown);
        else
            block.set(offset, block.get(offset, 4) + moved);
    }
}

} // namespace img
