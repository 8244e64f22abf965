// Adding tags to a TIFF block (the inside of an EXIF segment) without moving a byte of it.
// Layout: TIFF 6.0, section 2; Exif 2.32, section 4.6.

#include "frame/tiff.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace img {

namespace {

constexpr std::uint16_t exif_pointer = 0x8769, gps_pointer = 0x8825;
constexpr std::uint16_t type_byte = 1, type_ascii = 2, type_short = 3, type_long = 4,
                        type_rational = 5, type_undefined = 7;
constexpr std::size_t entry_size = 12;

struct Entry {
    std::uint16_t tag, type;
    std::uint32_t count;
    std::array<std::uint8_t, 4> slot; ///< the value, or where it is
};

std::size_t size_of_type(std::uint16_t type) {
    constexpr std::array<std::size_t, 13> sizes{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};
    return type < sizes.size() ? sizes[type] : 0;
}

class Block {
public:
    explicit Block(ByteView tiff) : bytes_(tiff.begin(), tiff.end()) {
        if (bytes_.empty())
            bytes_ = {'I', 'I', 42, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        if (bytes_.size() < 8)
            throw Error("EXIF block is cut off");
        little_ = bytes_[0] == 'I' && bytes_[1] == 'I';
        if (!little_ && !(bytes_[0] == 'M' && bytes_[1] == 'M'))
            throw Error("EXIF block has no byte order");
        if (u16(2) != 42)
            throw Error("EXIF block is not TIFF");
        walk();
    }

    void set(const std::vector<TiffTag>& tags) {
        for (TiffDirectory directory :
             {TiffDirectory::exif, TiffDirectory::gps, TiffDirectory::primary}) {
            std::vector<const TiffTag*> wanted;
            for (const TiffTag& tag : tags)
                if (tag.directory == directory)
                    wanted.push_back(&tag);
            if (!wanted.empty())
                set_in(directory, wanted);
        }
    }

    bool says(TiffDirectory directory, std::uint16_t tag) const {
        std::optional<std::size_t> pointer = pointer_to(directory);
        if (!pointer)
            return false;
        std::size_t begin = u32(*pointer);
        for (std::size_t i = 0; i < u16(begin); ++i)
            if (std::size_t at = begin + 2 + i * entry_size; u16(at) == tag)
                return u16(at + 2) != type_ascii || has_text(at);
        return false;
    }

    Bytes take() { return std::move(bytes_); }

private:
    std::uint16_t u16(std::size_t at) const {
        require(at, 2);
        return static_cast<std::uint16_t>(little_ ? bytes_[at] | bytes_[at + 1] << 8
                                                  : bytes_[at] << 8 | bytes_[at + 1]);
    }
    std::uint32_t u32(std::size_t at) const {
        std::uint32_t first = u16(at), second = u16(at + 2);
        return little_ ? first | second << 16 : first << 16 | second;
    }
    void put16(Bytes& to, std::uint32_t value) const {
        auto low = static_cast<std::uint8_t>(value), high = static_cast<std::uint8_t>(value >> 8);
        to.push_back(little_ ? low : high);
        to.push_back(little_ ? high : low);
    }
    void put32(Bytes& to, std::uint32_t value) const {
        put16(to, little_ ? value & 0xFFFF : value >> 16);
        put16(to, little_ ? value >> 16 : value & 0xFFFF);
    }
    void overwrite32(std::size_t at, std::uint32_t value) {
        require(at, 4);
        Bytes encoded;
        put32(encoded, value);
        std::copy(encoded.begin(), encoded.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(at));
    }
    void require(std::size_t at, std::size_t length) const {
        if (at > bytes_.size() || bytes_.size() - at < length)
            throw Error("EXIF block points outside itself");
    }

    /// Whether the text of the entry at `at` has more than what dates have without a date.
    bool has_text(std::size_t at) const {
        std::size_t length = u32(at + 4), begin = length <= 4 ? at + 8 : u32(at + 8);
        require(begin, length);
        ByteView text = ByteView{bytes_}.subspan(begin, length);
        constexpr std::string_view nothing{" :0\0", 4};
        return std::ranges::any_of(text, [&](std::uint8_t byte) {
            return nothing.find(static_cast<char>(byte)) == std::string_view::npos;
        });
    }

    /// Where the pointer to a directory stands; nullopt when there is none yet.
    std::optional<std::size_t> pointer_to(TiffDirectory directory) const {
        if (directory == TiffDirectory::primary)
            return 4;
        std::uint16_t tag = directory == TiffDirectory::exif ? exif_pointer : gps_pointer;
        std::size_t primary = u32(4);
        for (std::size_t i = 0; i < u16(primary); ++i)
            if (std::size_t at = primary + 2 + i * entry_size; u16(at) == tag)
                return at + 8;
        return std::nullopt;
    }

    std::vector<Entry> entries_at(std::size_t directory) const {
        std::vector<Entry> entries;
        std::size_t count = u16(directory);
        require(directory + 2, count * entry_size + 4);
        for (std::size_t i = 0; i < count; ++i) {
            std::size_t at = directory + 2 + i * entry_size;
            Entry entry{u16(at), u16(at + 2), u32(at + 4), {}};
            std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at + 8), 4,
                        entry.slot.begin());
            entries.push_back(entry);
        }
        return entries;
    }

    std::uint32_t next_of(std::size_t directory) const {
        return u32(directory + 2 + u16(directory) * entry_size);
    }

    /// Notes what is where. Values outside would come to point at what is appended, and of
    /// directories that overlap only one could be changed.
    void walk() {
        occupied_.push_back({0, 8});
        std::size_t directory = u32(4);
        do
            directory = walk_directory(directory);
        while (directory != 0);
        for (TiffDirectory below : {TiffDirectory::exif, TiffDirectory::gps})
            if (std::optional<std::size_t> pointer = pointer_to(below))
                walk_directory(u32(*pointer));
    }

    /// Where the next one is; 0 when there is none.
    std::size_t walk_directory(std::size_t directory) {
        std::vector<Entry> entries = entries_at(directory);
        std::size_t end = directory + 2 + entries.size() * entry_size + 4;
        if (directory < 8 || touched(directories_, directory, end) > 0)
            throw Error("EXIF block's directories overlap");
        directories_.push_back({directory, end});
        occupied_.push_back({directory, end});
        for (std::size_t i = 0; i < entries.size(); ++i) {
            std::uint64_t size = std::uint64_t{size_of_type(entries[i].type)} * entries[i].count;
            // A pointer is one number, whatever count it claims.
            if (size <= 4 || entries[i].tag == exif_pointer || entries[i].tag == gps_pointer)
                continue;
            std::size_t at = u32(directory + 2 + i * entry_size + 8);
            require(at, static_cast<std::size_t>(std::min<std::uint64_t>(size, UINT32_MAX)));
            occupied_.push_back({at, at + static_cast<std::size_t>(size)});
        }
        return next_of(directory);
    }

    struct Range {
        std::size_t begin, end;
    };

    static std::ptrdiff_t touched(const std::vector<Range>& ranges, std::size_t begin,
                                  std::size_t end) {
        return std::count_if(ranges.begin(), ranges.end(), [&](const Range& range) {
            return range.begin < end && begin < range.end;
        });
    }

    struct Encoded {
        std::uint16_t type;
        std::uint32_t count;
        Bytes value;
    };

    Encoded encode(const TiffTag& tag) const {
        Encoded out{};
        if (const auto* text = std::get_if<std::string>(&tag.value)) {
            out.type = type_ascii;
            out.value.assign(text->begin(), text->end());
            out.value.push_back(0);
        } else if (const auto* raw = std::get_if<TiffUndefined>(&tag.value)) {
            out.type = type_undefined;
            out.value = raw->bytes;
        } else if (const auto* byte = std::get_if<TiffBytes>(&tag.value)) {
            out.type = type_byte;
            out.value = byte->bytes;
        } else if (const auto* number = std::get_if<TiffShort>(&tag.value)) {
            out.type = type_short;
            put16(out.value, number->value);
        } else {
            out.type = type_rational;
            for (const auto& [numerator, denominator] : std::get<TiffRationals>(tag.value)) {
                put32(out.value, numerator);
                put32(out.value, denominator);
            }
        }
        out.count = static_cast<std::uint32_t>(out.value.size() / size_of_type(out.type));
        return out;
    }

    /// Writes `value` over the old one where type and size are the same, and nothing else is there.
    bool replaced_in_place(std::size_t directory, std::uint16_t tag, const Encoded& value) {
        for (std::size_t i = 0; i < u16(directory); ++i) {
            std::size_t at = directory + 2 + i * entry_size;
            if (u16(at) != tag)
                continue;
            if (u16(at + 2) != value.type || u32(at + 4) != value.count)
                return false;
            std::size_t size = value.value.size();
            std::size_t to = size <= 4 ? at + 8 : u32(at + 8);
            if (size > 4 && touched(occupied_, to, to + size) != 1)
                return false;
            std::copy(value.value.begin(), value.value.end(),
                      bytes_.begin() + static_cast<std::ptrdiff_t>(to));
            return true;
        }
        return false;
    }

    void align() {
        if (bytes_.size() % 2 != 0)
            bytes_.push_back(0);
    }

    std::uint32_t append(const Bytes& value) {
        align();
        auto at = static_cast<std::uint32_t>(bytes_.size());
        bytes_.insert(bytes_.end(), value.begin(), value.end());
        return at;
    }

    void set_in(TiffDirectory directory, std::vector<const TiffTag*> wanted) {
        std::optional<std::size_t> pointer = pointer_to(directory);
        std::vector<Entry> entries;
        std::uint32_t next_directory = 0;
        if (pointer) {
            std::size_t old = u32(*pointer);
            std::erase_if(wanted, [&](const TiffTag* tag) {
                return replaced_in_place(old, tag->tag, encode(*tag));
            });
            entries = entries_at(old);
            next_directory = next_of(old);
        }
        if (wanted.empty())
            return;
        for (const TiffTag* tag : wanted)
            put(entries, entry_for(tag->tag, encode(*tag)));
        std::uint32_t at = append_directory(entries, next_directory);
        if (pointer)
            overwrite32(*pointer, at);
        else
            add_pointer(directory, at);
    }

    /// In the place of the old entry, else where the order of tags wants it.
    static void put(std::vector<Entry>& entries, const Entry& entry) {
        auto same = [&](const Entry& other) { return other.tag == entry.tag; };
        auto greater = [&](const Entry& other) { return other.tag > entry.tag; };
        if (auto old = std::find_if(entries.begin(), entries.end(), same); old != entries.end())
            *old = entry;
        else
            entries.insert(std::find_if(entries.begin(), entries.end(), greater), entry);
    }

    Entry entry_for(std::uint16_t tag, const Encoded& value) {
        Entry entry{tag, value.type, value.count, {}};
        Bytes slot = value.value;
        if (slot.size() > 4) {
            std::uint32_t at = append(value.value);
            slot.clear();
            put32(slot, at);
        }
        slot.resize(4);
        std::copy(slot.begin(), slot.end(), entry.slot.begin());
        return entry;
    }

    std::uint32_t append_directory(const std::vector<Entry>& entries,
                                   std::uint32_t next_directory) {
        Bytes out;
        put16(out, static_cast<std::uint32_t>(entries.size()));
        for (const Entry& entry : entries) {
            put16(out, entry.tag);
            put16(out, entry.type);
            put32(out, entry.count);
            out.insert(out.end(), entry.slot.begin(), entry.slot.end());
        }
        put32(out, next_directory);
        return append(out);
    }

    void add_pointer(TiffDirectory directory, std::uint32_t at) {
        std::size_t primary = u32(4);
        std::vector<Entry> entries = entries_at(primary);
        std::uint32_t next_directory = next_of(primary);
        std::uint16_t tag = directory == TiffDirectory::exif ? exif_pointer : gps_pointer;
        Bytes value;
        put32(value, at);
        put(entries, entry_for(tag, {type_long, 1, value}));
        overwrite32(4, append_directory(entries, next_directory));
    }

    Bytes bytes_;
    bool little_ = false;
    /// Of the block as it came: its directories; they, the header and the values.
    std::vector<Range> directories_, occupied_;
};

} // namespace

Bytes with_tiff_tags(ByteView tiff, const std::vector<TiffTag>& tags) {
    Block block{tiff};
    block.set(tags);
    return block.take();
}

bool tiff_says(ByteView tiff, TiffDirectory directory, std::uint16_t tag) {
    return Block{tiff}.says(directory, tag);
}

} // namespace img
