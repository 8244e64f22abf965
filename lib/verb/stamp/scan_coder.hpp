// The MCUs of a scan: passing over them, and coding them anew.
#pragma once

#include "verb/stamp/huffman.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace img {

/// The DC value that each component's next difference counts from.
using Predictors = std::array<std::int64_t, most_components>;

/// One block of an MCU.
struct McuBlock {
    std::size_t component;
    int x, y; ///< among the component's blocks in the MCU
    const DcTable* dc;
    const AcTable* ac;
};

/// Tables that were built already; a stream of frames has the same ones in each.
class TableCache {
public:
    std::shared_ptr<const DcTable> dc(const HuffmanSpec& spec);
    std::shared_ptr<const AcTable> ac(const HuffmanSpec& spec);

private:
    std::vector<std::shared_ptr<const DcTable>> dc_;
    std::vector<std::shared_ptr<const AcTable>> ac_;
};

/// Huffman tables, by their number in a scan.
struct ScanTables {
    std::array<std::shared_ptr<const DcTable>, 4> dc;
    std::array<std::shared_ptr<const AcTable>, 4> ac;
};

ScanTables tables_of(const JpegScan& scan, TableCache& cache);

/// The MCUs of one scan, in the codes of one set of tables. The reader's functions throw Error for
/// broken and missing codes.
class ScanCoder {
public:
    ScanCoder(const JpegScan& scan, const ScanTables& tables);

    const McuBlock* begin() const { return blocks_.data(); }
    const McuBlock* end() const { return blocks_.data() + count_; }

    /// Passes over `mcus` MCUs and keeps account of their DC values.
    void pass(BitReader& in, std::int64_t mcus, Predictors& predictors) const;
    /// Reads MCUs and writes them in the codes of `other`, whose predictors may differ. Throws
    /// MissingCode.
    void recode(BitReader& in, std::int64_t mcus, Predictors& in_predictors, const ScanCoder& other,
                BitWriter& out, Predictors& out_predictors) const;

private:
    ScanTables tables_; // kept alive for the blocks
    std::array<McuBlock, most_mcu_blocks> blocks_{};
    std::size_t count_ = 0;
};

} // namespace img
