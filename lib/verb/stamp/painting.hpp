// An artwork on the blocks of one JPEG: which MCUs it touches, and their new coefficients.
#pragma once

#include "verb/stamp/artwork.hpp"
#include "verb/stamp/dct.hpp"
#include "verb/stamp/jpeg_scan.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace img {

/// A value for each component, centred: a sample less 128.
using ComponentValues = std::array<float, most_components>;

/// A colour in the components of a picture. The weights are BT.601's, full range, as in JFIF 1.02.
ComponentValues values_of(Color color, ColorModel model);

/// What becomes of a block: each of its samples is multiplied by `keep` and `add` is added.
struct BlockChange {
    /// By the same two numbers everywhere, when `keeps` is null.
    float keep = 1, add = 0;
    /// Else by numbers of its own for each sample: eight rows of eight, `stride` apart. Where
    /// nothing is added, `adds` is null.
    const float *keeps = nullptr, *adds = nullptr;
    std::size_t stride = 0;
};

/// Prepared once for a frame. Panels are extended outwards to whole MCUs, so that outside of them
/// no sample of any component is changed; inks change the blocks that they touch.
class Painting {
public:
    Painting(const JpegScan& scan, const Artwork& artwork);

    /// What is touched, in order, apart from one another.
    const std::vector<McuRun>& runs() const { return runs_; }

    /// Turns to an MCU; best in the order of the scan.
    void enter(std::int64_t mcu);
    /// Whether nothing of the entered MCU is seen through the artwork.
    bool opaque() const { return keep_ == 0; }
    /// The same text for MCUs that look the same when they are opaque, as long as `shapes()` live.
    std::string look() const;
    std::vector<std::shared_ptr<const Shape>> shapes() const;
    /// Of a block of the entered MCU, told by its place among those of its component there. Valid
    /// until the next MCU is entered.
    BlockChange change(std::size_t component, int x, int y);

private:
    struct Spot {
        std::shared_ptr<const Shape> shape;
        Rectangle area;
        ComponentValues values;
        Color color;
    };
    struct Wash {
        Rectangle area; ///< in MCUs
        ComponentValues values;
        float opacity;
    };
    /// Ink on an MCU.
    struct Touch {
        std::int64_t mcu;
        std::uint32_t spot;
        bool operator<(const Touch& other) const {
            return mcu != other.mcu ? mcu < other.mcu : spot < other.spot;
        }
    };
    /// keep and add of each sample of an MCU, for components of one sampling.
    struct Plane {
        std::vector<float> keep;
        std::array<std::vector<float>, most_components> add;
    };

    Rectangle mcus_under(const Rectangle& area) const;
    void find_runs();
    void draw_spots();
    bool inked(const Rectangle& area) const;
    void reduce(const JpegComponent& component);

    const JpegScan& scan_;
    std::vector<Wash> washes_;
    std::vector<Spot> spots_;
    std::vector<Touch> touches_;
    std::vector<McuRun> runs_;

    // Of the entered MCU:
    int left_ = 0, top_ = 0; ///< its place in pixels
    std::span<const Touch> touching_;
    std::size_t next_touch_ = 0;
    float keep_ = 1;
    ComponentValues add_{};
    bool drawn_ = false;            ///< full_ is made
    std::array<bool, 4> colored_{}; ///< components in which something is added
    Plane full_, reduced_;
    int reduced_for_ = 0; ///< the sampling factors that reduced_ is made for; 0: none
};

} // namespace img
