// Draws pictures on a canvas with few colours, in as few LZW codes as their quality allows.

#include "verb/gif/drawing.hpp"

#include "base/processor.hpp"
#include "verb/gif/drawing_pass.hpp"

#include <algorithm>
#include <cassert>
#include <functional>
#include <memory>
#include <vector>

namespace img {

namespace {

/// What every processor can do, one part after the other.
struct PlainLanes {
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
    using Level = Aim;
    static void add_near(const Level& level, const LzwTree::Family& family, std::int32_t score,
                         const Ways& ways, std::size_t way, Ways& next) {
        const auto [luma, blue] = ways.luma_blue[way];
        const Tone wanted = plus(level.wanted, {luma, blue, ways.red_node[way][0]});
        for (std::size_t i = 0; i < LzwTree::Family::most; ++i) {
            Tone tone = family.tone(i);
            const bool through = tone == LzwTree::seen_through;
            if (through)
                tone = level.canvas;
            const std::int32_t away = distance(wanted, tone) + (through ? 1 : 0);
            if (away > level.limit)
                continue;
            next.add(score - away, family.code(i), shared(minus(wanted, tone), level.share));
        }
    }
    static void offer(const Ways& ways, std::size_t length, Best& best) {
        for (std::size_t i = 0; i < ways.count; ++i)
            if (const std::size_t place = i % Best::places; ways.scores[i] > best.scores[place]) {
                best.scores[place] = ways.scores[i];
                best.red_nodes[place] = ways.red_node[i];
                best.turns[place] =
                    first_turn(length) + static_cast<std::uint32_t>(i / Best::places);
            }
    }
    static std::size_t place(const Best& best) {
        std::size_t place = 0;
        for (std::size_t i = 1; i < Best::places; ++i)
            if (best.scores[i] > best.scores[place] ||
                (best.scores[i] == best.scores[place] && best.turns[i] < best.turns[place]))
                place = i;
        return place;
    }
    static void keep_best(Ways& ways, std::size_t most) {
        std::vector<std::int32_t> scores(
            ways.scores.begin(), ways.scores.begin() + static_cast<std::ptrdiff_t>(ways.count));
        const auto last = scores.begin() + static_cast<std::ptrdiff_t>(most - 1);
        std::nth_element(scores.begin(), last, scores.end(), std::greater<>{});
        std::size_t kept = 0;
        for (std::size_t i = 0; i < ways.count; ++i)
            if (ways.scores[i] >= *last) {
                ways.scores[kept] = ways.scores[i];
                ways.luma_blue[kept] = ways.luma_blue[i];
                ways.red_node[kept++] = ways.red_node[i];
            }
        ways.count = kept;
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
    return std::make_unique<DrawingPass<PlainLanes>>(task, limits_, canvas_)->run();
}

} // namespace img
