// Reads animated GIFs with giflib, for tests that look at what was written.
#pragma once

#include "base/bytes.hpp"
#include "base/picture.hpp"
#include "foreign/giflib.hpp"
#include "verb/gif/code_writer.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gif_lib.h>

namespace img {

struct ReadImage {
    Area area;
    int centiseconds = -1;
    int disposal = -1;
    std::optional<std::uint8_t> transparent;
    Bytes indices;
    std::string comment = "";
    std::vector<Color> palette = {}; ///< its own, if it has one
};

struct GifAnimation {
    Size size;
    std::vector<Color> palette;
    std::optional<int> repeats;
    std::vector<ReadImage> images;

    /// What a viewer shows in RGB while the last of the first `count` images stands.
    Picture shown(std::size_t count) const {
        Picture canvas{size, ColorSpace::rgb};
        for (std::size_t i = 0; i < count; ++i) {
            const ReadImage& image = images.at(i);
            for (std::size_t at = 0; at < image.indices.size(); ++at) {
                if (image.transparent == image.indices[at])
                    continue;
                int x = image.area.left + static_cast<int>(at) % image.area.width;
                int y = image.area.top + static_cast<int>(at) / image.area.width;
                Color color =
                    (image.palette.empty() ? palette : image.palette).at(image.indices[at]);
                std::uint8_t* pixel = canvas.row(y) + x * 3;
                pixel[0] = color.red;
                pixel[1] = color.green;
                pixel[2] = color.blue;
            }
        }
        return canvas;
    }
    /// How long it is, in hundredths of a second.
    int duration() const {
        int sum = 0;
        for (const ReadImage& image : images)
            sum += image.centiseconds;
        return sum;
    }
};

/// These indices in LZW, the plain way: the longest code each time, and no clear code in between.
inline Bytes lzw_codes(const Bytes& indices, std::size_t colors) {
    const int bits = symbol_bits(colors);
    const unsigned clear = 1U << bits;
    std::map<std::pair<unsigned, std::uint8_t>, unsigned> codes;
    unsigned next = clear + 2;
    int width = bits + 1;
    CodeWriter writer;
    writer.put(clear, width);
    for (std::size_t at = 0; at < indices.size();) {
        unsigned code = indices[at++];
        for (; at < indices.size() && codes.contains({code, indices[at]}); ++at)
            code = codes.at({code, indices[at]});
        writer.put(code, width);
        if (at == indices.size())
            break;
        if (next < 4096)
            codes[{code, indices[at]}] = next++;
        // Codes grow when the decoder, which is one behind, has as many.
        if (next - 1 == 1U << width && width < 12)
            ++width;
    }
    if (next == 1U << width && width < 12) // now it has all
        ++width;
    writer.put(clear + 1, width);
    return writer.take();
}

/// The GIF in `bytes`; the test fails when it is not a whole one.
inline GifAnimation read_gif(ByteView bytes) {
    struct Source {
        ByteView left;
        static int read(GifFileType* file, GifByteType* to, int room) {
            ByteView& left = static_cast<Source*>(file->UserData)->left;
            std::size_t count = std::min(left.size(), static_cast<std::size_t>(room));
            std::copy_n(left.begin(), count, to);
            left = left.subspan(count);
            return static_cast<int>(count);
        }
    } source{bytes};
    int code = 0;
    GifFileType* file = DGifOpen(&source, &Source::read, &code);
    REQUIRE_MESSAGE(file, GifErrorString(code));
    REQUIRE(DGifSlurp(file) == GIF_OK);
    REQUIRE(source.left.empty());
    REQUIRE(bytes.back() == 0x3B);

    auto colors_of = [](const ColorMapObject* map) {
        std::vector<Color> colors;
        for (int i = 0; map && i < map->ColorCount; ++i)
            colors.push_back({map->Colors[i].Red, map->Colors[i].Green, map->Colors[i].Blue});
        return colors;
    };
    GifAnimation gif;
    gif.palette = colors_of(file->SColorMap);
    gif.size = {file->SWidth, file->SHeight};
    for (int i = 0; i < file->ImageCount; ++i) {
        const SavedImage& saved = file->SavedImages[i];
        const GifImageDesc& place = saved.ImageDesc;
        ReadImage image{{place.Left, place.Top, place.Width, place.Height}, -1, -1, {}, {}, {}, {}};
        image.palette = colors_of(place.ColorMap);
        image.indices.assign(saved.RasterBits, saved.RasterBits + place.Width * place.Height);
        bool in_comment = false;
        for (int k = 0; k < saved.ExtensionBlockCount; ++k) {
            const ExtensionBlock& block = saved.ExtensionBlocks[k];
            std::string_view text{reinterpret_cast<const char*>(block.Bytes),
                                  static_cast<std::size_t>(block.ByteCount)};
            if (block.Function == COMMENT_EXT_FUNC_CODE)
                in_comment = true;
            else if (block.Function != CONTINUE_EXT_FUNC_CODE)
                in_comment = false;
            if (in_comment)
                image.comment += text;
            if (block.Function == APPLICATION_EXT_FUNC_CODE && text == "NETSCAPE2.0")
                gif.repeats = saved.ExtensionBlocks[k + 1].Bytes[1] |
                              saved.ExtensionBlocks[k + 1].Bytes[2] << 8;
        }
        GraphicsControlBlock control;
        if (DGifSavedExtensionToGCB(file, i, &control) == GIF_OK) {
            image.centiseconds = control.DelayTime;
            image.disposal = control.DisposalMode;
            if (control.TransparentColor != NO_TRANSPARENT_COLOR)
                image.transparent = static_cast<std::uint8_t>(control.TransparentColor);
        }
        gif.images.push_back(std::move(image));
    }
    DGifCloseFile(file, &code);
    return gif;
}

} // namespace img
