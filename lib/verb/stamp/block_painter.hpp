// New coefficients for the blocks under an artwork, and their codes.
#pragma once

#include "verb/stamp/dct.hpp"
#include "verb/stamp/painting.hpp"
#include "verb/stamp/splice.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace img {

/// Changes the coefficients of a block; `set` names those that are not zero, and so does the
/// result. Only these are read and written.
std::uint64_t paint_block(const Quantizer& quantizer, const BlockChange& change,
                          Coefficients& coefficients, std::uint64_t set);

/// Serves a sequence of frames with the same geometry and tables.
class BlockPainter {
public:
    /// `tables` are those that are written.
    BlockPainter(const JpegScan& scan, ScanTables tables);

    bool serves(const JpegScan& scan, const ScanTables& tables) const;

    /// Writes the entered MCU, of which nothing stays; one that looks the same is painted only
    /// once. Throws MissingCode.
    void put_opaque(const Painting& painting, BitWriter& out, Predictors& predictors);
    /// Reads the entered MCU and writes what is seen of it through the artwork. Throws MissingCode.
    void put_translucent(const Painting& painting, const ScanCoder& from, BitReader& in,
                         Predictors& in_predictors, BitWriter& out,
                         Predictors& out_predictors) const;

private:
    /// Codes as they follow each other, in words of up to 32 bits.
    class CodeList {
    public:
        void put(std::uint64_t code, int length);
        void write(BitWriter& out) const;

    private:
        struct Word {
            std::uint32_t bits;
            std::uint32_t length;
        };
        std::vector<Word> words_;
    };
    struct DrawnBlock {
        int dc = 0;
        CodeList coefficients;
    };
    using DrawnMcu = std::vector<DrawnBlock>;

    DrawnMcu draw(const Painting& painting) const;
    const DrawnMcu& drawn(const Painting& painting);

    JpegScan scan_;
    ScanTables tables_;
    ScanCoder to_;
    std::vector<Quantizer> quantizers_; ///< by component
    std::unordered_map<std::string, DrawnMcu> drawn_;
    DrawnMcu passing_; ///< one that is not kept
};

/// Writes the runs of a painting.
class PaintingPatch final : public Patch {
public:
    PaintingPatch(Painting& painting, BlockPainter& painter, const ScanCoder& from)
        : painting_(painting), painter_(painter), from_(from) {}
    void write(const McuRun& run, BitReader& in, Predictors& in_predictors, BitWriter& out,
               Predictors& out_predictors) override;

private:
    Painting& painting_;
    BlockPainter& painter_;
    const ScanCoder& from_;
};

} // namespace img
