// New coefficients for the blocks under an artwork, and their codes.

#include "verb/stamp/block_painter.hpp"

#include <algorithm>
#include <bit>

namespace img {

namespace {

/// Of MCUs that are kept painted. A clock has a few dozen digits at a few places.
constexpr std::size_t most_drawn = 4096;

/// The nearest value that a DC coefficient can have in a picture of 8 bits.
inline int nearest_dc(float value) {
    value = std::min(std::max(value, -1024.F), 1023.F);
    return static_cast<int>(value + (value < 0 ? -.5F : .5F));
}

/// The AC coefficients of a block.
template <class Out>
[[gnu::always_inline]] inline void put_coefficients(const AcTable& table,
                                                    const Coefficients& coefficients,
                                                    std::uint64_t set, Out& out) {
    int last = 0;
    for (set &= ~std::uint64_t{1}; set != 0; set &= set - 1) {
        int k = std::countr_zero(set);
        table.put_coefficient(out, k - last - 1, coefficients[static_cast<std::size_t>(k)]);
        last = k;
    }
    if (last < 63)
        table.put_end_of_block(out);
}

/// Multiplies AC coefficients by a number from 0 to 1, rounding to the nearest.
class Scale {
public:
    explicit Scale(float factor) : factor_(static_cast<int>(factor * one + .5F)) {}
    int operator()(int value) const { return (value * factor_ + one / 2) >> bits; }

private:
    static constexpr int bits = 15, one = 1 << bits;
    int factor_;
};

/// Scales the AC coefficients of a block as they are read.
[[gnu::always_inline]] inline void recode_scaled(const AcTable& from, BitReader& in, float keep,
                                                 const AcTable& to, BitWriter& out) {
    const Scale scale{keep};
    int last = 0;
    from.read_block(in, [&](int k, int value) {
        int painted = scale(value);
        if (painted == 0)
            return;
        to.put_coefficient(out, k - last - 1, painted);
        last = k;
    });
    if (last < 63)
        to.put_end_of_block(out);
}

/// The AC coefficients of a block, and which of them are not zero.
[[gnu::always_inline]] inline std::uint64_t read_coefficients(const AcTable& from, BitReader& in,
                                                              Coefficients& coefficients) {
    std::uint64_t set = 0;
    from.read_block(in, [&](int k, int value) {
        coefficients[static_cast<std::size_t>(k)] = static_cast<std::int16_t>(value);
        set |= std::uint64_t{1} << k;
    });
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
inline int painted_dc(const Quantizer& quantizer, std::int64_t dc, const BlockChange& change) {
    return nearest_dc(static_cast<float>(dc) * change.keep + change.add * quantizer.dc_of_one());
}

} // namespace

std::uint64_t paint_block(const Quantizer& quantizer, const BlockChange& change,
                          Coefficients& coefficients, std::uint64_t set) {
    if (change.cover.rest)
        return quantizer.cover(coefficients, set, change.keep, change.add, change.cover);
    int dc = painted_dc(quantizer, set & 1 ? coefficients[0] : 0, change);
    coefficients[0] = static_cast<std::int16_t>(dc);
    std::uint64_t out = dc != 0;
    const Scale scale{change.keep};
    for (set &= ~std::uint64_t{1}; set != 0; set &= set - 1) {
        auto i = static_cast<std::size_t>(std::countr_zero(set));
        coefficients[i] = static_cast<std::int16_t>(scale(coefficients[i]));
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

BlockPainter::DrawnMcu BlockPainter::draw(const Painting& painting) const {
    DrawnMcu mcu;
    for (const McuBlock& block : to_) {
        Coefficients coefficients{};
        const BlockChange change = painting.change(block.component, block.x, block.y);
        std::uint64_t set = paint_block(quantizers_[block.component], change, coefficients, 0);
        DrawnBlock& drawn = mcu.emplace_back();
        drawn.dc = set & 1 ? coefficients[0] : 0;
        put_coefficients(*block.ac, coefficients, set, drawn.coefficients);
    }
    return mcu;
}

const BlockPainter::DrawnMcu& BlockPainter::drawn(const Painting& painting) {
    if (!painting.comes_again())
        return passing_ = draw(painting);
    std::string look = painting.look();
    if (auto found = drawn_.find(look); found != drawn_.end())
        return found->second;
    if (drawn_.size() == most_drawn)
        drawn_.clear();
    return drawn_.emplace(std::move(look), draw(painting)).first->second;
}

void BlockPainter::put_opaque(const Painting& painting, BitWriter& out, Predictors& predictors) {
    const McuBlock* block = to_.begin();
    for (const DrawnBlock& drawn : this->drawn(painting)) {
        std::int64_t& predictor = predictors[block->component];
        block->dc->put_difference(out, drawn.dc - predictor);
        predictor = drawn.dc;
        drawn.coefficients.write(out);
        ++block;
    }
}

void BlockPainter::put_translucent(const Painting& painting, const ScanCoder& from, BitReader& in,
                                   Predictors& in_predictors, BitWriter& out,
                                   Predictors& out_predictors) const {
    BitReader reader = in;
    BitWriter writer = out;
    const McuBlock* to = to_.begin();
    for (const McuBlock& block : from) {
        const BlockChange change = painting.change(block.component, block.x, block.y);
        const Quantizer& quantizer = quantizers_[block.component];
        std::int64_t& predictor = out_predictors[block.component];
        std::int64_t dc = in_predictors[block.component] += block.dc->difference(reader);
        if (!change.cover.rest) {
            int painted = painted_dc(quantizer, dc, change);
            to->dc->put_difference(writer, painted - predictor);
            predictor = painted;
            recode_scaled(*block.ac, reader, change.keep, *to->ac, writer);
        } else {
            Coefficients coefficients;
            coefficients[0] = static_cast<std::int16_t>(nearest_dc(static_cast<float>(dc)));
            std::uint64_t set = read_coefficients(*block.ac, reader, coefficients);
            set = paint_block(quantizer, change, coefficients, set | (coefficients[0] != 0));
            int painted = set & 1 ? coefficients[0] : 0;
            to->dc->put_difference(writer, painted - predictor);
            predictor = painted;
            put_coefficients(*to->ac, coefficients, set, writer);
        }
        ++to;
    }
    in = reader;
    out = writer;
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
