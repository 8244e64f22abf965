// HarfBuzz: letters to the shapes that they take beside each other.

#include "foreign/harfbuzz.hpp"

#include "base/error.hpp"
#include "foreign/shared_library.hpp"

#include <algorithm>
#include <exception>
#include <optional>

#include <hb-ot.h>
#include <hb.h>

namespace img {

namespace {

/// What a glyph may move by, in sizes of the font: as for the shapes themselves.
constexpr int most_sizes = 16;

struct Library {
    void* library;
    IMG_FUNCTION(library, hb_blob_create);
    IMG_FUNCTION(library, hb_blob_get_empty);
    IMG_FUNCTION(library, hb_buffer_add_utf32);
    IMG_FUNCTION(library, hb_buffer_create);
    IMG_FUNCTION(library, hb_buffer_destroy);
    IMG_FUNCTION(library, hb_buffer_get_glyph_infos);
    IMG_FUNCTION(library, hb_buffer_get_glyph_positions);
    IMG_FUNCTION(library, hb_buffer_reset);
    IMG_FUNCTION(library, hb_buffer_set_direction);
    IMG_FUNCTION(library, hb_buffer_set_language);
    IMG_FUNCTION(library, hb_buffer_set_script);
    IMG_FUNCTION(library, hb_face_create_for_tables);
    IMG_FUNCTION(library, hb_face_destroy);
    IMG_FUNCTION(library, hb_font_create);
    IMG_FUNCTION(library, hb_font_destroy);
    IMG_FUNCTION(library, hb_font_set_scale);
    IMG_FUNCTION(library, hb_language_from_string);
    IMG_FUNCTION(library, hb_ot_font_set_funcs);
    IMG_FUNCTION(library, hb_shape);
    IMG_FUNCTION(library, hb_unicode_funcs_get_default);
    IMG_FUNCTION(library, hb_unicode_script);
};

/// The library, loaded when first asked for: linking it would cost every start of the program,
/// for text that hardly any picture has. nullptr when it is not there, or too old.
const Library* harfbuzz() {
    static const std::optional<Library> loaded = []() -> std::optional<Library> {
        try {
            return Library{open_library("libharfbuzz.so.0", " is not installed")};
        } catch (const Error&) {
            return std::nullopt;
        }
    }();
    return loaded ? &*loaded : nullptr;
}

struct DestroyBuffer {
    void operator()(hb_buffer_t* buffer) const { harfbuzz()->hb_buffer_destroy(buffer); }
};
struct DestroyFace {
    void operator()(hb_face_t* face) const { harfbuzz()->hb_face_destroy(face); }
};
struct DestroyFont {
    void operator()(hb_font_t* font) const { harfbuzz()->hb_font_destroy(font); }
};

} // namespace

struct Shaper::Impl {
    const Library& hb;
    const Font& font;
    std::exception_ptr failure; ///< of reading a table; exceptions cannot pass the library
    std::unique_ptr<hb_face_t, DestroyFace> face;
    std::unique_ptr<hb_font_t, DestroyFont> sized;
    std::unique_ptr<hb_buffer_t, DestroyBuffer> buffer;

    explicit Impl(const Font& font_)
        : hb(*harfbuzz()), font(font_), face(hb.hb_face_create_for_tables(
                                            [](hb_face_t*, hb_tag_t tag, void* self) {
                                                return static_cast<Impl*>(self)->table(tag);
                                            },
                                            this, nullptr)),
          sized(hb.hb_font_create(face.get())), buffer(hb.hb_buffer_create()) {
        hb.hb_ot_font_set_funcs(sized.get());
    }

    /// A copy that the library frees; it asks for each table once.
    hb_blob_t* table(hb_tag_t tag) {
        try {
            auto bytes = std::make_unique<Bytes>(font.table(tag));
            if (bytes->empty())
                return hb.hb_blob_get_empty();
            const Bytes& kept = *bytes;
            return hb.hb_blob_create(
                reinterpret_cast<const char*>(kept.data()), static_cast<unsigned>(kept.size()),
                HB_MEMORY_MODE_READONLY, bytes.release(),
                [](void* owned) { std::default_delete<Bytes>{}(static_cast<Bytes*>(owned)); });
        } catch (...) {
            failure = std::current_exception();
            return hb.hb_blob_get_empty();
        }
    }

    hb_script_t script_of(char32_t character) const {
        return hb.hb_unicode_script(hb.hb_unicode_funcs_get_default(), character);
    }

    /// The length of the part of a run, from `begin`, that is of one script; what belongs to every
    /// script or to that of the letter before goes with it.
    std::size_t part_length(std::u32string_view run, std::size_t begin, hb_script_t& script) const {
        script = HB_SCRIPT_COMMON;
        std::size_t end = begin;
        for (; end < run.size(); ++end) {
            hb_script_t own = script_of(run[end]);
            if (own == HB_SCRIPT_COMMON || own == HB_SCRIPT_INHERITED || own == script)
                continue;
            if (script != HB_SCRIPT_COMMON)
                break;
            script = own;
        }
        return end - begin;
    }

    void shape_part(std::u32string_view run, std::size_t begin, std::size_t length,
                    hb_script_t script, TextDirection direction, std::vector<ShapedGlyph>& out) {
        hb.hb_buffer_reset(buffer.get());
        // The whole run is handed over: letters join with those around the part.
        hb.hb_buffer_add_utf32(buffer.get(), reinterpret_cast<const std::uint32_t*>(run.data()),
                               static_cast<int>(run.size()), static_cast<unsigned>(begin),
                               static_cast<int>(length));
        hb.hb_buffer_set_direction(buffer.get(), direction == TextDirection::right_to_left
                                                     ? HB_DIRECTION_RTL
                                                     : HB_DIRECTION_LTR);
        hb.hb_buffer_set_script(buffer.get(), script);
        hb.hb_buffer_set_language(buffer.get(), hb.hb_language_from_string("und", -1));
        hb.hb_shape(sized.get(), buffer.get(), nullptr, 0);
        if (failure)
            std::rethrow_exception(failure); // and again next time: the table counts as empty
        unsigned count = 0;
        const hb_glyph_info_t* infos = hb.hb_buffer_get_glyph_infos(buffer.get(), &count);
        const hb_glyph_position_t* positions =
            hb.hb_buffer_get_glyph_positions(buffer.get(), &count);
        const int limit = most_sizes * font.size() * 64;
        auto sane = [&](hb_position_t value) { return std::clamp(value, -limit, limit); };
        for (unsigned i = 0; i < count; ++i)
            out.push_back({infos[i].codepoint, infos[i].cluster,
                           std::max(0, sane(positions[i].x_advance)), sane(positions[i].x_offset),
                           sane(positions[i].y_offset)});
    }
};

bool Shaper::available() {
    return harfbuzz() != nullptr;
}

Shaper::Shaper(const Font& font) : impl_(std::make_unique<Impl>(font)) {}
Shaper::Shaper(Shaper&&) noexcept = default;
Shaper::~Shaper() = default;

std::vector<ShapedGlyph> Shaper::shape(std::u32string_view run, TextDirection direction) {
    Impl& shaper = *impl_;
    const int scale = shaper.font.size() * 64;
    shaper.hb.hb_font_set_scale(shaper.sized.get(), scale, scale);
    struct Part {
        std::size_t begin, length;
        hb_script_t script;
    };
    std::vector<Part> parts;
    for (std::size_t begin = 0; begin < run.size(); begin += parts.back().length) {
        Part part{begin, 0, HB_SCRIPT_COMMON};
        part.length = shaper.part_length(run, begin, part.script);
        parts.push_back(part);
    }
    if (direction == TextDirection::right_to_left)
        std::reverse(parts.begin(), parts.end());
    std::vector<ShapedGlyph> glyphs;
    for (const Part& part : parts)
        shaper.shape_part(run, part.begin, part.length, part.script, direction, glyphs);
    return glyphs;
}

} // namespace img
