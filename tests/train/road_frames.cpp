// The frames of a folder like ../shared/data/road/dev, with the masks of their roads.

#include "road_frames.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "foreign/libjpeg.hpp"

#include <cstring>
#include <iostream>
#include <png.h>
#include <stdexcept>

using namespace img;

namespace {

Picture read_png(const std::string& path, ColorSpace space) {
    png_image image;
    std::memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_file(&image, path.c_str()))
        throw std::runtime_error(path + ": " + image.message);
    image.format = space == ColorSpace::gray ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    Picture picture{{static_cast<int>(image.width), static_cast<int>(image.height)}, space};
    if (!png_image_finish_read(&image, nullptr, picture.pixels.data(), 0, nullptr))
        throw std::runtime_error(path + ": " + image.message);
    return picture;
}

Frame read_frame(const std::string& path) {
    if (path.ends_with(".png"))
        return {encode_jpeg(read_png(path, ColorSpace::rgb), 95)};
    return frame_from(read_file(path));
}

Bitmap read_mask(const std::string& path, Size size) {
    const Picture mask = read_png(path, ColorSpace::gray);
    Bitmap road{size};
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            road.row(y)[x] =
                mask.row((2 * y + 1) * mask.size.height /
                         (2 * size.height))[(2 * x + 1) * mask.size.width / (2 * size.width)] > 127;
    return road;
}

} // namespace

std::vector<LabelledFrame> labelled_frames(const std::string& folder) {
    const Bytes text = read_file(folder + "/labels.csv");
    std::vector<LabelledFrame> frames;
    for (std::string_view line : split(text_of(text), '\n')) {
        const std::vector<std::string_view> fields = split(line, ','); // quotes stand only behind
        if (fields.size() < 13 || fields[0] == "split")
            continue;
        LabelledFrame frame{std::string{fields[1]},
                            std::string{fields[2]},
                            std::string{fields[6]},
                            std::string{fields[7]},
                            {},
                            {}};
        try {
            frame.sight = sight_of(read_frame(folder + "/" + frame.file), 1);
            // labels may hold a quoted comma before the mask's column
            for (std::string_view field : fields)
                if (field.starts_with("masks/"))
                    frame.road =
                        read_mask(folder + "/" + std::string{field}, frame.sight.planes.size);
        } catch (const std::exception& error) {
            std::cerr << error.what() << '\n';
            continue;
        }
        frames.push_back(std::move(frame));
    }
    return frames;
}
