// What is learned of one fixed camera from many of its frames: where its road is, and how it looks.
#pragma once

#include "verb/road/bitmap.hpp"
#include "verb/road/camera_state.hpp"
#include "verb/road/reference.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace img {

/// What the caller believes of the road in a frame.
enum class Ground {
    bare,   ///< references may be learned from it
    unsure, ///< snow may lie there: it shows traffic only
};

/// Learns from all frames twice, in the same order: first what does not move, then what does, and
/// how the bare road looks. Frames may be seconds or hours apart. The same frames give the same
/// state. Holds up to 40 frames' luma for each light: some 11 MB at 16:9, 35 MB at most.
class CameraLearner {
public:
    /// First, of every frame. Throws Error when it has another shape than the first one.
    void look(const Sight& sight);
    /// Then, of every frame again.
    void look_again(const Sight& sight, Ground ground);
    /// What is known now. It has no region where the traffic was too little to tell; there was a
    /// frame at least.
    CameraState learned(const std::string& camera) const;

private:
    using Counts = std::vector<std::uint16_t>;

    /// What does not move in one light.
    struct Background {
        std::vector<std::uint8_t> low, middle, high; ///< of 3 x 3 samples the lowest and highest
        std::vector<std::uint8_t> least;             ///< difference that counts, in levels
    };

    void check_shape(const Sight& sight);
    void end_first_look();
    void add_colours(const Sight& sight, const Bitmap& moving, double brighter);
    void count_traffic(const Sight& sight, const Background& background);

    Size full_, size_;
    std::array<PlaneStack, 4> first_;
    std::array<std::optional<Background>, 4> backgrounds_;
    std::size_t main_light_ = 0; ///< that most frames are in
    bool looks_again_ = false;
    int frames_ = 0, vehicles_ = 0;
    /// How often something moved at a sample, in even and in odd frames.
    std::array<Counts, 2> moved_;
    /// Sums in the main light, where nothing moved, and how many are in them.
    std::array<std::vector<std::uint32_t>, 3> colours_;
    Counts coloured_;
    std::array<ReferenceMaker, 4> makers_;
};

/// The road by its traffic: `moved` counts how often something moved at each sample, `ground` is
/// what does not move. Parts that are seldom crossed but look as what is often crossed, and are
/// near it, belong to it. Nothing is inside where nothing moved more than elsewhere.
Bitmap road_by_traffic(const std::vector<std::uint16_t>& moved, const Planes& ground);

} // namespace img
