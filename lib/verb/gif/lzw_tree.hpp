// The codes of GIF's LZW as a tree of colours, for an encoder that looks for what is near.
#pragma once

#include "verb/gif/tone.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace img {

/// Each code stands for a run of symbols: that of its parent, and one more. The codes below
/// `clear` are the symbols themselves.
class LzwTree {
public:
    static constexpr std::size_t most_codes = 4096;

    /// Stands in a family for what is seen through a transparent pixel.
    static constexpr Tone seen_through{0x3001, 0, 0};

    /// Up to eight nodes beside each other, in one line of a processor's cache.
    struct alignas(64) Family {
        static constexpr std::size_t most = 8;
        std::array<std::array<std::int16_t, 2>, most> luma_blue;
        std::array<std::array<std::int16_t, 2>, most> red_code;

        /// Empty: all are far from every tone, so that eight can be compared at once.
        Family() {
            luma_blue.fill({0x3000, 0});
            red_code.fill({0, 0});
        }
        void set(std::size_t i, Tone tone, unsigned code) {
            luma_blue[i] = {tone.luma, tone.blue};
            red_code[i] = {tone.red, static_cast<std::int16_t>(code)};
        }
        Tone tone(std::size_t i) const {
            return {luma_blue[i][0], luma_blue[i][1], red_code[i][0]};
        }
        unsigned code(std::size_t i) const { return static_cast<unsigned>(red_code[i][1]); }
    };

    /// `symbol_bits`, 2 to 8, is GIF's minimum code size. `tones` are the symbols' colours, but for
    /// the one that is `transparent`, if it is below 2^symbol_bits.
    LzwTree(int symbol_bits, const std::array<Tone, 256>& tones, unsigned transparent)
        : symbol_bits_(symbol_bits), transparent_(transparent), tones_(tones),
          families_(most_codes) {
        forget();
    }

    Tone tone_of(unsigned symbol) const {
        return symbol == transparent_ ? seen_through : tones_[symbol];
    }
    unsigned clear() const { return 1U << symbol_bits_; }
    unsigned end() const { return clear() + 1; }
    /// Of the next code, in bits.
    int width() const { return width_; }
    bool full() const { return next_ == most_codes; }

    /// What a clear code does.
    void forget() {
        first_.fill(0);
        last_.fill(0);
        transparent_child_.fill(0);
        used_families_ = 1; // number 0 stays empty
        next_family_[0] = 0;
        next_ = end() + 1;
        width_ = symbol_bits_ + 1;
    }

    /// The next code becomes a child of `parent`; not when full.
    [[gnu::always_inline]] void insert(unsigned parent, unsigned symbol) {
        const unsigned code = next_++;
        parent_[code] = static_cast<std::uint16_t>(parent);
        symbol_[code] = static_cast<std::uint8_t>(symbol);
        if (symbol == transparent_)
            transparent_child_[parent] = static_cast<std::uint16_t>(code);
        const unsigned number = family_with_room(parent);
        families_[number].set(children_[number]++, tone_of(symbol), code);
        // A decoder has one more code by then: GIF's widths are not early.
        if (next_ == 1U << width_ && width_ < 12)
            ++width_;
    }

    /// Of its children. 0 is a family without any, and without a next one.
    unsigned first_family(unsigned node) const { return first_[node]; }
    unsigned next_family(unsigned number) const { return next_family_[number]; }
    const Family& family(unsigned number) const { return families_[number]; }
    /// It is in a family, too. 0 is none.
    unsigned transparent_child(unsigned node) const { return transparent_child_[node]; }

    /// Writes the symbols that a code stands for from `symbols[length - 1]` back to symbols[0].
    void symbols_of(unsigned code, std::size_t length, std::uint8_t* symbols) const {
        for (std::size_t i = length - 1; i > 0; --i) {
            symbols[i] = symbol_[code];
            code = parent_[code];
        }
        symbols[0] = static_cast<std::uint8_t>(code);
    }

private:
    unsigned family_with_room(unsigned parent) {
        const unsigned last = last_[parent];
        if (last != 0 && children_[last] < Family::most)
            return last;
        const auto number = static_cast<std::uint16_t>(used_families_++);
        families_[number] = Family{};
        next_family_[number] = children_[number] = 0;
        (last != 0 ? next_family_[last] : first_[parent]) = number;
        last_[parent] = number;
        return number;
    }

    int symbol_bits_;
    unsigned transparent_;
    std::array<Tone, 256> tones_;
    unsigned next_ = 0;
    int width_ = 0;
    std::vector<Family> families_;
    std::size_t used_families_ = 1;
    std::array<std::uint16_t, most_codes> next_family_, children_;
    std::array<std::uint16_t, most_codes> first_, last_, transparent_child_, parent_;
    std::array<std::uint8_t, most_codes> symbol_;
};

} // namespace img
