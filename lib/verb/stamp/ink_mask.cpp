// What becomes of the samples of an MCU under ink.

#include "verb/stamp/ink_mask.hpp"

#include "verb/stamp/bit_stream.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace img {

namespace {

/// Some 600 bytes each. A screen full of letters has a few hundred.
constexpr std::size_t most_masks = 1024;

/// The coverage of eight columns from `x` on, the first one in the top byte; 0 where there is none.
std::uint64_t eight_of(const Coverage& coverage, int x, int y) {
    const int first = std::max(x, 0), count = std::min(x + 8, coverage.size.width) - first;
    if (count <= 0)
        return 0;
    const std::uint8_t* from = coverage.row(y) + first;
    std::uint64_t bytes = 0;
    if (coverage.values.data() + coverage.values.size() - from >= 8)
        bytes = load_big_endian(from) & ~std::uint64_t{0} << (64 - 8 * count);
    else
        for (int i = 0; i < count; ++i)
            bytes |= std::uint64_t{from[i]} << (56 - 8 * i);
    return bytes >> (8 * (first - x));
}

using EightBytes = std::uint8_t __attribute__((vector_size(8)));
using EightShorts = std::uint16_t __attribute__((vector_size(16)));

/// Of eight samples: `weights` of 255 parts of `over`, the rest as they are.
inline void mix(std::uint8_t* samples, unsigned over, const EightShorts& weights) {
    EightBytes bytes;
    std::memcpy(&bytes, samples, sizeof bytes);
    const EightShorts under = __builtin_convertvector(bytes, EightShorts);
    const auto value = static_cast<std::uint16_t>(over);
    const EightShorts sum = under * (255 - weights) + weights * value + 128;
    const EightShorts mixed = (sum + (sum >> 8)) >> 8; // a division by 255, rounded
    bytes = __builtin_convertvector(mixed, EightBytes);
    std::memcpy(samples, &bytes, sizeof bytes);
}

/// The means of the samples that each sample of another size stands for, in part or wholly.
void shrink(const std::vector<std::uint8_t>& from, Size from_size, Size to_size,
            std::vector<std::uint8_t>& to) {
    to.clear();
    for (int y = 0; y < to_size.height; ++y) {
        const int top = y * from_size.height / to_size.height;
        const int bottom = ((y + 1) * from_size.height + to_size.height - 1) / to_size.height;
        for (int x = 0; x < to_size.width; ++x) {
            const int left = x * from_size.width / to_size.width;
            const int right = ((x + 1) * from_size.width + to_size.width - 1) / to_size.width;
            const int count = (bottom - top) * (right - left);
            int sum = count / 2;
            for (int row = top; row < bottom; ++row)
                for (int column = left; column < right; ++column)
                    sum += from[static_cast<std::size_t>(row * from_size.width + column)];
            to.push_back(static_cast<std::uint8_t>(sum / count));
        }
    }
}

/// The same where each stands for two columns and one or two rows, as in nearly all pictures.
void halve(const std::vector<std::uint8_t>& from, Size to_size, int rows,
           std::vector<std::uint8_t>& to) {
    const int wide = 2 * to_size.width;
    to.resize(static_cast<std::size_t>(to_size.width * to_size.height));
    for (int y = 0; y < to_size.height; ++y) {
        const std::uint8_t* upper = from.data() + y * rows * wide;
        const std::uint8_t* lower = upper + (rows - 1) * wide; // the same row when there is one
        std::uint8_t* out = to.data() + y * to_size.width;
        for (int x = 0; x < to_size.width; ++x)
            out[x] = static_cast<std::uint8_t>(
                (upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1] + 2) / 4);
    }
}

template <class Number>
void append(std::string& text, const Number& number) {
    text.append(reinterpret_cast<const char*>(&number), sizeof number);
}

} // namespace

ComponentValues values_of(Color color, ColorModel model) {
    auto red = static_cast<float>(color.red), green = static_cast<float>(color.green),
         blue = static_cast<float>(color.blue);
    // Ink is what light is not.
    if (model == ColorModel::cmyk || model == ColorModel::inverted_ycck) {
        red = 255 - red;
        green = 255 - green;
        blue = 255 - blue;
    }
    float luma = .299F * red + .587F * green + .114F * blue - 128;
    float cb = -.168736F * red - .331264F * green + .5F * blue;
    float cr = .5F * red - .418688F * green - .081312F * blue;
    switch (model) {
    case ColorModel::gray:
        return {luma};
    case ColorModel::ycbcr:
        return {luma, cb, cr};
    case ColorModel::inverted_ycck:
        return {luma, cb, cr, 127};
    case ColorModel::rgb:
        return {red - 128, green - 128, blue - 128};
    case ColorModel::cmyk:
        return {red - 128, green - 128, blue - 128, -128};
    case ColorModel::inverted_cmyk:
        return {red - 128, green - 128, blue - 128, 127};
    }
    return {};
}

void InkMaskCache::turn_to(const JpegScan& scan) {
    bool same = scan.component_count == scan_.component_count && scan.model == scan_.model;
    for (std::size_t i = 0; same && i < scan.component_count; ++i)
        same = scan.components[i].horizontal == scan_.components[i].horizontal &&
               scan.components[i].vertical == scan_.components[i].vertical;
    if (!same)
        masks_.clear();
    scan_ = scan;
    ++frames_;
}

const InkMask& InkMaskCache::mask_of(std::span<const McuInk> inks) {
    if (frames_ < 2) {
        draw(inks, passing_);
        return passing_;
    }
    key_.clear();
    for (const McuInk& ink : inks) {
        append(key_, ink.shape->get());
        append(key_, ink.x);
        append(key_, ink.y);
        append(key_, ink.color);
    }
    if (auto found = masks_.find(std::string_view{key_}); found != masks_.end())
        return found->second;
    if (masks_.size() == most_masks)
        masks_.clear();
    InkMask& mask = masks_[key_];
    draw(inks, mask);
    mask.id = ++last_id_;
    for (const McuInk& ink : inks)
        mask.shapes.push_back(*ink.shape);
    return mask;
}

void InkMaskCache::draw(std::span<const McuInk> inks, InkMask& mask) {
    const auto count = static_cast<std::size_t>(scan_.mcu_width() * scan_.mcu_height());
    rest_.assign(count, 255);
    std::array<bool, most_components> adds{};
    for (const McuInk& ink : inks) {
        const ComponentValues values = values_of(ink.color, scan_.model);
        for (std::size_t i = 0; i < scan_.component_count; ++i)
            adds[i] = adds[i] || std::abs(values[i]) > .5F;
    }
    for (std::size_t i = 0; i < scan_.component_count; ++i)
        ink_[i].assign(adds[i] ? count : 0, 128);
    inked_ = 0;
    for (const McuInk& ink : inks)
        cover(ink, values_of(ink.color, scan_.model));
    for (std::size_t i = 0; i < scan_.component_count; ++i)
        if (i == 2 && alike(1, 2))
            mask.planes[2] = mask.planes[1];
        else
            draw_plane(i, mask.planes[i]);
}

/// Whether two components have the same plane: the ink adds nothing to either.
bool InkMaskCache::alike(std::size_t one, std::size_t other) const {
    const JpegComponent &a = scan_.components[one], &b = scan_.components[other];
    return ink_[one].empty() && ink_[other].empty() && a.horizontal == b.horizontal &&
           a.vertical == b.vertical;
}

/// Lays one ink on what is drawn.
void InkMaskCache::cover(const McuInk& ink, const ComponentValues& values) {
    const int wide = scan_.mcu_width();
    const Coverage& coverage = (*ink.shape)->coverage;
    const int last = std::min(ink.y + coverage.size.height, scan_.mcu_height());
    std::array<unsigned, most_components> biased{};
    for (std::size_t i = 0; i < biased.size(); ++i)
        biased[i] = static_cast<unsigned>(std::clamp(std::lround(values[i] + 128), 0L, 255L));
    for (int column = 0; column < wide; column += 8)
        for (int row = std::max(ink.y, 0); row < last; ++row) {
            const std::uint64_t covered = eight_of(coverage, column - ink.x, row - ink.y);
            if (covered == 0)
                continue;
            inked_ |= 1U << (row / 8 * (wide / 8) + column / 8);
            std::array<std::uint8_t, 8> in_order;
            store_big_endian(in_order.data(), covered);
            EightBytes bytes;
            std::memcpy(&bytes, in_order.data(), sizeof bytes);
            const EightShorts weights = __builtin_convertvector(bytes, EightShorts);
            const auto at = static_cast<std::size_t>(row * wide + column);
            mix(rest_.data() + at, 0, weights);
            for (std::size_t c = 0; c < scan_.component_count; ++c)
                if (!ink_[c].empty())
                    mix(ink_[c].data() + at, biased[c], weights);
        }
}

/// What is drawn, as one component has it.
void InkMaskCache::draw_plane(std::size_t index, InkPlane& plane) const {
    const JpegComponent& component = scan_.components[index];
    const bool alone = scan_.component_count == 1;
    const Size blocks{alone ? 1 : component.horizontal, alone ? 1 : component.vertical};
    const Size mcu{scan_.mcu_width(), scan_.mcu_height()};
    const Size size{8 * blocks.width, 8 * blocks.height};
    auto fit = [&](const std::vector<std::uint8_t>& from, std::vector<std::uint8_t>& to) {
        const int rows = mcu.height / size.height;
        if (from.empty() || size == mcu)
            to = from;
        else if (mcu.width == 2 * size.width && mcu.height == rows * size.height && rows <= 2)
            halve(from, size, rows, to);
        else
            shrink(from, mcu, size, to);
    };
    fit(rest_, plane.rest);
    fit(ink_[index], plane.ink);
    plane.inked = 0;
    for (int y = 0; y < blocks.height; ++y)
        for (int x = 0; x < blocks.width; ++x) {
            // The cells that the block stands for, in part or wholly.
            const int left = x * mcu.width / blocks.width / 8;
            const int right = ((x + 1) * mcu.width + 8 * blocks.width - 1) / blocks.width / 8;
            const int top = y * mcu.height / blocks.height / 8;
            const int bottom = ((y + 1) * mcu.height + 8 * blocks.height - 1) / blocks.height / 8;
            for (int row = top; row < bottom; ++row)
                for (int column = left; column < right; ++column)
                    if (inked_ >> (row * (mcu.width / 8) + column) & 1)
                        plane.inked =
                            static_cast<std::uint16_t>(plane.inked | 1U << (y * blocks.width + x));
        }
}

} // namespace img
