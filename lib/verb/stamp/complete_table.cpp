// Huffman tables that lack symbols, completed.

#include "verb/stamp/complete_table.hpp"

#include <algorithm>
#include <vector>

namespace img {

namespace {

/// A symbol that is never written takes the code of ones only, which T.81 leaves free.
constexpr std::size_t reserved = 256, symbol_count = 257;
constexpr std::size_t longest = 16;

using Weights = std::array<std::uint64_t, symbol_count>;

/// How often each symbol comes, as far as the lengths of its codes say it.
Weights weights_of(const HuffmanSpec& table) {
    Weights weights{};
    std::size_t place = 0;
    for (std::size_t length = 1; length <= longest; ++length)
        for (int i = 0; i < table.counts[length - 1]; ++i)
            weights[table.symbols[place++]] = std::uint64_t{1} << (longest - length + 8);
    weights[reserved] = 1;
    return weights;
}

void add_missing(Weights& weights, std::size_t symbol) {
    weights[symbol] = std::max<std::uint64_t>(weights[symbol], 2);
}

/// The length of each symbol's code when all may be as long as they like.
std::array<std::size_t, symbol_count> lengths_for(Weights weights) {
    std::array<std::size_t, symbol_count> lengths{};
    std::array<std::vector<std::size_t>, symbol_count> members;
    for (std::size_t i = 0; i < symbol_count; ++i)
        members[i] = {i};
    for (;;) {
        // The two least; of equals the one of the larger number, so that `reserved` is longest.
        std::size_t least = symbol_count, second = symbol_count;
        for (std::size_t i = 0; i < symbol_count; ++i) {
            if (weights[i] == 0)
                continue;
            if (least == symbol_count || weights[i] <= weights[least]) {
                second = least;
                least = i;
            } else if (second == symbol_count || weights[i] <= weights[second]) {
                second = i;
            }
        }
        if (second == symbol_count)
            return lengths;
        weights[second] += weights[least];
        weights[least] = 0;
        members[second].insert(members[second].end(), members[least].begin(), members[least].end());
        members[least].clear();
        for (std::size_t member : members[second])
            ++lengths[member];
    }
}

/// T.81, figure K.3: pairs of codes that are too long move up, and a shorter code makes room.
void limit_lengths(std::vector<unsigned>& counts) {
    for (std::size_t length = counts.size() - 1; length > longest; --length)
        while (counts[length] > 0) {
            std::size_t shorter = length - 2;
            while (counts[shorter] == 0)
                --shorter;
            counts[length] -= 2;
            counts[length - 1] += 1;
            counts[shorter + 1] += 2;
            counts[shorter] -= 1;
        }
}

HuffmanSpec table_for(const Weights& weights) {
    const auto lengths = lengths_for(weights);
    std::vector<unsigned> counts(symbol_count);
    for (std::size_t length : lengths)
        if (length > 0)
            ++counts[length];
    limit_lengths(counts);
    std::size_t last = longest;
    while (counts[last] == 0)
        --last;
    --counts[last]; // the reserved one's

    std::vector<std::size_t> order;
    for (std::size_t symbol = 0; symbol < reserved; ++symbol)
        if (weights[symbol] > 0)
            order.push_back(symbol);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return lengths[a] < lengths[b]; });
    HuffmanSpec table;
    for (std::size_t length = 1; length <= longest; ++length)
        table.counts[length - 1] = static_cast<std::uint8_t>(counts[length]);
    std::copy(order.begin(), order.end(), table.symbols.begin());
    return table;
}

} // namespace

HuffmanSpec completed_dc(const HuffmanSpec& table) {
    Weights weights = weights_of(table);
    for (std::size_t category = 0; category <= 11; ++category)
        add_missing(weights, category);
    return table_for(weights);
}

HuffmanSpec completed_ac(const HuffmanSpec& table) {
    Weights weights = weights_of(table);
    add_missing(weights, 0x00);
    add_missing(weights, 0xF0);
    for (std::size_t run = 0; run < 16; ++run)
        for (std::size_t category = 1; category <= 10; ++category)
            add_missing(weights, run << 4 | category);
    return table_for(weights);
}

} // namespace img
