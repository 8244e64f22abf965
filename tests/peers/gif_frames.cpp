// What giflib finds in a GIF: `gif_frames IN.gif OUT.rgba` writes each frame as it is shown, as
// RGBA, and prints how long it is shown, in ms.

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <gif_lib.h>
#include <memory>
#include <vector>

namespace {

using Rgba = std::vector<std::uint8_t>;

/// Draws image `image` with its colours, all but the transparent one, on the canvas.
void draw(const GifFileType& file, const SavedImage& image, int transparent, Rgba& canvas) {
    const GifImageDesc& area = image.ImageDesc;
    const ColorMapObject* colors = area.ColorMap != nullptr ? area.ColorMap : file.SColorMap;
    for (int y = 0; y < area.Height; ++y)
        for (int x = 0; x < area.Width; ++x) {
            int index = image.RasterBits[y * area.Width + x];
            if (index == transparent)
                continue;
            const GifColorType color = colors->Colors[index];
            std::uint8_t* pixel =
                &canvas[static_cast<std::size_t>((area.Top + y) * file.SWidth + area.Left + x) * 4];
            pixel[0] = color.Red;
            pixel[1] = color.Green;
            pixel[2] = color.Blue;
            pixel[3] = 255;
        }
}

void clear(const GifFileType& file, const GifImageDesc& area, Rgba& canvas) {
    for (int y = 0; y < area.Height; ++y)
        for (int x = 0; x < area.Width * 4; ++x)
            canvas[static_cast<std::size_t>((area.Top + y) * file.SWidth + area.Left) * 4 +
                   static_cast<std::size_t>(x)] = 0;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3)
        return 2;
    int error = 0;
    const auto close = [](GifFileType* file) { DGifCloseFile(file, nullptr); };
    const std::unique_ptr<GifFileType, decltype(close)> file(DGifOpenFileName(argv[1], &error),
                                                             close);
    if (!file || DGifSlurp(file.get()) != GIF_OK) {
        std::fprintf(stderr, "%s: %s\n", argv[1], GifErrorString(file ? file->Error : error));
        return 1;
    }
    std::ofstream out(argv[2], std::ios::binary);
    Rgba canvas(static_cast<std::size_t>(file->SWidth * file->SHeight) * 4);
    for (int i = 0; i < file->ImageCount; ++i) {
        const SavedImage& image = file->SavedImages[i];
        GraphicsControlBlock control{};
        control.TransparentColor = NO_TRANSPARENT_COLOR;
        DGifSavedExtensionToGCB(file.get(), i, &control);
        const Rgba before = canvas;
        draw(*file, image, control.TransparentColor, canvas);
        out.write(reinterpret_cast<const char*>(canvas.data()),
                  static_cast<std::streamsize>(canvas.size()));
        std::printf("%d\n", control.DelayTime * 10);
        if (control.DisposalMode == DISPOSE_BACKGROUND)
            clear(*file, image.ImageDesc, canvas);
        if (control.DisposalMode == DISPOSE_PREVIOUS)
            canvas = before;
    }
    return out.flush() ? 0 : 1;
}
