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

    /// Up to four children of a node, side by side; more are in the next family.
    struct alignas(32) Family {
        std::array<Tone, 4> tones;
        std::array<std::uint16_t, 4> codes;
        std::uint16_t next;  ///< a family's number; 0 is none
        std::uint16_t count; ///< of children
    };

    /// `symbol_bits`, 2 to 8, is GIF's minimum code size. `tones` are the symbols' colours, but for
    /// the one that is `transparent`, if it is below 2^symbol_bits.
    LzwTree(int symbol_bits, const std::array<Tone, 256>& tones, unsigned transparent)
        : symbol_bits_(symbol_bits), transparent_(transparent), tones_(tones),
          families_(most_codes) {
        forget();
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
        used_families_ = 1;
        next_ = end() + 1;
        width_ = symbol_bits_ + 1;
    }

    /// The next code becomes a child of `parent`; not when full.
    void insert(unsigned parent, unsigned symbol) {
        const unsigned code = next_++;
        parent_[code] = static_cast<std::uint16_t>(parent);
        symbol_[code] = static_cast<std::uint8_t>(symbol);
        if (symbol == transparent_) {
            transparent_child_[parent] = static_cast<std::uint16_t>(code);
        } else {
            Family& family = family_with_room(parent);
            family.tones[family.count] = tones_[symbol];
            family.codes[family.count++] = static_cast<std::uint16_t>(code);
        }
        // A decoder has one more code by then: GIF's widths are not early.
        if (next_ == 1U << width_ && width_ < 12)
            ++width_;
    }

    unsigned first_family(unsigned node) const { return first_[node]; }
    const Family& family(unsigned number) const { return families_[number]; }
    /// 0 is none.
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
    Family& family_with_room(unsigned parent) {
        if (last_[parent] != 0 && families_[last_[parent]].count < 4)
            return families_[last_[parent]];
        const auto number = static_cast<std::uint16_t>(used_families_++);
        Family& family = families_[number];
        constexpr Tone nowhere{0x3000, 0, 0}; // far from all, so that four are compared at once
        family.tones.fill(nowhere);
        family.next = family.count = 0;
        if (last_[parent] != 0)
            families_[last_[parent]].next = number;
        else
            first_[parent] = number;
        last_[parent] = number;
        return family;
    }

    int symbol_bits_;
    unsigned transparent_;
    std::array<Tone, 256> tones_;
    unsigned next_ = 0;
    int width_ = 0;
    std::vector<Family> families_;
    std::size_t used_families_ = 1;
    std::array<std::uint16_t, most_codes> first_, last_, transparent_child_, parent_;
    std::array<std::uint8_t, most_codes> symbol_;
};

} // namespace img
