// Checks the compressed data of a GIF's image without storing its pixels.

#include "verb/gif/lzw_check.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>

namespace img {

namespace {

/// Codes out of sub-blocks, the lowest bits first.
class Codes {
public:
    explicit Codes(ByteView chain) : left_(chain) {}

    /// nullopt where the data end.
    std::optional<unsigned> next(int bits) {
        while (count_ < bits) {
            if (block_ == 0) {
                block_ = left_.empty() ? 0 : left_[0];
                if (block_ == 0)
                    return std::nullopt;
                left_ = left_.subspan(1);
            }
            pool_ |= static_cast<unsigned>(left_[0]) << count_;
            count_ += 8;
            left_ = left_.subspan(1);
            --block_;
        }
        unsigned code = pool_ & ((1U << bits) - 1);
        pool_ >>= bits;
        count_ -= bits;
        return code;
    }
    /// Bytes that no code was read from, without the terminator.
    std::uint64_t unread() const { return left_.empty() ? 0 : left_.size() - 1; }

private:
    ByteView left_;
    std::size_t block_ = 0; ///< bytes left of the sub-block
    unsigned pool_ = 0;
    int count_ = 0;
};

/// The strings that codes stand for: by their lengths, and by the string that each continues.
class Dictionary {
public:
    explicit Dictionary(int code_size) : roots_(1U << code_size), size_(roots_ + 2) {
        for (unsigned code = 0; code < roots_; ++code)
            entries_[code] = {0, static_cast<std::uint8_t>(code), static_cast<std::uint8_t>(code),
                              1};
    }

    unsigned clear_code() const { return roots_; }
    unsigned end_code() const { return roots_ + 1; }
    unsigned size() const { return size_; }
    bool full() const { return size_ == entries_.size(); }

    void clear() {
        settle();
        size_ = roots_ + 2;
    }
    /// A new string: that of `prefix`, and the first colour of `code`'s, which may be the new one.
    void add(unsigned prefix, unsigned code) {
        const Entry& before = entries_[prefix];
        std::uint8_t last = code == size_ ? before.first : entries_[code].first;
        entries_[size_] = {static_cast<std::uint16_t>(prefix), before.first, last,
                           before.length + 1};
        drawn_[size_] = false;
        ++size_;
    }
    /// Notes that the string is drawn; how many pixels that are.
    std::uint32_t draw(unsigned code) {
        drawn_[code] = true;
        return entries_[code].length;
    }
    /// The colours of all that was drawn.
    std::bitset<256> colors() {
        settle();
        std::bitset<256> colors = colors_;
        for (unsigned code = 0; code < roots_; ++code)
            if (drawn_[code])
                colors[code] = true;
        return colors;
    }

private:
    struct Entry {
        std::uint16_t prefix = 0;
        std::uint8_t first = 0, last = 0;
        std::uint32_t length = 0;
    };

    /// What was drawn has drawn what it continues: from the longest strings to the colours.
    void settle() {
        for (unsigned code = size_; code-- > roots_ + 2;)
            if (drawn_[code]) {
                drawn_[entries_[code].prefix] = true;
                colors_[entries_[code].last] = true;
            }
    }

    unsigned roots_, size_;
    std::array<Entry, 4096> entries_{};
    std::bitset<4096> drawn_;
    std::bitset<256> colors_;
};

} // namespace

LzwFacts check_lzw(ByteView chain, int code_size, std::uint64_t pixels) {
    assert(code_size >= 2 && code_size <= 8);
    LzwFacts facts;
    Codes codes{chain};
    Dictionary dictionary{code_size};
    constexpr unsigned none = 4096;
    unsigned before = none;
    std::uint64_t drawn = 0;
    int bits = code_size + 1;
    for (;;) {
        std::optional<unsigned> code = codes.next(bits);
        if (!code) {
            facts.fault = drawn < pixels ? "image data ends early" : "image data has no end code";
            break;
        }
        if (*code == dictionary.end_code()) {
            facts.bytes_after_end = codes.unread();
            if (drawn < pixels)
                facts.fault = str("image data ends after ", drawn, " of ", pixels, " pixels");
            break;
        }
        if (*code == dictionary.clear_code()) {
            dictionary.clear();
            before = none;
            bits = code_size + 1;
            continue;
        }
        bool known = before == none ? *code < dictionary.clear_code()
                                    : *code < dictionary.size() ||
                                          (*code == dictionary.size() && !dictionary.full());
        if (!known) {
            facts.fault = str("image data has the code ", *code, ", which means nothing there");
            break;
        }
        if (before != none && !dictionary.full()) {
            dictionary.add(before, *code);
            if (dictionary.size() == 1U << bits && bits < 12)
                ++bits;
        }
        drawn += dictionary.draw(*code);
        before = *code;
        if (drawn > pixels) {
            facts.fault = str("image data has more than ", pixels, " pixels");
            break;
        }
    }
    facts.used = dictionary.colors();
    return facts;
}

} // namespace img
