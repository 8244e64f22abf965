// FreeType: the shapes of a font's characters.

#include "foreign/freetype.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_GLYPH_H
#include FT_OUTLINE_H
#include FT_STROKER_H
#include FT_TRUETYPE_TABLES_H

namespace img {

namespace {

constexpr std::uintmax_t largest_file = std::uintmax_t{64} << 20;
/// A glyph's sides, in em squares. The widest of real fonts (U+FDFD) has about 12.
constexpr int largest_glyph = 16;

/// Light fitting makes horizontal edges crisp and leaves the widths, and so the layout, alone. In
/// large letters it is not seen, and it takes longer than all the rest of them.
FT_Int32 load_flags(int size) {
    constexpr int large = 24;
    return FT_LOAD_NO_BITMAP | (size < large ? FT_LOAD_TARGET_LIGHT : FT_LOAD_NO_HINTING);
}

struct DoneLibrary {
    void operator()(FT_Library library) const { FT_Done_FreeType(library); }
};
struct DoneFace {
    void operator()(FT_Face face) const { FT_Done_Face(face); }
};
struct DoneStroker {
    void operator()(FT_Stroker stroker) const { FT_Stroker_Done(stroker); }
};
using Library = std::unique_ptr<FT_LibraryRec_, DoneLibrary>;
using Face = std::unique_ptr<FT_FaceRec_, DoneFace>;
using Stroker = std::unique_ptr<FT_StrokerRec_, DoneStroker>;

/// FreeType replaces glyphs that it converts, so the handle is passed by its place.
class Glyph {
public:
    Glyph() = default;
    Glyph(const Glyph&) = delete;
    Glyph& operator=(const Glyph&) = delete;
    ~Glyph() { FT_Done_Glyph(raw); }
    FT_Glyph raw = nullptr;
};

/// The parts of a font file that FreeType asks for, each read when it does.
///
/// A font of several megabytes is not read for the few glyphs of a line. The file is not mapped
/// either: one that is cut off while it is in use would end the program with SIGBUS, and one that
/// is rewritten would change tables that FreeType checked already. Read through a descriptor, the
/// first is a failed read and so an Error, tables are copies, and a new file of the same name is
/// not seen.
class FontFile {
public:
    explicit FontFile(const fs::path& path) : fd_(open_to_read(path)) {
        struct stat status {};
        if (::fstat(*fd_, &status) != 0)
            throw Error(str(path.string(), ": ", std::strerror(errno)));
        if (!S_ISREG(status.st_mode))
            throw Error(str(path.string(), ": a font has to be a regular file"));
        auto size = static_cast<std::uintmax_t>(status.st_size);
        if (size > largest_file)
            throw Error(str(path.string(), ": a font of more than ", largest_file >> 20, " MiB"));
        stream_.size = static_cast<unsigned long>(size);
        stream_.descriptor.pointer = this;
        stream_.read = [](FT_Stream stream, unsigned long at, unsigned char* to,
                          unsigned long length) {
            return static_cast<FontFile*>(stream->descriptor.pointer)->read(at, to, length);
        };
    }
    FontFile(const FontFile&) = delete;
    FontFile& operator=(const FontFile&) = delete;

    FT_Stream stream() { return &stream_; }

private:
    /// FreeType's reads are mostly a few bytes, of several tables in turn.
    static constexpr std::size_t block_size = 2048;
    struct Block {
        std::size_t number = SIZE_MAX, length = 0;
        std::array<std::uint8_t, block_size> bytes;
    };

    std::size_t read_from_disk(std::size_t at, std::uint8_t* to, std::size_t length) const {
        std::size_t done = 0;
        while (done < length) {
            ssize_t count = ::pread(*fd_, to + done, length - done, static_cast<off_t>(at + done));
            if (count < 0 && errno == EINTR)
                continue;
            if (count <= 0)
                break; // FreeType is told how much there is, and says what it needed it for
            done += static_cast<std::size_t>(count);
        }
        return done;
    }

    /// The bytes read; FreeType also asks for none, to know whether it may seek.
    unsigned long read(std::size_t at, std::uint8_t* to, std::size_t length) {
        if (length == 0)
            return at > stream_.size; // not 0: an error
        std::size_t number = at / block_size, offset = at % block_size;
        if (offset + length > block_size)
            return read_from_disk(at, to, length);
        Block& block = blocks_[number % blocks_.size()];
        if (block.number != number) {
            block.length = read_from_disk(number * block_size, block.bytes.data(), block_size);
            block.number = number;
        }
        length = std::min(length, block.length - std::min(block.length, offset));
        std::copy_n(block.bytes.data() + offset, length, to);
        return length;
    }

    Fd fd_;
    FT_StreamRec stream_{};
    std::array<Block, 8> blocks_;
};

/// 26.6 fixed point to whole pixels, upwards.
int pixels_up(FT_Pos value) {
    return static_cast<int>((value + 63) >> 6);
}

/// What FreeType says of an error; some builds come without texts.
std::string reason(FT_Error error) {
    const char* text = FT_Error_String(error);
    return text ? text : str("FreeType error ", error);
}

} // namespace

struct Font::Impl {
    std::string name;
    FontFile file; // the face reads from here
    Library library;
    Face face;
    int size = 0;

    explicit Impl(const fs::path& path) : name(path.filename().string()), file(path) {}

    void check(FT_Error error, const char* doing) const {
        if (error)
            throw Error(str(name, ": ", doing, ": ", reason(error)));
    }

    void load(std::uint32_t glyph) const {
        check(FT_Load_Glyph(face.get(), glyph, load_flags(size)), "glyph not readable");
        if (face->glyph->format != FT_GLYPH_FORMAT_OUTLINE)
            throw Error(str(name, ": a glyph is not an outline"));
    }

    /// The bitmap is made only if its size is sensible: the font says how large its glyphs are.
    Shape rendered(Glyph& glyph) const {
        FT_BBox box{};
        FT_Glyph_Get_CBox(glyph.raw, FT_GLYPH_BBOX_PIXELS, &box);
        FT_Pos limit = static_cast<FT_Pos>(largest_glyph) * size + 16;
        if (box.xMax - box.xMin > limit || box.yMax - box.yMin > limit ||
            std::abs(box.xMin) > limit || std::abs(box.yMin) > limit)
            throw Error(str(name, ": a glyph is more than ", largest_glyph, " times the size"));
        check(FT_Glyph_To_Bitmap(&glyph.raw, FT_RENDER_MODE_NORMAL, nullptr, 1),
              "glyph not drawable");
        const auto& drawn = *reinterpret_cast<FT_BitmapGlyph>(glyph.raw);
        const FT_Bitmap& bitmap = drawn.bitmap;
        Shape shape{drawn.left, drawn.top,
                    Coverage{{static_cast<int>(bitmap.width), static_cast<int>(bitmap.rows)}}};
        for (unsigned y = 0; y < bitmap.rows; ++y)
            std::copy_n(bitmap.buffer + static_cast<std::ptrdiff_t>(y) * bitmap.pitch, bitmap.width,
                        shape.coverage.row(static_cast<int>(y)));
        return shape;
    }
};

Font::Font(const fs::path& file) : impl_(std::make_unique<Impl>(file)) {
    Impl& font = *impl_;
    FT_Library library = nullptr;
    font.check(FT_Init_FreeType(&library), "FreeType does not start");
    font.library.reset(library);
    FT_Face face = nullptr;
    FT_Open_Args from{};
    from.flags = FT_OPEN_STREAM;
    from.stream = font.file.stream();
    FT_Error error = FT_Open_Face(library, &from, 0, &face);
    if (error)
        throw Error(str(file.string(), ": not a font: ", reason(error)));
    font.face.reset(face);
    if (!FT_IS_SCALABLE(face))
        throw Error(str(file.string(), ": the font has fixed sizes only; use a TrueType or "
                                       "OpenType font"));
    // Fonts of symbols have a map of their own, which stays selected when there is no Unicode map.
    if (FT_Select_Charmap(face, FT_ENCODING_UNICODE) != 0 && !face->charmap)
        throw Error(str(file.string(), ": the font has no table of characters"));
    set_size(16);
}

Font::Font(Font&&) noexcept = default;
Font& Font::operator=(Font&&) noexcept = default;
Font::~Font() = default;

const std::string& Font::name() const {
    return impl_->name;
}

void Font::set_size(int pixels) {
    assert(pixels >= 1 && pixels <= largest_size);
    if (pixels == impl_->size)
        return;
    impl_->check(FT_Set_Pixel_Sizes(impl_->face.get(), 0, static_cast<FT_UInt>(pixels)),
                 "size not available");
    impl_->size = pixels;
}

int Font::size() const {
    return impl_->size;
}

Bytes Font::table(std::uint32_t tag) const {
    FT_ULong length = 0;
    FT_Error error = FT_Load_Sfnt_Table(impl_->face.get(), tag, 0, nullptr, &length);
    if (FT_ERROR_BASE(error) == FT_Err_Table_Missing ||
        FT_ERROR_BASE(error) == FT_Err_Invalid_Face_Handle)
        return {}; // the latter: a format that is not made of tables
    impl_->check(error, "table not readable");
    Bytes bytes(std::min<FT_ULong>(length, largest_file));
    length = static_cast<FT_ULong>(bytes.size());
    if (length > 0)
        impl_->check(FT_Load_Sfnt_Table(impl_->face.get(), tag, 0, bytes.data(), &length),
                     "table not readable");
    return bytes;
}

LineMetrics Font::metrics() const {
    const FT_Size_Metrics& from = impl_->face->size->metrics;
    // A font may claim anything; what is far from its size is not used for layout.
    auto sane = [&](FT_Pos value) { return std::clamp(pixels_up(value), 0, 4 * impl_->size); };
    LineMetrics metrics{sane(from.ascender), sane(-from.descender), sane(from.height)};
    metrics.height = std::max({metrics.height, metrics.ascent + metrics.descent, 1});
    return metrics;
}

std::uint32_t Font::glyph_of(char32_t character) const {
    return FT_Get_Char_Index(impl_->face.get(), character);
}

int Font::advance(std::uint32_t glyph) const {
    impl_->load(glyph);
    FT_Pos limit = static_cast<FT_Pos>(largest_glyph) * impl_->size * 64;
    return static_cast<int>(std::clamp(impl_->face->glyph->advance.x, FT_Pos{0}, limit));
}

int Font::kerning(std::uint32_t left, std::uint32_t right) const {
    if (!FT_HAS_KERNING(impl_->face.get()))
        return 0;
    FT_Vector move{};
    impl_->check(FT_Get_Kerning(impl_->face.get(), left, right, FT_KERNING_UNFITTED, &move),
                 "kerning not readable");
    FT_Pos limit = static_cast<FT_Pos>(impl_->size) * 64;
    return static_cast<int>(std::clamp(move.x, -limit, limit));
}

Shape Font::shape(std::uint32_t glyph) const {
    impl_->load(glyph);
    Glyph copy;
    impl_->check(FT_Get_Glyph(impl_->face->glyph, &copy.raw), "glyph not readable");
    return impl_->rendered(copy);
}

Shape Font::outlined_shape(std::uint32_t glyph, double width) const {
    impl_->load(glyph);
    FT_Stroker raw = nullptr;
    impl_->check(FT_Stroker_New(impl_->library.get(), &raw), "outline not available");
    Stroker stroker{raw};
    FT_Stroker_Set(raw, std::lround(width * 64), FT_STROKER_LINECAP_ROUND,
                   FT_STROKER_LINEJOIN_ROUND, 0);
    Glyph copy;
    impl_->check(FT_Get_Glyph(impl_->face->glyph, &copy.raw), "glyph not readable");
    impl_->check(FT_Glyph_StrokeBorder(&copy.raw, raw, 0, 1), "glyph cannot be outlined");
    return impl_->rendered(copy);
}

} // namespace img
