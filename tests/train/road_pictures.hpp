// Labelled pictures of roads, in a folder with labels.csv, as they are trained with and scored.
#pragma once

#include "frame/frame.hpp"
#include "verb/road/bitmap.hpp"
#include "verb/road/sight.hpp"

#include <optional>
#include <string>
#include <vector>

namespace img {

struct RoadPicture {
    std::string name, camera;
    std::string condition; ///< clear, wet, snow-light, snow-moderate, snow-heavy, ice, unknown, ...
    std::string light;     ///< day, dusk, night
    std::string view;      ///< fixed, ground, dash
    std::optional<double> covered; ///< share of the road under snow, 0 to 1
    Frame frame;                   ///< as it came, or encoded of a PNG
    Sight sight;
    std::optional<Bitmap> road; ///< of the sight's size
    bool outlined = false;      ///< the road was outlined by eye, for training only

    bool fixed_by_day() const { return view == "fixed" && light == "day"; }
};

/// The real pictures of `folder`/labels.csv, in its order. Where it has no picture of the road,
/// the file of `outlines` may: lines of a name and polygons.
std::vector<RoadPicture> read_road_pictures(const std::string& folder,
                                            const std::string& outlines = {});
/// By day, some of the pictures in each directory NAME-day of `folder`: cameras that never see
/// snow. `outlines` has their roads as frames/NAME-day.
std::vector<RoadPicture> read_bare_cameras(const std::string& folder, const std::string& outlines);
/// The drawn ones, whose coverage is exact.
std::vector<RoadPicture> read_drawn_pictures(const std::string& folder);

Picture read_png(const std::string& path, ColorSpace space);
/// A JPEG as it is; of a PNG, a JPEG of quality 95.
Frame frame_of_picture(const std::string& path);
/// A PNG whose bright pixels are the road, in the size of a sight.
Bitmap read_bitmap(const std::string& path, Size size);

} // namespace img
