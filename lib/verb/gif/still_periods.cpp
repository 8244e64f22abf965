// Finds for each part of a fixed camera's picture how long it shows the same.

#include "verb/gif/still_periods.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

namespace img {

namespace {

constexpr int block_pixels = block_side * block_side;
/// What a squared difference of chroma counts beside one of luma, in 1/64: 1.2^2.
constexpr std::uint32_t chroma_share = 92;
/// A block whose luma deviates by this many levels more has a price that is higher by once.
constexpr float busy_deviation = 4, highest_price = 4;
/// One block in so many is as quiet as the noise lets it be.
constexpr std::size_t quiet_blocks = 20;
/// A new period of nothing but noise gains twice its variance; some blocks have more noise than
/// most.
constexpr float noise_price = 4;

/// The part of a side that a block covers.
struct Span {
    int from, to;
};

Span span_of(int block, int side) {
    return {block * block_side, std::min((block + 1) * block_side, side)};
}

template <class Sample, class Other>
std::uint32_t squares(const Sample* a, const Other* b, std::ptrdiff_t stride, int width, int height,
                      int scale) {
    std::uint32_t sum = 0;
    for (int y = 0; y < height; ++y, a += stride, b += stride)
        for (int x = 0; x < width; ++x) {
            const int difference = a[x] * scale - b[x];
            sum += static_cast<std::uint32_t>(difference * difference);
        }
    return sum;
}

/// The same for whole blocks, in vectors; no difference is beyond 16 bits.
template <int scale, class Other>
std::uint32_t block_squares(const std::uint8_t* a, const Other* b, std::ptrdiff_t stride) {
    std::array<std::int16_t, block_pixels> differences;
    for (std::size_t at = 0; at < block_pixels; at += block_side, a += stride, b += stride)
        for (std::size_t x = 0; x < block_side; ++x)
            differences[at + x] = static_cast<std::int16_t>(a[x] * scale - b[x]);
    std::int32_t sum = 0;
    for (std::int16_t difference : differences)
        sum += difference * difference;
    return static_cast<std::uint32_t>(sum);
}

/// Of a row of blocks: those of luma, and those of both chromas.
template <int scale, class Other>
void sum_squares(const Planes& frame, const std::array<std::vector<Other>, 3>& others, Span rows,
                 std::vector<std::array<std::uint32_t, 2>>& sums) {
    const std::ptrdiff_t stride = frame.size.width;
    const int height = rows.to - rows.from;
    std::fill(sums.begin(), sums.end(), std::array<std::uint32_t, 2>{});
    for (std::size_t c = 0; c < 3; ++c) {
        const std::uint8_t* a = frame.channel[c].data() + rows.from * stride;
        const Other* b = others[c].data() + rows.from * stride;
        for (std::size_t i = 0; i < sums.size(); ++i, a += block_side, b += block_side) {
            const Span columns = span_of(static_cast<int>(i), frame.size.width);
            const int width = columns.to - columns.from;
            const bool whole = width == block_side && height == block_side;
            sums[i][c > 0 ? 1 : 0] += (whole ? block_squares<scale>(a, b, stride)
                                             : squares(a, b, stride, width, height, scale)) /
                                      (scale * scale);
        }
    }
}

std::uint32_t weighed(std::uint32_t luma, std::uint32_t chroma) {
    return luma + static_cast<std::uint32_t>(std::uint64_t{chroma} * chroma_share / 64);
}

void add_block(const std::uint8_t* samples, std::ptrdiff_t stride, std::size_t width,
               std::size_t height, std::array<std::uint16_t, block_pixels>& sums) {
    auto add = [&](std::size_t w, std::size_t h) {
        for (std::size_t at = 0; at < h * block_side; at += block_side, samples += stride)
            for (std::size_t x = 0; x < w; ++x)
                sums[at + x] = static_cast<std::uint16_t>(sums[at + x] + samples[x]);
    };
    if (width == block_side && height == block_side)
        add(block_side, block_side); // in vectors
    else
        add(width, height);
}

} // namespace

StillPeriods::StillPeriods(Size size, double price)
    : price_(static_cast<float>(price) * block_pixels) {
    picture_.size = size;
    const std::size_t pixels =
        static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
    for (std::vector<std::int16_t>& plane : picture_.means)
        plane.resize(pixels);
    blocks_.resize(static_cast<std::size_t>(picture_.blocks_across()) *
                   static_cast<std::size_t>(picture_.blocks_down()));
    picture_.fresh.resize(blocks_.size());
    scatter_.resize(blocks_.size());
}

void StillPeriods::add(Planes frame) {
    assert(!full() && frame.size == picture_.size);
    const std::size_t newest = slot(held_);
    frames_[newest] = std::move(frame);
    measure(newest);
    ++held_;
}

void StillPeriods::measure(std::size_t newest) {
    const Size size = picture_.size;
    const Planes& frame = frames_[newest];
    // Plane by plane: what is read by turns from many places at like addresses is not kept.
    std::vector<std::array<std::uint32_t, 2>> sums(
        static_cast<std::size_t>(picture_.blocks_across()));
    for (int down = 0; down < picture_.blocks_down(); ++down) {
        const Span rows = span_of(down, size.height);
        Block* blocks = &blocks_[static_cast<std::size_t>(down) * sums.size()];
        for (std::size_t age = 0; age < held_; ++age) {
            sum_squares<1>(frame, frames_[slot(age)].channel, rows, sums);
            for (std::size_t i = 0; i < sums.size(); ++i)
                blocks[i].between[newest][slot(age)] = blocks[i].between[slot(age)][newest] =
                    weighed(sums[i][0], sums[i][1]);
        }
        if (!shown_any_)
            continue;
        sum_squares<tone_steps>(frame, picture_.means, rows, sums);
        for (std::size_t i = 0; i < sums.size(); ++i)
            blocks[i].shown[newest] = weighed(sums[i][0], sums[i][1]);
    }
}

void StillPeriods::measure_scatter() {
    const Planes& frame = frames_[oldest_];
    auto scatter = scatter_.begin();
    for (int down = 0; down < picture_.blocks_down(); ++down) {
        const Span rows = span_of(down, picture_.size.height);
        for (int across = 0; across < picture_.blocks_across(); ++across) {
            const Span columns = span_of(across, picture_.size.width);
            int sum = 0, squares = 0;
            for (int y = rows.from; y < rows.to; ++y) {
                const std::uint8_t* luma = frame.row(0, y);
                for (int x = columns.from; x < columns.to; ++x) {
                    sum += luma[x];
                    squares += luma[x] * luma[x];
                }
            }
            const int count = (columns.to - columns.from) * (rows.to - rows.from);
            *scatter++ =
                static_cast<float>(count * squares - sum * sum) / static_cast<float>(count * count);
        }
    }
}

float StillPeriods::noise() const {
    std::vector<float> values = scatter_;
    const auto quiet = values.begin() + static_cast<std::ptrdiff_t>(values.size() / quiet_blocks);
    std::nth_element(values.begin(), quiet, values.end());
    float noise = *quiet;
    for (std::size_t age = 1; age < held_; ++age) {
        for (std::size_t i = 0; i < blocks_.size(); ++i)
            values[i] = static_cast<float>(blocks_[i].between[slot(age - 1)][slot(age)]);
        std::nth_element(values.begin(), quiet, values.end());
        // Two frames' noise is between them.
        noise = std::min(noise, *quiet / (2 * block_pixels));
    }
    return held_ > 1 ? noise : 0;
}

std::size_t StillPeriods::fresh_period(const Block& block, std::uint32_t price) const {
    // From the end: the least cost of the frames from an age on, and how long the first of the
    // periods lasts that reach it.
    std::array<std::uint64_t, reach + 1> cost{};
    std::array<std::size_t, reach> length{};
    for (std::size_t from = held_; from-- > 0;) {
        cost[from] = std::numeric_limits<std::uint64_t>::max();
        std::uint64_t pairs = 0;
        for (std::size_t last = from; last < held_; ++last) {
            for (std::size_t age = from; age < last; ++age)
                pairs += block.between[slot(age)][slot(last)];
            // The squared distances from a mean are those between all pairs over their number.
            const std::size_t frames = last - from + 1;
            const std::uint64_t with = price + pairs / frames + cost[last + 1];
            if (with <= cost[from]) {
                cost[from] = with;
                length[from] = frames;
            }
        }
    }
    if (shown_any_) {
        std::uint64_t staying = 0;
        for (std::size_t frames = 1; frames <= held_; ++frames) {
            staying += block.shown[slot(frames - 1)];
            if (staying + cost[frames] <= cost[0])
                return 0;
        }
    }
    return length[0];
}

void StillPeriods::show(int across, int down, std::size_t length) {
    const Span columns = span_of(across, picture_.size.width),
               rows = span_of(down, picture_.size.height);
    const auto width = static_cast<std::size_t>(columns.to - columns.from),
               height = static_cast<std::size_t>(rows.to - rows.from);
    const std::ptrdiff_t stride = picture_.size.width;
    // Parts of 2^16 for division: exact up to the largest sum of frames, and for one they are not
    // needed.
    const auto part = static_cast<std::uint16_t>((65536 + length - 1) / length);
    const auto half = static_cast<std::uint16_t>(length / 2);
    for (std::size_t c = 0; c < 3; ++c) {
        std::array<std::uint16_t, block_pixels> sums{};
        for (std::size_t age = 0; age < length; ++age)
            add_block(frames_[slot(age)].row(c, rows.from) + columns.from, stride, width, height,
                      sums);
        std::array<std::int16_t, block_pixels> means;
        for (std::size_t i = 0; i < block_pixels; ++i) {
            const auto steps = static_cast<std::uint16_t>(sums[i] * tone_steps + half);
            means[i] = static_cast<std::int16_t>(
                length == 1 ? steps : static_cast<std::uint16_t>(steps * part >> 16));
        }
        std::int16_t* shown = picture_.means[c].data() + rows.from * stride + columns.from;
        for (std::size_t at = 0; at < height * block_side; at += block_side, shown += stride)
            if (width == block_side)
                std::copy_n(&means[at], block_side, shown);
            else
                std::copy_n(&means[at], width, shown);
    }
}

const StillPicture& StillPeriods::next() {
    assert(!empty());
    measure_scatter();
    // Less would buy a new mean of the same noise as soon as there are frames for it.
    const float of_noise = noise() * noise_price * block_pixels;
    std::size_t number = 0;
    for (int down = 0; down < picture_.blocks_down(); ++down)
        for (int across = 0; across < picture_.blocks_across(); ++across, ++number) {
            Block& block = blocks_[number];
            const float busy =
                std::min(1 + std::sqrt(scatter_[number]) / busy_deviation, highest_price);
            const auto price = static_cast<std::uint32_t>(std::max(price_ * busy, of_noise));
            const std::size_t length = fresh_period(block, price);
            picture_.fresh[number] = static_cast<std::uint8_t>(length);
            if (length == 0)
                continue;
            show(across, down, length);
            // The distance from a mean follows from those from the frames it is of.
            std::uint64_t pairs = 0;
            for (std::size_t last = 0; last < length; ++last)
                for (std::size_t age = 0; age < last; ++age)
                    pairs += block.between[slot(age)][slot(last)];
            for (std::size_t later = 1; later < held_; ++later) {
                std::uint64_t sum = 0;
                for (std::size_t age = 0; age < length; ++age)
                    sum += block.between[slot(age)][slot(later)];
                const std::uint64_t scatter = pairs / length;
                block.shown[slot(later)] =
                    static_cast<std::uint32_t>((sum - std::min(sum, scatter)) / length);
            }
        }
    shown_any_ = true;
    picture_.luma = std::move(frames_[oldest_].channel[0]);
    frames_[oldest_] = Planes{};
    oldest_ = slot(1);
    --held_;
    return picture_;
}

} // namespace img
