// Labelled pictures of roads, in a folder with labels.csv, as they are trained with and scored.

#include "road_pictures.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "foreign/libjpeg.hpp"
#include "frame/archive.hpp"

#include <algorithm>
#include <fstream>
#include <map>

#include <png.h>

namespace img {

namespace {

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

/// A name and polygons a line, with a bar between two: "a.jpg 0,.5 1,.5 1,1 0,1 | ..."
std::map<std::string, std::vector<Polygon>> read_outlines(const std::string& path) {
    std::map<std::string, std::vector<Polygon>> outlines;
    const Bytes text = read_file(path);
    for (std::string_view line : split(text_of(text), '\n')) {
        if (line.empty() || line[0] == '#')
            continue;
        const std::size_t space = line.find(' ');
        for (std::string_view polygon : split(line.substr(space + 1), '|')) {
            Polygon& points = outlines[std::string{line.substr(0, space)}].emplace_back();
            for (std::string_view point : split(trim(polygon), ' ')) {
                const std::vector<std::string_view> parts = split(point, ',');
                points.push_back({parse_double(parts[0]).value(), parse_double(parts[1]).value()});
            }
        }
    }
    return outlines;
}

} // namespace

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

Frame frame_of_picture(const std::string& path) {
    if (!path.ends_with(".png"))
        return frame_from(read_file(path));
    return {encode_jpeg(read_png(path, ColorSpace::rgb), 95)};
}

Bitmap read_bitmap(const std::string& path, Size size) {
    const Picture picture = read_png(path, ColorSpace::gray);
    Bitmap bitmap{size};
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            bitmap.row(y)[x] =
                picture.row(
                    (2 * y + 1) * picture.size.height /
                    (2 * size.height))[(2 * x + 1) * picture.size.width / (2 * size.width)] > 127;
    return bitmap;
}

std::vector<RoadPicture> read_road_pictures(const std::string& folder,
                                            const std::string& outlines) {
    std::map<std::string, std::vector<Polygon>> by_eye;
    if (!outlines.empty())
        by_eye = read_outlines(outlines);
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
        else if (const auto found = by_eye.find(picture.name); found != by_eye.end()) {
            picture.road = filled(found->second, picture.sight.planes.size);
            picture.outlined = true;
        }
        pictures.push_back(std::move(picture));
    }
    return pictures;
}

std::vector<RoadPicture> read_bare_cameras(const std::string& folder, const std::string& outlines) {
    constexpr std::size_t of_each = 4;
    const std::map<std::string, std::vector<Polygon>> by_eye = read_outlines(outlines);
    std::vector<std::string> cameras;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder))
        if (const std::string name = entry.path().filename().string();
            name.ends_with("-day") || name.ends_with("-night"))
            cameras.push_back(name);
    std::sort(cameras.begin(), cameras.end());
    std::vector<RoadPicture> pictures;
    for (const std::string& camera : cameras) {
        const std::vector<ArchiveEntry> all = list_archive(fs::path{folder} / camera, Zone{});
        for (std::size_t i = 0; i < of_each && i < all.size(); ++i) {
            RoadPicture picture;
            picture.name = str("frames/", camera, "/", i);
            picture.camera = camera;
            picture.condition = "clear";
            picture.light = camera.ends_with("-day") ? "day" : "night";
            picture.view = "fixed";
            picture.covered = 0;
            picture.frame = frame_of_picture(all[i * all.size() / of_each].path.string());
            picture.sight = sight_of(picture.frame, 1);
            if (picture.light == "day") {
                picture.road = filled(by_eye.at("frames/" + camera), picture.sight.planes.size);
                picture.outlined = true;
            }
            pictures.push_back(std::move(picture));
        }
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
