// Finds for each part of a fixed camera's picture how long it shows the same.
#pragma once

#include "base/planes.hpp"
#include "verb/gif/tone.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace img {

/// The side of the blocks that a picture is cut into, in pixels.
constexpr int block_side = 8;

/// What is to be shown at a frame's time.
struct StillPicture {
    Size size;
    /// Y, Cb and Cr in 1/8 levels: of each block the mean over the frames for which it is shown.
    std::array<std::vector<std::int16_t>, 3> means;
    /// By blocks, row by row: for how many frames it is shown, as far as is known, if it is to be
    /// drawn anew; 0 if it stays.
    std::vector<std::uint8_t> fresh;
    std::vector<std::uint8_t> luma; ///< the frame's own, which is the source

    int blocks_across() const { return (size.width + block_side - 1) / block_side; }
    int blocks_down() const { return (size.height + block_side - 1) / block_side; }
};

/// Takes frames, and gives them back cleaner: block by block, the sequence is cut into the periods
/// for which squared error plus a price for each period is least (a Potts model; solved exactly by
/// dynamic programming over the frames it sees at a time), and each period shows its mean. Noise
/// costs nothing where nothing moves, and a change that is worth the price is always shown.
class StillPeriods {
public:
    /// The most frames that are seen at a time.
    static constexpr std::size_t reach = 4;

    /// `price` of a new period, as a squared error in levels, the mean over a block's pixels. It is
    /// higher where a block is busy, up to four times, and where there is more noise.
    StillPeriods(Size size, double price);

    bool full() const { return held_ == reach; }
    bool empty() const { return held_ == 0; }
    /// The next frame; not when full.
    void add(Planes frame);
    /// What to show for the oldest frame, which is forgotten; not when empty. Stays until the next
    /// call.
    const StillPicture& next();

private:
    using Distances = std::array<std::uint32_t, reach>;
    struct Block {
        std::array<Distances, reach> between{}; ///< squared distances of the frames held
        Distances shown{};                      ///< of the frames held from what is shown
    };

    std::size_t slot(std::size_t age) const { return (oldest_ + age) % reach; }
    void measure(std::size_t newest);
    void measure_scatter();
    /// The variance of the sensor's noise in levels, by what the quietest blocks do in space and in
    /// time: the less of both, as there may be texture in one and motion in the other.
    float noise() const;
    /// Whether a new period starts; if so, how many of the frames held it lasts.
    std::size_t fresh_period(const Block& block, std::uint32_t price) const;
    void show(int across, int down, std::size_t length);

    float price_;
    std::vector<float> scatter_; ///< by blocks: variance of the oldest frame's luma
    std::array<Planes, reach> frames_;
    std::size_t oldest_ = 0, held_ = 0;
    std::vector<Block> blocks_;
    StillPicture picture_;
    bool shown_any_ = false;
};

} // namespace img
