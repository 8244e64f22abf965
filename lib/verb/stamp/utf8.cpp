// UTF-8 to characters and back.

#include "verb/stamp/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace img {

namespace {

/// A lead byte's meaning: how many bytes follow, its own bits, and what the second byte may be.
/// Unicode 15, table 3-7.
struct Lead {
    std::size_t following;
    std::uint32_t bits;
    std::uint8_t least = 0x80, most = 0xBF;
};

Lead lead_of(std::uint8_t byte) {
    if (byte >= 0xC2 && byte <= 0xDF)
        return {1, byte & 0x1FU};
    if (byte >= 0xE0 && byte <= 0xEF)
        return {2, byte & 0x0FU, static_cast<std::uint8_t>(byte == 0xE0 ? 0xA0 : 0x80),
                static_cast<std::uint8_t>(byte == 0xED ? 0x9F : 0xBF)};
    if (byte >= 0xF0 && byte <= 0xF4)
        return {3, byte & 0x07U, static_cast<std::uint8_t>(byte == 0xF0 ? 0x90 : 0x80),
                static_cast<std::uint8_t>(byte == 0xF4 ? 0x8F : 0xBF)};
    return {0, 0};
}

} // namespace

std::u32string decode_utf8(std::string_view text) {
    std::u32string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        auto first = static_cast<std::uint8_t>(text[i++]);
        if (first < 0x80) {
            out += static_cast<char32_t>(first);
            continue;
        }
        Lead lead = lead_of(first);
        std::uint32_t value = lead.bits;
        std::size_t taken = 0;
        for (; taken < lead.following && i < text.size(); ++taken, ++i) {
            auto next = static_cast<std::uint8_t>(text[i]);
            if (next < (taken == 0 ? lead.least : 0x80) || next > (taken == 0 ? lead.most : 0xBF))
                break;
            value = value << 6 | (next & 0x3FU);
        }
        bool whole = lead.following > 0 && taken == lead.following;
        out += whole ? static_cast<char32_t>(value) : replacement_character;
    }
    return out;
}

std::string encode_utf8(std::u32string_view text) {
    std::string out;
    out.reserve(text.size());
    for (char32_t c : text) {
        auto value = static_cast<std::uint32_t>(c);
        auto tail = [&](unsigned shift) {
            out += static_cast<char>(0x80 | ((value >> shift) & 0x3F));
        };
        if (value < 0x80) {
            out += static_cast<char>(value);
        } else if (value < 0x800) {
            out += static_cast<char>(0xC0 | value >> 6);
            tail(0);
        } else if (value < 0x10000) {
            out += static_cast<char>(0xE0 | value >> 12);
            tail(6);
            tail(0);
        } else {
            out += static_cast<char>(0xF0 | value >> 18);
            tail(12);
            tail(6);
            tail(0);
        }
    }
    return out;
}

} // namespace img
