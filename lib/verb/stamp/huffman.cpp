// Huffman codes of a JPEG: the tables.

#include "verb/stamp/huffman.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace img {

HuffmanTable::HuffmanTable(const HuffmanSpec& spec) : spec_(spec) {
    assign_codes();
}

DcTable::DcTable(const HuffmanSpec& spec) : HuffmanTable(spec) {
    for (unsigned symbol = 16; symbol < 256; ++symbol)
        if (has(symbol))
            throw Error("JPEG: broken Huffman table");
    fill_values();
}

AcTable::AcTable(const HuffmanSpec& spec) : HuffmanTable(spec) {
    fill_skips();
    fill_values();
    fill_ready();
}

/// T.81, annex C: codes of one length are consecutive numbers, in the order of the symbols.
void HuffmanTable::assign_codes() {
    std::uint32_t code = 0;
    std::size_t place = 0;
    for (int length = 1; length <= 16; ++length) {
        offsets_[static_cast<std::size_t>(length)] =
            static_cast<int>(place) - static_cast<int>(code);
        unsigned count = spec_.counts[static_cast<std::size_t>(length - 1)];
        if (code + count > 1U << length)
            throw Error("JPEG: broken Huffman table");
        for (unsigned i = 0; i < count; ++i, ++code, ++place) {
            std::uint8_t symbol = spec_.symbols[place];
            codes_[symbol] = {static_cast<std::uint16_t>(code), static_cast<std::uint8_t>(length)};
            if (length > short_bits)
                continue;
            std::uint32_t first = code << (short_bits - length);
            for (std::uint32_t i2 = 0; i2 < 1U << (short_bits - length); ++i2)
                short_codes_[first + i2] = {static_cast<std::uint8_t>(length), symbol};
        }
        limits_[static_cast<std::size_t>(length)] = code << (16 - length);
        code <<= 1;
    }
    limits_[17] = 0xFFFFFFFF;
}

HuffmanTable::Short HuffmanTable::long_code(unsigned bits) const {
    std::size_t length = short_bits + 1;
    while (bits >= limits_[length])
        ++length;
    if (length > 16)
        throw Error("JPEG: the picture has a broken code");
    auto code = static_cast<int>(bits >> (16 - length));
    return {static_cast<std::uint8_t>(length),
            spec_.symbols[static_cast<std::size_t>(code + offsets_[length])]};
}

void AcTable::over_run() {
    throw Error("JPEG: the picture has a block of more than 64 coefficients");
}

void AcTable::fill_skips() {
    /// What a single code does; its length is 0 when it is not that short.
    std::array<Skip, 1 << short_bits> codes;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const Short found = short_codes_[i];
        const int size = found.symbol & 15, run = found.symbol >> 4;
        const bool ends = size == 0 && run != 15;
        if (found.length != 0)
            codes[i] = Skip{found.length + size, ends ? 1 : run + 1, ends};
    }
    // What `length` bits do stands at 1 << length | bits: their first code, and what the rest does.
    std::array<Skip, 2 << skip_bits> all{};
    for (int length = 1; length <= skip_bits; ++length)
        for (std::uint32_t bits = 0; bits < 1U << length; ++bits) {
            const Skip code = codes[length < short_bits ? bits << (short_bits - length)
                                                        : bits >> (length - short_bits)];
            if (code.length() == 0 || code.length() > length)
                continue;
            const std::uint32_t left = 1U << (length - code.length());
            const Skip both = code + all[left | (bits & (left - 1))];
            const bool one = code.ends_block() || both.advance() > 64;
            all[1U << length | bits] = one ? code : both;
        }
    for (std::size_t i = 0; i < skips_.size(); ++i) {
        const Skip skip = all[skips_.size() + i];
        skips_[i] = skip.length() == 0 ? Skip{0, 64, false} : skip;
    }
}

void DcTable::fill_values() {
    for (std::uint32_t bits = 0; bits < values_.size(); ++bits) {
        Short found = short_codes_[bits >> (value_bits - short_bits)];
        int taken = found.length + found.symbol;
        if (found.length == 0 || taken > value_bits)
            continue;
        unsigned magnitude = bits >> (value_bits - taken) & ((1U << found.symbol) - 1);
        values_[bits] = {
            static_cast<std::int16_t>(found.symbol ? value_of(magnitude, found.symbol) : 0),
            static_cast<std::uint8_t>(taken)};
    }
}

void AcTable::fill_values() {
    for (std::uint32_t bits = 0; bits < values_.size(); ++bits) {
        Short found = short_codes_[bits >> (value_bits - short_bits)];
        int size = found.symbol & 15;
        int taken = found.length + size;
        if (found.length == 0 || size == 0 || taken > value_bits)
            continue;
        unsigned magnitude = bits >> (value_bits - taken) & ((1U << size) - 1);
        values_[bits] = {static_cast<std::int16_t>(value_of(magnitude, size)),
                         static_cast<std::uint8_t>(found.symbol >> 4),
                         static_cast<std::uint8_t>(taken)};
    }
}

void AcTable::fill_ready() {
    for (int run = 0; run < 16; ++run)
        for (int value = -most_ready; value <= most_ready; ++value) {
            const int category = category_of(value);
            const Code code = code_of(static_cast<unsigned>(run << 4 | category));
            if (value == 0 || code.length == 0)
                continue;
            const auto bits =
                static_cast<std::uint32_t>(code.bits) << category | magnitude_bits(value, category);
            ready_[static_cast<std::size_t>(run * ready_values + value + most_ready)] = {
                bits & 0xFFFFFF, static_cast<std::uint8_t>(code.length + category)};
        }
}

} // namespace img
