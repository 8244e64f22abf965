// Labelled pictures of roads, in a folder with labels.csv, as they are trained with and scored.

#include "road_pictures.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "foreign/libjpeg.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include <png.h>

namespace img {

namespace {

Picture read_png(const std::string& path, ColorSpace space) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_file(&image, path.c_str()))
        throw Error(str(path, ": ", image.message));
    image.format = space == ColorSpace::gray ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    Picture picture{{static_cast<int>(image.width), static_cast<int>(image.height)}, space};
    if (!png_image_finish_read(&image, nullptr, picture.pixels.data(), 0, nullptr))
        throw Error(str(path, ": ", image.message));
    return picture;
}

/// The fields of a line; those in quotes may hold commas.
std::vector<std::string> csv_fields(const std::string& line) {
    std::vector<std::string> fields{""};
    bool quoted = false;
    for (char c : line)
        if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            fields.emplace_back();
        else if (c != '\r')
            fields.back() += c;
    return fields;
}

using Row = std::map<std::string, std::string>;

std::vector<Row> read_labels(const std::string& path) {
    std::ifstream file{path};
    std::string line;
    if (!std::getline(file, line))
        throw Error(str(path, ": there are no labels"));
    const std::vector<std::string> names = csv_fields(line);
    std::vector<Row> rows;
    while (std::getline(file, line)) {
        std::vector<std::string> fields = csv_fields(line);
        fields.resize(names.size());
        Row& row = rows.emplace_back();
        for (std::size_t i = 0; i < names.size(); ++i)
            row[names[i]] = fields[i];
    }
    return rows;
}

/// "0,.5 1,.5 1,1"
Polygon polygon_of(const std::string& text) {
    Polygon polygon;
    std::istringstream points{text};
    for (std::string point; points >> point;) {
        const std::size_t comma = point.find(',');
        polygon.push_back({std::stod(point.substr(0, comma)), std::stod(point.substr(comma + 1))});
    }
    return polygon;
}

} // namespace

Frame frame_of_picture(const std::string& path) {
    if (!path.ends_with(".png"))
        return frame_from(read_file(path));
    return {encode_jpeg(read_png(path, ColorSpace::rgb), 95)};
}

Bitmap read_bitmap(const std::string& path, Size size) {
    const Picture picture = read_png(path, ColorSpace::gray);
    Bitmap bitmap{size};
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
            const int left = x * picture.size.width / size.width;
            const int top = y * picture.size.height / size.height;
            const int right = std::max(left + 1, (x + 1) * picture.size.width / size.width);
            const int bottom = std::max(top + 1, (y + 1) * picture.size.height / size.height);
            int bright = 0;
            for (int row = top; row < bottom; ++row)
                for (int column = left; column < right; ++column)
                    bright += picture.row(row)[column] > 127;
            bitmap.row(y)[x] = bright * 2 > (right - left) * (bottom - top);
        }
    return bitmap;
}

std::vector<RoadPicture> read_road_pictures(const std::string& folder,
                                            const std::string& outlines) {
    std::map<std::string, std::string> drawn;
    if (!outlines.empty())
        for (Row& row : read_labels(outlines))
            drawn[row["file"]] = row["outline"];
    std::vector<RoadPicture> pictures;
    for (Row& row : read_labels(folder + "/labels.csv")) {
        RoadPicture picture;
        picture.name = row["file"];
        picture.camera = row["camera"].empty() ? row["file"] : row["camera"];
        picture.condition = row["condition"];
        picture.light = row["light"];
        picture.view = row["view"];
        picture.covered = parse_double(row["snow_frac_eye"]);
        picture.frame = frame_of_picture(folder + "/" + row["file"]);
        picture.sight = sight_of(picture.frame, 1);
        if (!row["mask"].empty())
            picture.road = read_bitmap(folder + "/" + row["mask"], picture.sight.planes.size);
        else if (drawn.contains(picture.name))
            picture.road = filled({polygon_of(drawn[picture.name])}, picture.sight.planes.size);
        pictures.push_back(std::move(picture));
    }
    return pictures;
}

std::vector<RoadPicture> read_drawn_pictures(const std::string& folder) {
    std::vector<RoadPicture> pictures;
    for (Row& row : read_labels(folder + "/labels.csv")) {
        RoadPicture picture;
        const std::string& camera = row["camera"];
        const bool number = camera.find_first_not_of("0123456789") == std::string::npos;
        picture.name = row["file"];
        picture.camera = str(number ? "HE" : "", camera);
        picture.light = row["night"] == "0" ? "day" : "night";
        picture.condition =
            row["state"].starts_with("night-") ? row["state"].substr(6) : row["state"];
        picture.view = "fixed";
        picture.covered = parse_double(row["coverage"]);
        picture.frame = frame_of_picture(folder + "/" + row["file"]);
        picture.sight = sight_of(picture.frame, 1);
        picture.road = read_bitmap(folder + "/" + camera + "_mask.png", picture.sight.planes.size);
        pictures.push_back(std::move(picture));
    }
    return pictures;
}

} // namespace img
