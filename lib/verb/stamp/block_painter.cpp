// New coefficients for the blocks under an artwork, and their codes.

#include "verb/stamp/block_painter.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace img {

namespace {

/// Of MCUs that are kept painted. A clock has a few dozen digits at a few places.
constexpr std::size_t most_drawn = 4096;

/// What a DC value can be in a picture of 8 bits, at the finest quantisation.
int clamped_dc(double value) {
    return static_cast<int>(std::lround(std::clamp(value, -1024., 1023.)));
}

/// The AC coefficients of a block.
template <class Out>
void put_coefficients(const AcTable& table, const Coefficients& coefficients, std::uint64_t set,
                      Out& out) {
    int last = 0;
    for (set &= ~std::uint64_t{1}; set != 0; set &= set - 1) {
        int k = std::countr_zero(set);
        table.put_coefficient(out, k - last - 1, coefficients[static_cast<std::size_t>(k)]);
        last = k;
    }
    if (last < 63)
        table.put_end_of_block(out);
}

/// Lays paint and ink on the samples of a block.
void blend(Samples& samples, const BlockChange& change) {
    float* sample = samples.values.data();
    for (std::size_t row = 0; row < 8; ++row, sample += 8) {
        const std::uint8_t* rest = change.rest + row * change.stride;
        for (std::size_t i = 0; i < 8; ++i)
            sample[i] = (sample[i] * change.keep + change.add) *
                        (static_cast<float>(rest[i]) * (1.F / 255));
        if (!change.ink)
            continue;
        const std::int8_t* ink = change.ink + row * change.stride;
        for (std::size_t i = 0; i < 8; ++i)
            sample[i] += static_cast<float>(ink[i]);
    }
}

/// Scales the AC coefficients of a block as they are read.
void recode_scaled(const AcTable& from, BitReader& in, float keep, const AcTable& to,
                   BitWriter& out) {
    constexpr int one = 1 << 15;
    const auto scale = static_cast<int>(std::lround(keep * one));
    BitReader reader = in;
    BitWriter writer = out;
    int last = 0;
    from.read_block(reader, [&](int k, int value) {
        int painted = (value * scale + one / 2) >> 15;
        if (painted == 0)
            return;
        to.put_coefficient(writer, k - last - 1, painted);
        last = k;
    });
    if (last < 63)
        to.put_end_of_block(writer);
    in = reader;
    out = writer;
}

/// The AC coefficients of a block, and which of them are not zero.
std::uint64_t read_coefficients(const AcTable& from, BitReader& in, Coefficients& coefficients) {
    BitReader reader = in;
    std::uint64_t set = 0;
    from.read_block(reader, [&](int k, int value) {
        coefficients[static_cast<std::size_t>(k)] = static_cast<std::int16_t>(value);
        set |= std::uint64_t{1} << k;
    });
    in = reader;
    return set;
}

bool same_geometry(const JpegScan& a, const JpegScan& b) {
    bool same = a.component_count == b.component_count && a.model == b.model;
    for (std::size_t i = 0; same && i < a.component_count; ++i) {
        const JpegComponent &x = a.components[i], &y = b.components[i];
        same = x.horizontal == y.horizontal && x.vertical == y.vertical && x.steps == y.steps &&
               x.dc_table == y.dc_table && x.ac_table == y.ac_table;
    }
    return same;
}

/// A DC coefficient is eight times the mean.
int painted_dc(const Quantizer& quantizer, std::int64_t dc, const BlockChange& change) {
    return clamped_dc(static_cast<double>(dc) * change.keep +
                      double{change.add} * 8 / quantizer.dc_step());
}

} // namespace

std::uint64_t paint_block(const Quantizer& quantizer, const BlockChange& change,
                          Coefficients& coefficients, std::uint64_t set) {
    if (change.rest) {
        Samples samples;
        quantizer.to_samples(coefficients, set, samples);
        blend(samples, change);
        return quantizer.to_coefficients(samples, coefficients);
    }
    int dc = painted_dc(quantizer, set & 1 ? coefficients[0] : 0, change);
    coefficients[0] = static_cast<std::int16_t>(dc);
    std::uint64_t out = dc != 0;
    for (set &= ~std::uint64_t{1}; set != 0; set &= set - 1) {
        auto i = static_cast<std::size_t>(std::countr_zero(set));
        coefficients[i] = static_cast<std::int16_t>(
            std::lround(static_cast<float>(coefficients[i]) * change.keep));
        if (coefficients[i] != 0)
            out |= std::uint64_t{1} << i;
    }
    return out;
}

void BlockPainter::CodeList::put(std::uint64_t code, int length) {
    auto bits = static_cast<std::uint32_t>(code);
    auto more = static_cast<std::uint32_t>(length);
    if (!words_.empty() && words_.back().length + more <= 32) {
        words_.back().bits = words_.back().bits << more | bits;
        words_.back().length += more;
    } else {
        words_.push_back({bits, more});
    }
}

void BlockPainter::CodeList::write(BitWriter& out) const {
    for (const Word& word : words_)
        out.put(word.bits, static_cast<int>(word.length));
}

BlockPainter::BlockPainter(const JpegScan& scan, ScanTables tables)
    : scan_(scan), tables_(std::move(tables)), to_(scan, tables_) {
    for (std::size_t i = 0; i < scan.component_count; ++i)
        quantizers_.emplace_back(scan.components[i].steps);
}

bool BlockPainter::serves(const JpegScan& scan, const ScanTables& tables) const {
    return same_geometry(scan, scan_) && tables.dc == tables_.dc && tables.ac == tables_.ac;
}

const BlockPainter::DrawnMcu& BlockPainter::drawn(Painting& painting) {
    std::string look = painting.look();
    if (auto found = drawn_.find(look); found != drawn_.end())
        return found->second;
    if (drawn_.size() == most_drawn)
        drawn_.clear();
    DrawnMcu mcu;
    for (const McuBlock& block : to_) {
        Coefficients coefficients{};
        const BlockChange change = painting.change(block.component, block.x, block.y);
        std::uint64_t set = paint_block(quantizers_[block.component], change, coefficients, 0);
        DrawnBlock& drawn = mcu.emplace_back();
        drawn.dc = set & 1 ? coefficients[0] : 0;
        put_coefficients(*block.ac, coefficients, set, drawn.coefficients);
    }
    return drawn_.emplace(std::move(look), std::move(mcu)).first->second;
}

void BlockPainter::put_opaque(Painting& painting, BitWriter& out, Predictors& predictors) {
    const McuBlock* block = to_.begin();
    for (const DrawnBlock& drawn : this->drawn(painting)) {
        std::int64_t& predictor = predictors[block->component];
        block->dc->put_difference(out, drawn.dc - predictor);
        predictor = drawn.dc;
        drawn.coefficients.write(out);
        ++block;
    }
}

void BlockPainter::put_translucent(Painting& painting, const ScanCoder& from, BitReader& in,
                                   Predictors& in_predictors, BitWriter& out,
                                   Predictors& out_predictors) const {
    const McuBlock* to = to_.begin();
    for (const McuBlock& block : from) {
        const BlockChange change = painting.change(block.component, block.x, block.y);
        std::int64_t& predictor = out_predictors[block.component];
        in.refill_below(32);
        std::int64_t dc = in_predictors[block.component] += block.dc->difference(in);
        if (!change.rest) {
            int painted = painted_dc(quantizers_[block.component], dc, change);
            to->dc->put_difference(out, painted - predictor);
            predictor = painted;
            recode_scaled(*block.ac, in, change.keep, *to->ac, out);
        } else {
            Coefficients coefficients;
            coefficients[0] = static_cast<std::int16_t>(clamped_dc(static_cast<double>(dc)));
            std::uint64_t set = read_coefficients(*block.ac, in, coefficients);
            set |= coefficients[0] != 0;
            set = paint_block(quantizers_[block.component], change, coefficients, set);
            int painted = set & 1 ? coefficients[0] : 0;
            to->dc->put_difference(out, painted - predictor);
            predictor = painted;
            BitWriter writer = out;
            put_coefficients(*to->ac, coefficients, set, writer);
            out = writer;
        }
        ++to;
    }
}

void PaintingPatch::write(const McuRun& run, BitReader& in, Predictors& in_predictors,
                          BitWriter& out, Predictors& out_predictors) {
    std::int64_t unread = 0;
    for (std::int64_t mcu = run.begin; mcu < run.end; ++mcu) {
        painting_.enter(mcu);
        if (painting_.opaque()) {
            painter_.put_opaque(painting_, out, out_predictors);
            ++unread;
            continue;
        }
        from_.pass(in, unread, in_predictors);
        unread = 0;
        painter_.put_translucent(painting_, from_, in, in_predictors, out, out_predictors);
    }
    from_.pass(in, unread, in_predictors);
}

} // namespace img
