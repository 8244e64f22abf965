// What becomes of the samples of an MCU under ink.
#pragma once

#include "verb/stamp/artwork.hpp"
#include "verb/stamp/jpeg_scan.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace img {

/// A value for each component, centred: a sample less 128.
using ComponentValues = std::array<float, most_components>;

/// A colour in the components of a picture. The weights are BT.601's, full range, as in JFIF 1.02.
ComponentValues values_of(Color color, ColorModel model);

/// A shape on an MCU.
struct McuInk {
    const std::shared_ptr<const Shape>* shape;
    int x, y; ///< of the shape's top left corner, in pixels from the MCU's
    Color color;
};

/// For the blocks of one component, row by row.
struct InkPlane {
    std::vector<std::uint8_t> rest; ///< how many of 255 parts of what is below the ink stay
    /// What the ink adds to a sample that is centred on 0, and 128; empty where that is nothing.
    std::vector<std::uint8_t> ink;
    std::uint16_t inked = 0; ///< bit i: ink is on the i-th block, row by row
};

struct InkMask {
    std::array<InkPlane, most_components> planes;
    std::uint64_t id = 0;                             ///< of no other mask; 0: it is not kept
    std::vector<std::shared_ptr<const Shape>> shapes; ///< the cache tells them by their address
};

/// Masks that were drawn already: the same letters stand at the same places in frame after frame.
/// Those of the first frame are not kept, as there may be no second one.
class InkMaskCache {
public:
    /// From now on for the MCUs of this frame.
    void turn_to(const JpegScan& scan);
    /// Valid until the next call.
    const InkMask& mask_of(std::span<const McuInk> inks);

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };

    void draw(std::span<const McuInk> inks, InkMask& mask);
    void cover(const McuInk& ink, const ComponentValues& values);
    bool alike(std::size_t one, std::size_t other) const;
    void draw_plane(std::size_t component, InkPlane& plane) const;

    JpegScan scan_;
    std::unordered_map<std::string, InkMask, Hash, std::equal_to<>> masks_;
    std::string key_;
    std::uint64_t last_id_ = 0;
    std::size_t frames_ = 0;
    InkMask passing_; ///< one that is not kept
    // Of the mask that is drawn, at the full resolution of an MCU, as in InkPlane:
    std::vector<std::uint8_t> rest_;
    std::array<std::vector<std::uint8_t>, most_components> ink_;
    std::uint32_t inked_ = 0; ///< cells of 8 x 8 samples, row by row
};

} // namespace img
