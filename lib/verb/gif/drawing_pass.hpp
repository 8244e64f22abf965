// The pass over an image that chooses colours and codes, for any processor and for those with AVX2:
// the same results.
#pragma once

#include "foreign/giflib.hpp"
#include "verb/gif/busyness.hpp"
#include "verb/gif/code_writer.hpp"
#include "verb/gif/drawing.hpp"
#include "verb/gif/drawing_ways.hpp"
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

/// `Lanes` is a processor's way of:
///     plus(a, b), minus(a, b)         tones, part by part
///     shared(error, share)            the share of an error, cut off and rounded
///     Level{aim}                      what it needs for all ways at one pixel
///     add_near(level, family, score, ways, i, next)  adds to `next` the nodes of a family that
///                                     are within the limit, the squared distance off the score,
///                                     where the error of way i comes from the left
///     offer(ways, length, best)       all of them
///     place(best)                     where the highest score is, the first of them that was found
///     keep_best(ways, most)           in their order; those as good as the last of them, too
///
/// It is large: not for a thread's stack.
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
          roots_(roots_of(task.palette)), pixels_(rows_held * width_),
          nearest_in_cell_(tone_cells, not_known), path_(LzwTree::most_codes) {
        find_roots_of_cells();
    }

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
    /// Within it no error is beyond the largest.
    static constexpr std::int32_t largest_limit = std::int32_t{largest_error} * largest_error;

    struct Match {
        std::uint32_t node;
        std::size_t length;
    };

    // What was measured to be worth its time, on six scenes: twice as many of both save 1 %
    // of the bytes; two thirds as many save a tenth of the time and cost 4 %.
    static constexpr std::size_t most_roots = 6, beam = 10;
    /// What of a pixel's error no colour could avoid is not held against it: so many times.
    static constexpr std::int32_t shortfall_times = 2;
    /// How many ways more are followed at most when they are as good as the last.
    static constexpr std::size_t beam_slack = 6;
    static constexpr std::size_t rows_held = 8;
    /// So many ways are listed at once.
    static constexpr std::size_t at_once = 4;
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
    using Family = LzwTree::Family;
    static std::vector<Family> roots_of(const Palette& palette) {
        const std::size_t count = palette.colors.size();
        std::vector<Family> roots((count + Family::most - 1) / Family::most + 1);
        for (std::size_t i = 0; i < count; ++i)
            roots[i / Family::most].set(i % Family::most, palette.tones[i],
                                        static_cast<unsigned>(i));
        // Only used when something is transparent, which is the first symbol that is no colour.
        roots.back().set(0, LzwTree::seen_through, static_cast<unsigned>(count));
        return roots;
    }
    /// Palettes go from dark to bright, so that roots near a luma are near each other.
    void find_roots_of_cells() {
        const ToneTable& table = task_.palette.tones;
        roots_from_.fill(static_cast<std::uint8_t>(roots_.size()));
        roots_to_.fill(0);
        for (std::size_t i = table.count; i-- > 0;) {
            const auto root = static_cast<std::uint8_t>(i / Family::most);
            for (std::size_t cell = 0; cell <= luma_cell(table[i].luma); ++cell)
                roots_from_[cell] = root;
        }
        for (std::size_t i = 0; i < table.count; ++i) {
            const auto end = static_cast<std::uint8_t>(i / Family::most + 1);
            for (std::size_t cell = luma_cell(table[i].luma); cell < luma_cells; ++cell)
                roots_to_[cell] = end;
        }
    }
    static constexpr std::size_t luma_cells = 128;
    static std::size_t luma_cell(int luma) {
        return static_cast<std::size_t>(std::clamp(luma / 16, 0, 127));
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
        const std::uint8_t* fresh =
            &picture.fresh[y / block_side * static_cast<std::size_t>(picture.blocks_across())];
        Pixel* pixels = row_at(row);
        for (std::size_t x = 0; x < width_; ++x) {
            Pixel& pixel = pixels[x];
            if (fresh[(static_cast<std::size_t>(task_.area.left) + x) / block_side] == 0) {
                pixel.worth = worth_;
                pixel.limit = kept;
                continue;
            }
            pixel.wanted = task_.tones[at + x];
            pixel.canvas = canvas_[at + x];
            const std::int32_t shortfall = shortfall_times * shortfall_of(pixel.wanted);
            const std::int32_t worth = worth_ * task_.busyness[at + x] / flat;
            pixel.worth = worth + shortfall;
            pixel.limit = std::min(worth + worth / 2 + shortfall, largest_limit);
        }
    }

    /// How far the palette is from a tone, but for rare cells that two colours share: squared.
    std::int32_t shortfall_of(Tone tone) {
        std::uint8_t& found = nearest_in_cell_[cell_of(tone)];
        if (found == not_known) // or the 256th colour, which is looked for every time
            found = static_cast<std::uint8_t>(nearest(task_.palette.tones, tone).index);
        return distance(tone, symbols_[found]);
    }

    void next_row() {
        ++row_;
        load_row(row_ + 2);
    }

    void start(const Pixel& pixel, Ways& ways) {
        ways.count = 0;
        if (pixel.limit == kept) {
            ways.add(pixel.worth, transparent(), {});
            return;
        }
        before_all_.luma_blue[0] = {carry_.luma, carry_.blue};
        before_all_.red_node[0] = {carry_.red, 0};
        const typename Lanes::Level level{aim_at(pixel)};
        const Tone wanted = Lanes::plus(pixel.wanted, carry_);
        const int reach = static_cast<int>(std::sqrt(static_cast<float>(pixel.limit))) + 1;
        const std::size_t to = roots_to_[luma_cell(wanted.luma + reach)];
        for (std::size_t i = roots_from_[luma_cell(wanted.luma - reach)]; i < to; ++i)
            Lanes::add_near(level, roots_[i], pixel.worth, before_all_, 0, ways);
        if (ways.count == 0) {
            const NearestTone found = nearest(task_.palette.tones, wanted);
            const auto node = static_cast<std::uint32_t>(found.index);
            ways.add(pixel.worth - found.distance, node,
                     Lanes::shared(Lanes::minus(wanted, symbols_[node]), right_));
        } else if (ways.count > most_roots) {
            Lanes::keep_best(ways, most_roots);
        }
        if (task_.transparent)
            Lanes::add_near(level, roots_.back(), pixel.worth, before_all_, 0, ways);
    }

    Aim aim_at(const Pixel& pixel) const {
        return {pixel.wanted, pixel.canvas, pixel.limit, right_};
    }

    /// All ways one pixel further.
    void follow(const Pixel& pixel, Ways& ways, Ways& next) {
        next.count = 0;
        if (pixel.limit == kept) {
            for (std::size_t i = 0; i < ways.count; ++i)
                if (const unsigned child = tree_.transparent_child(ways.node(i)); child != 0)
                    next.add(ways.scores[i] + pixel.worth, child, {});
            return;
        }
        const typename Lanes::Level level{aim_at(pixel)};
        // Listed without a branch, which the processor could not guess.
        std::size_t listed = 0;
        auto list = [&](unsigned family, std::size_t way) {
            listed_[listed] = {static_cast<std::uint16_t>(family), static_cast<std::uint16_t>(way)};
            listed += family != 0 ? 1 : 0;
        };
        // Nor could it guess how often; behind the last are nodes that have no children.
        for (std::size_t i = 0; i < at_once; ++i)
            ways.red_node[ways.count + i][1] = static_cast<std::int16_t>(tree_.clear());
        for (std::size_t i = 0; i < ways.count; i += at_once)
            for (std::size_t k = i; k < i + at_once; ++k)
                list(tree_.first_family(ways.node(k)), k);
        for (std::size_t i = 0; i < listed; ++i) {
            const auto [family, way] = listed_[i];
            list(tree_.next_family(family), way);
            Lanes::add_near(level, tree_.family(family), ways.scores[way] + pixel.worth, ways, way,
                            next);
        }
    }

    /// The code with the highest score for what begins in this column of the row.
    Match search(std::size_t column, std::size_t most) {
        const Pixel* at = row_at(row_) + column;
        Best best;
        Ways *ways = &ways_[0], *next = &ways_[1];
        start(*at, *ways);
        Lanes::offer(*ways, 1, best);
        for (std::size_t length = 1; ways->count > 0 && length < most; ++length) {
            if (ways->count > beam) {
                Lanes::keep_best(*ways, beam);
                ways->count = std::min(ways->count, beam + beam_slack);
            }
            if (column + length == width_)
                ways->forget_errors();
            follow(at[length], *ways, *next);
            Lanes::offer(*next, length + 1, best);
            std::swap(ways, next);
        }
        const std::size_t place = Lanes::place(best);
        return {best.node(place), length_at(best.turns[place])};
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

    std::vector<Family> roots_; ///< the palette, by eights, and what is transparent
    std::vector<Pixel> pixels_; ///< of the rows from first_held_ on
    std::size_t first_held_ = 0, row_ = 0;
    static constexpr std::uint8_t not_known = 0xFF;
    std::vector<std::uint8_t> nearest_in_cell_;
    Tone carry_;

    std::array<std::uint8_t, luma_cells> roots_from_, roots_to_;
    std::array<Ways, 2> ways_;
    Ways before_all_; ///< none, but for the error that comes from the left
    /// A family that is to be compared with what follows a way.
    struct Listed {
        std::uint16_t family, way;
    };
    std::array<Listed, LzwTree::most_codes + 1> listed_;

    static constexpr std::uint32_t no_node = ~std::uint32_t{0};
    std::uint32_t before_ = no_node;
    std::vector<std::uint8_t> path_;
    std::array<bool, 256> used_{};
    std::size_t run_codes_ = 0, run_pixels_ = 0, best_run_ = 0;
};

DrawnImage draw_with_avx2(const DrawingTask& task, const DrawingLimits& limits,
                          std::vector<Tone>& canvas);

} // namespace img
