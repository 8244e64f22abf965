// Huffman codes of a JPEG: reading symbols and values, passing over them, writing them.
#pragma once

#include "base/error.hpp"
#include "verb/stamp/bit_stream.hpp"
#include "verb/stamp/jpeg_scan.hpp"

#include <array>
#include <cstdint>

namespace img {

/// A symbol of a table has no code: the picture's own tables lack what is to be written.
struct MissingCode {};

/// How many bits the magnitude of a coefficient takes (T.81, F.1.2.1.1).
inline int category_of(int value) {
    return static_cast<int>(std::bit_width(static_cast<unsigned>(value < 0 ? -value : value)));
}

/// The bits behind the code of a category (T.81, F.1.2.1.1): negative values are one's complement.
inline unsigned magnitude_bits(int value, int category) {
    return static_cast<unsigned>(value < 0 ? value + (1 << category) - 1 : value);
}

/// And back (T.81, F.2.2.1).
inline int value_of(unsigned bits, int category) {
    int value = static_cast<int>(bits);
    return value >> (category - 1) ? value : value - (1 << category) + 1;
}

/// The codes of one table. They are written to whatever has put() as BitWriter does.
class HuffmanTable {
public:
    /// Throws Error when the codes do not fit into 16 bits.
    explicit HuffmanTable(const HuffmanSpec& spec);

    const HuffmanSpec& spec() const { return spec_; }
    bool has(unsigned symbol) const { return codes_[symbol].length != 0; }

    /// The next symbol, its code dropped. The reader holds 16 bits or more. Throws Error when there
    /// is no such code.
    unsigned symbol(BitReader& in) const {
        Short found = short_codes_[in.peek(short_bits)];
        if (found.length == 0) [[unlikely]]
            found = long_code(in.peek(16));
        in.drop(found.length);
        return found.symbol;
    }

    /// Throws MissingCode.
    template <class Out>
    void put_symbol(Out& out, unsigned symbol) const {
        Code code = codes_[symbol];
        if (code.length == 0)
            throw MissingCode{};
        out.put(code.bits, code.length);
    }

protected:
    static constexpr int short_bits = 9;

    struct Short {
        std::uint8_t length, symbol;
    };

    /// Throws MissingCode.
    template <class Out>
    void put_value(Out& out, unsigned symbol, int value) const {
        Code code = codes_[symbol];
        if (code.length == 0)
            throw MissingCode{};
        int category = static_cast<int>(symbol & 15);
        out.put(static_cast<std::uint64_t>(code.bits) << category |
                    (category ? magnitude_bits(value, category) : 0),
                code.length + category);
    }

    /// By the next bits; length 0 where there is no code that short.
    std::array<Short, 1 << short_bits> short_codes_{};

    struct Code {
        std::uint16_t bits;
        std::uint8_t length;
    };
    Code code_of(unsigned symbol) const { return codes_[symbol]; }

private:
    void assign_codes();
    /// The code at the beginning of 16 bits. Readers are not handed to functions that are not
    /// inlined, so that their fields stay in registers.
    Short long_code(unsigned bits) const;

    HuffmanSpec spec_;
    std::array<Code, 256> codes_{};
    /// By length: the first code that is too large, from the top of 16 bits, and what its symbol's
    /// place is off from the code.
    std::array<std::uint32_t, 18> limits_{};
    std::array<int, 17> offsets_{};
};

/// The table of a component's DC differences.
class DcTable : public HuffmanTable {
public:
    /// Throws Error when a category is over 15.
    explicit DcTable(const HuffmanSpec& spec);

    /// How many bits the reader still holds behind a difference at least.
    static constexpr int left = 40;

    /// The next DC difference.
    int difference(BitReader& in) const {
        in.refill();
        Value found = values_[in.peek(value_bits)];
        if (found.length != 0) [[likely]] {
            in.drop(found.length);
            return found.difference;
        }
        auto category = static_cast<int>(symbol(in));
        if (category == 0)
            return 0;
        unsigned bits = in.peek(category);
        in.drop(category);
        in.refill();
        return value_of(bits, category);
    }
    /// Throws MissingCode, and Error for a difference that no picture of 8 bits has.
    template <class Out>
    void put_difference(Out& out, std::int64_t difference) const {
        if (difference < -2047 || difference > 2047)
            throw Error("JPEG: the picture has a brightness out of range");
        int value = static_cast<int>(difference);
        put_value(out, static_cast<unsigned>(category_of(value)), value);
    }

private:
    static constexpr int value_bits = 10;

    /// A difference whose code and magnitude are in the next bits; length 0: it is longer.
    struct Value {
        std::int16_t difference;
        std::uint8_t length;
    };

    void fill_values();

    std::array<Value, 1 << value_bits> values_{};
};

/// The table of a component's AC coefficients.
class AcTable : public HuffmanTable {
public:
    explicit AcTable(const HuffmanSpec& spec);

    /// Passes over the AC coefficients of a block. The reader holds `held` bits or more.
    template <int held>
    void pass_block(BitReader& in) const {
        // As often as the bits suffice for, without looking at how many there are: a branch on
        // that is one that no processor foresees.
        int k = 1;
        if (pass_codes<held / skip_bits>(in, k))
            return;
        do
            in.refill();
        while (!pass_codes<BitReader::least / skip_bits>(in, k));
    }

    /// Calls take(k, value) for each AC coefficient of a block that is not zero, k from 1 to 63.
    template <class Take>
    void read_block(BitReader& in, Take take) const {
        int k = 1;
        for (;;) {
            in.refill();
            for (int i = 0; i < BitReader::least / value_bits; ++i) {
                Value found = values_[in.peek(value_bits)];
                if (found.length == 0) [[unlikely]] {
                    in.refill();
                    if (!read_symbol(in, k, take))
                        return;
                    break;
                }
                in.drop(found.length);
                k += found.run;
                if (k > 63)
                    over_run();
                take(k, int{found.value});
                if (++k > 63)
                    return;
            }
        }
    }

    /// An AC coefficient behind `run` zeros. Throws MissingCode.
    template <class Out>
    void put_coefficient(Out& out, int run, int value) const {
        for (; run > 15; run -= 16)
            put_symbol(out, 0xF0);
        if (value >= -most_ready && value <= most_ready) [[likely]] {
            Ready ready = ready_[static_cast<std::size_t>(run * ready_values + value + most_ready)];
            if (ready.length != 0) [[likely]] {
                out.put(ready.bits, ready.length);
                return;
            }
        }
        put_value(out, static_cast<unsigned>(run << 4 | category_of(value)), value);
    }
    template <class Out>
    void put_end_of_block(Out& out) const {
        put_symbol(out, 0x00);
    }

private:
    static constexpr int skip_bits = 12, value_bits = 11;
    static constexpr int most_ready = 7, ready_values = 2 * most_ready + 1;

    /// All whole symbols in the next bits: their length with the magnitudes, and by how many
    /// coefficients they move on. Where there is not even one, further than a block is long. One
    /// number, so that what follows one another is added up at once.
    class Skip {
    public:
        Skip() = default;
        Skip(int length, int advance, bool ends_block)
            : all_(static_cast<std::uint16_t>(length | advance << 8 | ends_block << 15)) {}
        int length() const { return all_ & 0xFF; }
        int advance() const { return all_ >> 8 & 0x7F; }
        int ends_block() const { return all_ >> 15; }
        Skip operator+(Skip next) const {
            Skip sum;
            sum.all_ = static_cast<std::uint16_t>(all_ + next.all_);
            return sum;
        }

    private:
        std::uint16_t all_ = 0;
    };
    /// A coefficient whose code and magnitude are in the next bits.
    struct Value {
        std::int16_t value;
        std::uint8_t run, length;
    };

    /// The code of a small coefficient with its magnitude; length 0: it has none.
    struct Ready {
        std::uint32_t bits : 24, length : 8;
    };

    void fill_skips();
    void fill_values();
    void fill_ready();
    /// Passes over some codes; true when the block is at its end.
    template <int count>
    [[gnu::always_inline]] bool pass_codes(BitReader& in, int& k) const {
#pragma GCC unroll 4
        for (int i = 0; i < count; ++i) {
            Skip skip = skips_[in.peek(skip_bits)];
            int next = k + skip.advance();
            if (next > 64) [[unlikely]] {
                in.refill();
                k = pass_symbol(in, k);
                return k >= 64;
            }
            in.drop(skip.length());
            k = next | skip.ends_block() << 6;
            if (k >= 64)
                return true;
        }
        return false;
    }
    /// One symbol of read_block; false when it ends the block.
    template <class Take>
    [[gnu::always_inline]] bool read_symbol(BitReader& in, int& k, Take take) const {
        unsigned run_size = symbol(in);
        int size = static_cast<int>(run_size & 15);
        if (size == 0) {
            k += 16;
            return run_size == 0xF0 && k < 64;
        }
        k += static_cast<int>(run_size >> 4);
        if (k > 63)
            over_run();
        unsigned bits = in.peek(size);
        in.drop(size);
        take(k, value_of(bits, size));
        return ++k < 64;
    }

    int pass_symbol(BitReader& in, int k) const {
        unsigned run_size = symbol(in);
        int run = static_cast<int>(run_size >> 4), size = static_cast<int>(run_size & 15);
        if (size == 0)
            return run == 15 ? k + 16 : 64;
        in.drop(size);
        k += run + 1;
        if (k > 64)
            over_run();
        return k;
    }
    [[noreturn]] static void over_run();

    std::array<Ready, 16 * ready_values> ready_{};
    std::array<Skip, 1 << skip_bits> skips_{};
    std::array<Value, 1 << value_bits> values_{};
};

} // namespace img
