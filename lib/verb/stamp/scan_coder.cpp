// The MCUs of a scan: passing over them, and coding them anew.

#include "verb/stamp/scan_coder.hpp"

#include <algorithm>

namespace img {

namespace {

/// Of each kind; two pictures' worth.
constexpr std::size_t most_tables = 8;

template <class Table>
std::shared_ptr<const Table> find_or_build(std::vector<std::shared_ptr<const Table>>& tables,
                                           const HuffmanSpec& spec) {
    auto found = std::find_if(tables.begin(), tables.end(),
                              [&](const auto& table) { return table->spec() == spec; });
    if (found != tables.end())
        return *found;
    if (tables.size() == most_tables)
        tables.erase(tables.begin());
    return tables.emplace_back(std::make_shared<const Table>(spec));
}

} // namespace

std::shared_ptr<const DcTable> TableCache::dc(const HuffmanSpec& spec) {
    return find_or_build(dc_, spec);
}

std::shared_ptr<const AcTable> TableCache::ac(const HuffmanSpec& spec) {
    return find_or_build(ac_, spec);
}

ScanTables tables_of(const JpegScan& scan, TableCache& cache) {
    ScanTables tables;
    for (std::size_t i = 0; i < scan.component_count; ++i) {
        const JpegComponent& component = scan.components[i];
        tables.dc[component.dc_table] = cache.dc(*scan.dc[component.dc_table]);
        tables.ac[component.ac_table] = cache.ac(*scan.ac[component.ac_table]);
    }
    return tables;
}

ScanCoder::ScanCoder(const JpegScan& scan, const ScanTables& tables) : tables_(tables) {
    for (std::size_t i = 0; i < scan.component_count; ++i) {
        const JpegComponent& component = scan.components[i];
        bool alone = scan.component_count == 1;
        int wide = alone ? 1 : component.horizontal, high = alone ? 1 : component.vertical;
        for (int y = 0; y < high; ++y)
            for (int x = 0; x < wide; ++x)
                blocks_[count_++] = {i, x, y, tables.dc[component.dc_table].get(),
                                     tables.ac[component.ac_table].get()};
    }
}

void ScanCoder::pass(BitReader& in, std::int64_t mcus, Predictors& predictors) const {
    // Copies, so that they stay in registers.
    BitReader reader = in;
    Predictors sums = predictors;
    const McuBlock* last = end();
    for (; mcus > 0; --mcus)
        for (const McuBlock* block = begin(); block != last; ++block) {
            sums[block->component] += block->dc->difference(reader);
            block->ac->pass_block<DcTable::left>(reader);
        }
    in = reader;
    predictors = sums;
}

void ScanCoder::recode(BitReader& in, std::int64_t mcus, Predictors& in_predictors,
                       const ScanCoder& other, BitWriter& out, Predictors& out_predictors) const {
    for (; mcus > 0; --mcus)
        for (std::size_t i = 0; i < count_; ++i) {
            const McuBlock& from = blocks_[i];
            const McuBlock& to = other.blocks_[i];
            std::int64_t dc = in_predictors[from.component] += from.dc->difference(in);
            to.dc->put_difference(out, dc - out_predictors[to.component]);
            out_predictors[to.component] = dc;
            int last = 0;
            from.ac->read_block(in, [&](int k, int value) {
                to.ac->put_coefficient(out, k - last - 1, value);
                last = k;
            });
            if (last < 63)
                to.ac->put_end_of_block(out);
        }
}

} // namespace img
