// The pass over an image that chooses colours and codes, for any processor and for those with AVX2:
// the same results.
#pragma once

#include "foreign/giflib.hpp"
#include "verb/gif/busyness.hpp"
#include "verb/gif/code_writer.hpp"
#include "verb/gif/drawing.hpp"
#include "verb/gif/lzw_tree.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace img {

/// How errors are shared: parts of 2^15, for each part of a tone.
using Share = Tone;

/// Errors beyond this, in steps, are cut off, so that what no colour comes near does not run over.
constexpr std::int16_t largest_error = 32 * tone_steps;

/// `Lanes` is a processor's way of:
///     distances(table, tone, out)           as distances_with_any
///     candidates(distances, count, limit, out)  the indices whose distance is at most the limit
///     plus(a, b), minus(a, b)               tones, part by part
///     shared(error, share)                  the share of an error, cut off and rounded
///     near(family, tone, limit, matches)    children within the limit, as bits of a number, with
///                                           their distances
template <class Lanes>
class DrawingPass {
public:
    DrawingPass(const DrawingTask& task, const DrawingLimits& limits, std::vector<Tone>& canvas)
        : task_(task), canvas_(canvas), width_(static_cast<std::size_t>(task.area.width)),
          height_(static_cast<std::size_t>(task.area.height)),
          stride_(static_cast<std::size_t>(task.picture.size.width)),
          worth_(static_cast<std::int32_t>(std::lround(limits.worth * tone_steps * tone_steps))),
          right_(share_of(limits.diffusion * 7 / 16)),
          lower_left_(share_of(limits.diffusion * 3 / 16)),
          below_(share_of(limits.diffusion * 5 / 16)),
          lower_right_(share_of(limits.diffusion * 1 / 16)), symbols_(symbols_of(task.palette)),
          tree_(symbol_bits(task.palette.colors.size() + (task.transparent ? 1 : 0)), symbols_,
                transparent()),
          pixels_(rows_held * width_), tones_(width_), nearest_in_cell_(tone_cells, not_known),
          path_(LzwTree::most_codes) {}

    DrawnImage run() {
        codes_.put(tree_.clear(), tree_.width());
        load_row(0);
        load_row(1);
        load_row(2);
        const std::size_t total = width_ * height_;
        for (std::size_t done = 0; done < total;) {
            const std::size_t column = done - row_ * width_;
            const std::size_t most =
                std::min({2 * width_ - column, total - done, LzwTree::most_codes - 1});
            const Match best = search(column, most);
            tree_.symbols_of(best.node, best.length, path_.data());
            put(best);
            draw_path(column, best.length);
            done += best.length;
            while (row_ + 1 < height_ && done >= (row_ + 1) * width_)
                next_row();
            forget_what_is_stale(best.length);
        }
        codes_.put(tree_.end(), tree_.width());
        DrawnImage image;
        image.area = task_.area;
        image.codes = codes_.take();
        image.colors = static_cast<std::size_t>(std::count(used_.begin(), used_.end(), true));
        return image;
    }

private:
    /// A pixel of the rows that are worked on.
    struct Pixel {
        Tone wanted; ///< with the error that has reached it from above
        Tone canvas;
        std::int32_t worth; ///< of being in a code
        std::int32_t limit; ///< on its squared error; kept: it stays what it is
    };
    static constexpr std::int32_t kept = -1;

    /// A way down the tree.
    struct Way {
        std::int32_t score;
        std::uint32_t node;
        Tone carry; ///< the error that its last pixel hands to the right
    };
    struct Match {
        std::int32_t score = std::numeric_limits<std::int32_t>::min();
        std::uint32_t node = 0;
        std::size_t length = 0;
    };

    // What was measured to be worth its time, on six scenes: twice as many of both take 30 % more
    // and save 1 %; half as many save a tenth and cost 4 %.
    static constexpr std::size_t most_roots = 6, beam = 10;
    /// What of a pixel's error no colour could avoid is not held against it: so many times.
    static constexpr std::int32_t shortfall_times = 2;
    static constexpr std::uint32_t no_root = ~std::uint32_t{0};
    static constexpr std::size_t rows_held = 8;
    /// A run of this many codes tells how well the tree serves.
    static constexpr std::size_t run_of_codes = 512;

    static Share share_of(double part) {
        const auto of = static_cast<std::int16_t>(std::lround(part * 32768));
        return {of, of, of};
    }
    static std::array<Tone, 256> symbols_of(const Palette& palette) {
        std::array<Tone, 256> symbols{};
        for (std::size_t i = 0; i < palette.colors.size(); ++i)
            symbols[i] = palette.tones[i];
        return symbols;
    }
    unsigned transparent() const { return task_.transparent ? *task_.transparent : no_symbol; }
    static constexpr unsigned no_symbol = 256;

    Pixel* row_at(std::size_t row) { return &pixels_[(row - first_held_) * width_]; }

    void load_row(std::size_t row) {
        if (row >= height_)
            return;
        if (row - first_held_ == rows_held) {
            const std::size_t still = row - row_; // rows that are not done
            std::move(pixels_.end() - static_cast<std::ptrdiff_t>(still * width_), pixels_.end(),
                      pixels_.begin());
            first_held_ = row_;
        }
        const std::size_t y = static_cast<std::size_t>(task_.area.top) + row;
        const std::size_t at = y * stride_ + static_cast<std::size_t>(task_.area.left);
        const StillPicture& picture = task_.picture;
        to_tones(&picture.means[0][at], &picture.means[1][at], &picture.means[2][at], width_,
                 tones_.data());
        const std::uint8_t* fresh =
            &picture.fresh[y / block_side * static_cast<std::size_t>(picture.blocks_across())];
        Pixel* pixels = row_at(row);
        for (std::size_t x = 0; x < width_; ++x) {
            Pixel& pixel = pixels[x];
            pixel.wanted = tones_[x];
            pixel.canvas = canvas_[at + x];
            pixel.worth = worth_;
            pixel.limit = kept;
            if (fresh[(static_cast<std::size_t>(task_.area.left) + x) / block_side] == 0)
                continue;
            const std::int32_t shortfall = shortfall_times * shortfall_of(tones_[x]);
            const std::int32_t worth = worth_ * task_.busyness[at + x] / flat;
            pixel.worth = worth + shortfall;
            pixel.limit = worth + worth / 2 + shortfall;
        }
    }

    /// How far the palette is from a tone, but for rare cells that two colours share: squared.
    std::int32_t shortfall_of(Tone tone) {
        std::uint16_t& found = nearest_in_cell_[cell_of(tone)];
        if (found == not_known)
            found = static_cast<std::uint16_t>(nearest(task_.palette.tones, tone).index);
        return distance(tone, symbols_[found]);
    }

    void next_row() {
        ++row_;
        load_row(row_ + 2);
    }

    void offer(const Way& way, std::size_t length) {
        if (way.score > best_.score)
            best_ = {way.score, way.node, length};
    }

    /// Lets a way into the beam, if it is full instead of the worst.
    void admit(const Way& way) {
        if (next_count_ < beam) {
            next_[next_count_++] = way;
            return;
        }
        auto worst = std::min_element(next_.begin(), next_.end(),
                                      [](const Way& a, const Way& b) { return a.score < b.score; });
        if (way.score > worst->score)
            *worst = way;
    }

    /// The nearest candidates, each as its distance and index, in order; no_root behind them.
    std::array<std::uint32_t, most_roots> nearest_of(std::size_t count) const {
        std::array<std::uint32_t, most_roots> best;
        best.fill(no_root);
        for (std::size_t i = 0; i < count; ++i) {
            std::uint32_t key = std::uint32_t{distances_[candidates_[i]]} << 8 | candidates_[i];
            if (key > best.back())
                continue;
            for (std::uint32_t& other : best) {
                const std::uint32_t less = std::min(key, other);
                key = std::max(key, other);
                other = less;
            }
        }
        return best;
    }

    void start(const Pixel& pixel) {
        if (pixel.limit == kept) {
            const Way way{pixel.worth, transparent(), {}};
            offer(way, 1);
            admit(way);
            return;
        }
        const Tone wanted = Lanes::plus(pixel.wanted, carry_);
        const ToneTable& table = task_.palette.tones;
        auto add = [&](std::size_t symbol, Tone tone, std::int32_t distance) {
            const Way way{pixel.worth - distance, static_cast<std::uint32_t>(symbol),
                          Lanes::shared(Lanes::minus(wanted, tone), right_)};
            offer(way, 1);
            admit(way);
        };
        const std::uint16_t least = Lanes::distances(table, wanted, distances_.data());
        if (least == farthest) {
            const NearestTone found = nearest(table, wanted);
            add(found.index, table[found.index], found.distance);
        } else {
            const auto limit = static_cast<std::uint16_t>(
                std::clamp<std::int32_t>(pixel.limit, least, farthest - 1));
            const std::size_t count =
                Lanes::candidates(distances_.data(), table.count, limit, candidates_.data());
            for (std::uint32_t root : nearest_of(count))
                if (root != no_root)
                    add(root & 0xFF, symbols_[root & 0xFF], static_cast<std::int32_t>(root >> 8));
        }
        if (task_.transparent)
            if (const std::int32_t away = distance(wanted, pixel.canvas); away <= pixel.limit)
                add(transparent(), pixel.canvas, away);
    }

    /// All ways one pixel further.
    void follow(const Pixel& pixel, std::size_t length, bool new_row) {
        for (std::size_t i = 0; i < count_; ++i) {
            const Way& way = ways_[i];
            const unsigned seen_through = tree_.transparent_child(way.node);
            if (pixel.limit == kept) {
                if (seen_through != 0)
                    further({way.score + pixel.worth, seen_through, {}}, length);
                continue;
            }
            const Tone wanted = new_row ? pixel.wanted : Lanes::plus(pixel.wanted, way.carry);
            for (unsigned number = tree_.first_family(way.node); number != 0;) {
                const LzwTree::Family& family = tree_.family(number);
                std::array<std::int32_t, 4> distances;
                for (unsigned near = Lanes::near(family, wanted, pixel.limit, distances); near != 0;
                     near &= near - 1) {
                    const auto child = static_cast<std::size_t>(std::countr_zero(near));
                    further({way.score + pixel.worth - distances[child], family.codes[child],
                             Lanes::shared(Lanes::minus(wanted, family.tones[child]), right_)},
                            length);
                }
                number = family.next;
            }
            if (seen_through != 0)
                if (const std::int32_t away = distance(wanted, pixel.canvas); away <= pixel.limit)
                    further({way.score + pixel.worth - away, seen_through,
                             Lanes::shared(Lanes::minus(wanted, pixel.canvas), right_)},
                            length);
        }
    }

    void further(const Way& way, std::size_t length) {
        offer(way, length);
        admit(way);
    }

    /// The code with the highest score for what begins in this column of the row.
    Match search(std::size_t column, std::size_t most) {
        const Pixel* at = row_at(row_) + column;
        best_ = {};
        next_count_ = 0;
        start(*at);
        for (std::size_t length = 1; next_count_ > 0 && length < most; ++length) {
            std::swap(ways_, next_);
            count_ = std::exchange(next_count_, 0);
            follow(at[length], length + 1, column + length == width_);
        }
        return best_;
    }

    void put(const Match& match) {
        codes_.put(match.node, tree_.width());
        if (before_ != no_node && !tree_.full())
            tree_.insert(before_, path_[0]);
        before_ = match.node;
    }

    /// Draws the symbols of the path, and hands on their errors.
    void draw_path(std::size_t column, std::size_t length) {
        Pixel* pixel = row_at(row_) + column;
        std::size_t row = row_;
        for (std::size_t i = 0; i < length; ++i, ++pixel, ++column) {
            if (column == width_) {
                column = 0;
                ++row;
                carry_ = {};
            }
            if (pixel->limit == kept) {
                carry_ = {};
                continue;
            }
            const std::uint8_t symbol = path_[i];
            Tone drawn = pixel->canvas;
            if (symbol != transparent()) {
                used_[symbol] = true;
                drawn = symbols_[symbol];
                canvas_[(static_cast<std::size_t>(task_.area.top) + row) * stride_ +
                        static_cast<std::size_t>(task_.area.left) + column] = drawn;
            }
            const Tone error = Lanes::minus(Lanes::plus(pixel->wanted, carry_), drawn);
            carry_ = Lanes::shared(error, right_);
            if (row + 1 == height_)
                continue;
            Pixel* under = pixel + width_;
            if (column > 0)
                under[-1].wanted = Lanes::plus(under[-1].wanted, Lanes::shared(error, lower_left_));
            under->wanted = Lanes::plus(under->wanted, Lanes::shared(error, below_));
            if (column + 1 < width_)
                under[1].wanted = Lanes::plus(under[1].wanted, Lanes::shared(error, lower_right_));
        }
        if (column == width_)
            carry_ = {};
    }

    /// A full tree is kept for as long as it fits what comes: until a run of codes has less than
    /// nine tenths of the pixels of the best run.
    void forget_what_is_stale(std::size_t pixels) {
        run_pixels_ += pixels;
        if (++run_codes_ < run_of_codes || !tree_.full())
            return;
        const std::size_t in_run = std::exchange(run_pixels_, 0);
        run_codes_ = 0;
        if (in_run * 10 >= best_run_ * 9) {
            best_run_ = std::max(best_run_, in_run);
            return;
        }
        codes_.put(tree_.clear(), tree_.width());
        tree_.forget();
        before_ = no_node;
        best_run_ = 0;
    }

    const DrawingTask& task_;
    std::vector<Tone>& canvas_;
    std::size_t width_, height_, stride_;
    std::int32_t worth_;
    Share right_, lower_left_, below_, lower_right_;
    std::array<Tone, 256> symbols_;
    LzwTree tree_;
    CodeWriter codes_;

    std::vector<Pixel> pixels_; ///< of the rows from first_held_ on
    std::size_t first_held_ = 0, row_ = 0;
    std::vector<Tone> tones_;
    static constexpr std::uint16_t not_known = 0xFFFF;
    std::vector<std::uint16_t> nearest_in_cell_;
    Tone carry_;

    std::array<Way, beam> ways_, next_;
    std::size_t count_ = 0, next_count_ = 0;
    Match best_;
    alignas(32) std::array<std::uint16_t, 256> distances_;
    std::array<std::uint16_t, 256> candidates_;

    static constexpr std::uint32_t no_node = ~std::uint32_t{0};
    std::uint32_t before_ = no_node;
    std::vector<std::uint8_t> path_;
    std::array<bool, 256> used_{};
    std::size_t run_codes_ = 0, run_pixels_ = 0, best_run_ = 0;
};

DrawnImage draw_with_avx2(const DrawingTask& task, const DrawingLimits& limits,
                          std::vector<Tone>& canvas);

} // namespace img
