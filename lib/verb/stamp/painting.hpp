// An artwork on the blocks of one JPEG: which MCUs it touches, and what becomes of their blocks.
#pragma once

#include "verb/stamp/artwork.hpp"
#include "verb/stamp/dct.hpp"
#include "verb/stamp/ink_mask.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace img {

/// What becomes of a block: each of its samples is multiplied by `keep`, and `add` is added; then
/// the cover, where there is one (its `rest` is not null), is laid on it.
struct BlockChange {
    float keep = 1, add = 0;
    Cover cover;
};

/// Prepared once for a frame. Panels are extended outwards to whole MCUs, so that outside of them
/// no sample of any component is changed; inks change the blocks that they touch.
class Painting {
public:
    Painting(const JpegScan& scan, const Artwork& artwork, InkMaskCache& masks);

    /// What is touched, in order, apart from one another.
    const std::vector<McuRun>& runs() const { return runs_; }

    /// Turns to an MCU; best in the order of the scan.
    void enter(std::int64_t mcu);
    /// Whether nothing of the entered MCU is seen through the artwork.
    bool opaque() const { return keep_ == 0; }
    /// Whether MCUs that look like the entered one can be told.
    bool comes_again() const;
    /// The same text for opaque MCUs that look the same.
    std::string look() const;
    /// Of a block of the entered MCU, told by its place among those of its component there. Valid
    /// until the next MCU is entered.
    BlockChange change(std::size_t component, int x, int y) const;

private:
    struct Spot {
        std::shared_ptr<const Shape> shape;
        Rectangle area;
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

    Rectangle mcus_under(const Rectangle& area) const;
    void find_runs();
    void lay_washes(int x, int y);
    void lay_inks(std::int64_t mcu, int left, int top);

    const JpegScan& scan_;
    InkMaskCache& masks_;
    std::vector<Wash> washes_;
    std::vector<Spot> spots_;
    std::vector<Touch> touches_;
    std::vector<McuRun> runs_;
    std::size_t next_touch_ = 0;
    std::vector<McuInk> inks_;

    // Of the entered MCU:
    float keep_ = 1;
    ComponentValues add_{};
    const InkMask* mask_ = nullptr; ///< null: no ink is on it
};

} // namespace img
