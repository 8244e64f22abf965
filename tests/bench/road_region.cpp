// How well the road is found in single frames: overlaps with masks, and what it costs.
//
//     road_region DEV [VIEWS]     DEV is laid out as ../shared/data/road/dev; with VIEWS, boundary
//                                 pictures of all frames of fixed cameras are left there

#include "base/file.hpp"
#include "foreign/libjpeg.hpp"
#include "road_pictures.hpp"
#include "verb/road/region.hpp"
#include "verb/road/view.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>

using namespace img;

namespace {

struct Mean {
    double sum = 0;
    int count = 0;
    void add(double value) { sum += value, ++count; }
    double value() const { return count ? sum / count : 0; }
};

/// CPU milliseconds that the region of one frame takes.
double cost_of(const Sight& sight) {
    constexpr int times = 5;
    const std::clock_t begin = std::clock();
    for (int i = 0; i < times; ++i)
        region_in_frame(sight);
    return 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC / times;
}

void leave_view(const RoadPicture& frame, const Region& region, const std::string& folder) {
    std::string name = frame.name;
    std::replace(name.begin(), name.end(), '/', '_');
    const Bytes view =
        encode_jpeg(boundary_picture(frame.sight.planes, region.bitmap, nullptr), 90);
    std::ofstream(folder + "/" + name + ".jpg", std::ios::binary) << text_of(view);
}

} // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        std::cerr << "usage: road_region DEV [VIEWS]\n";
        return 2;
    }
    std::array<Mean, 3> clear, all;
    Mean cost, off;
    std::printf("%-34s %-9s %6s %6s %6s %6s\n", "fixed camera", "source", "frame", "trapez",
                "compat", "conf");
    for (const RoadPicture& frame : read_road_pictures(arguments[1])) {
        if (frame.view != "fixed")
            continue;
        const Region region = region_in_frame(frame.sight);
        cost.add(cost_of(frame.sight));
        if (count > 2)
            leave_view(frame, region, arguments[2]);
        if (!frame.road)
            continue;
        const Size size = frame.sight.planes.size;
        const std::array<Region, 3> regions{region, perspective_trapezoid(size),
                                            compat_trapezoid(size)};
        std::array<double, 3> overlap{};
        for (std::size_t i = 0; i < regions.size(); ++i) {
            overlap[i] = intersection_over_union(regions[i].bitmap, *frame.road);
            all[i].add(overlap[i]);
            if (frame.name.starts_with("clear/"))
                clear[i].add(overlap[i]);
        }
        off.add(std::abs(region.confidence - overlap[0]));
        std::printf("%-34s %-9s %6.3f %6.3f %6.3f %6.3f\n", frame.name.c_str(),
                    std::string{word_for(region.source)}.c_str(), overlap[0], overlap[1],
                    overlap[2], region.confidence);
    }
    std::printf("mean IoU, clear (%d)  frame %.3f  trapezoid %.3f  compat %.3f\n", clear[0].count,
                clear[0].value(), clear[1].value(), clear[2].value());
    std::printf("mean IoU, all (%d)    frame %.3f  trapezoid %.3f  compat %.3f\n", all[0].count,
                all[0].value(), all[1].value(), all[2].value());
    std::printf("confidence is off by %.3f; %.2f ms CPU a frame\n", off.value(), cost.value());
}
