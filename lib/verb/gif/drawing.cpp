// Draws pictures on a canvas with few colours, in as few LZW codes as their quality allows.

#include "verb/gif/drawing.hpp"

#include "base/processor.hpp"
#include "verb/gif/drawing_pass.hpp"

#include <cassert>

namespace img {

namespace {

/// What every processor can do, one part after the other.
struct PlainLanes {
    static std::uint16_t distances(const ToneTable& table, Tone tone, std::uint16_t* out) {
        return distances_with_any(table, tone, out);
    }
    static std::size_t candidates(const std::uint16_t* distances, std::size_t count,
                                  std::uint16_t limit, std::uint16_t* out) {
        std::size_t found = 0;
        for (std::size_t i = 0; i < count; ++i)
            if (distances[i] <= limit)
                out[found++] = static_cast<std::uint16_t>(i);
        return found;
    }
    static Tone plus(Tone a, Tone b) {
        return {static_cast<std::int16_t>(a.luma + b.luma),
                static_cast<std::int16_t>(a.blue + b.blue),
                static_cast<std::int16_t>(a.red + b.red)};
    }
    static Tone minus(Tone a, Tone b) {
        return {static_cast<std::int16_t>(a.luma - b.luma),
                static_cast<std::int16_t>(a.blue - b.blue),
                static_cast<std::int16_t>(a.red - b.red)};
    }
    static std::int16_t shared(std::int16_t error, std::int16_t share) {
        const int cut = std::clamp<std::int16_t>(error, -largest_error, largest_error);
        return static_cast<std::int16_t>((cut * share + (1 << 14)) >> 15);
    }
    static Tone shared(Tone error, Share share) {
        return {shared(error.luma, share.luma), shared(error.blue, share.blue),
                shared(error.red, share.red)};
    }
    static unsigned near(const LzwTree::Family& family, Tone tone, std::int32_t limit,
                         std::array<std::int32_t, 4>& distances) {
        unsigned found = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            distances[i] = distance(tone, family.tones[i]);
            found |= distances[i] <= limit ? 1U << i : 0U;
        }
        return found;
    }
};

} // namespace

Drawing::Drawing(Size canvas, const DrawingLimits& limits, Instructions instructions)
    : limits_(limits), size_(canvas), instructions_(instructions),
      canvas_(static_cast<std::size_t>(canvas.width) * static_cast<std::size_t>(canvas.height)) {}

DrawnImage Drawing::draw(const DrawingTask& task) {
    assert(task.picture.size == size_);
#ifdef __x86_64__
    if (instructions_ == Instructions::best && has_avx2())
        return draw_with_avx2(task, limits_, canvas_);
#endif
    return DrawingPass<PlainLanes>{task, limits_, canvas_}.run();
}

} // namespace img
