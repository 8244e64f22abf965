// An artwork onto a JPEG.

#include "verb/stamp/inscribe.hpp"

#include "base/error.hpp"
#include "base/memory.hpp"
#include "foreign/libjpeg_coefficients.hpp"
#include "frame/jpeg_walk.hpp"
#include "verb/stamp/block_painter.hpp"
#include "verb/stamp/complete_table.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace img {

namespace {

constexpr std::uint8_t dht_marker = 0xC4;

/// The scan with complete Huffman tables.
JpegScan with_complete_tables(JpegScan scan) {
    std::array<bool, 4> dc_done{}, ac_done{};
    for (std::size_t i = 0; i < scan.component_count; ++i) {
        const JpegComponent& component = scan.components[i];
        std::size_t dc = component.dc_table, ac = component.ac_table;
        if (!std::exchange(dc_done[dc], true))
            scan.dc[dc] = completed_dc(*scan.dc[dc]);
        if (!std::exchange(ac_done[ac], true))
            scan.ac[ac] = completed_ac(*scan.ac[ac]);
    }
    return scan;
}

void add_table(Bytes& out, unsigned head, const HuffmanSpec& table) {
    std::size_t symbols = 0;
    for (std::uint8_t count : table.counts)
        symbols += count;
    const std::size_t length = 2 + 1 + table.counts.size() + symbols;
    out.insert(out.end(), {0xFF, dht_marker, static_cast<std::uint8_t>(length >> 8),
                           static_cast<std::uint8_t>(length), static_cast<std::uint8_t>(head)});
    out.insert(out.end(), table.counts.begin(), table.counts.end());
    out.insert(out.end(), table.symbols.begin(),
               table.symbols.begin() + static_cast<std::ptrdiff_t>(symbols));
}

/// The header of `jpeg` with the Huffman tables of `scan` in place of its own.
Bytes header_with_tables(ByteView jpeg, const JpegScan& scan) {
    Bytes out(jpeg.begin(), jpeg.begin() + 2);
    out.reserve(jpeg.size() + jpeg.size() / 4 + 8192);
    std::size_t at = 2;
    for (const JpegSegment& segment : jpeg_segments(jpeg)) {
        if (segment.marker != dht_marker)
            out.insert(out.end(), jpeg.begin() + static_cast<std::ptrdiff_t>(at),
                       jpeg.begin() + static_cast<std::ptrdiff_t>(segment.end()));
        at = segment.end();
    }
    for (unsigned i = 0; i < 4; ++i) {
        if (scan.dc[i])
            add_table(out, i, *scan.dc[i]);
        if (scan.ac[i])
            add_table(out, 0x10 | i, *scan.ac[i]);
    }
    out.insert(out.end(), jpeg.begin() + static_cast<std::ptrdiff_t>(at),
               jpeg.begin() + static_cast<std::ptrdiff_t>(scan.begin));
    return out;
}

/// libjpeg's tables are row by row.
QuantizationTable in_zigzag(const std::array<std::uint16_t, 64>& table) {
    QuantizationTable steps{};
    for (std::size_t i = 0; i < steps.size(); ++i)
        steps[i] = table[zigzag_to_natural[i]];
    return steps;
}

void repaint(const Quantizer& quantizer, const BlockChange& change, JpegBlock& block) {
    Coefficients coefficients;
    std::uint64_t set = 0;
    for (std::size_t i = 0; i < block.size(); ++i) {
        coefficients[i] = block[zigzag_to_natural[i]];
        set |= std::uint64_t{coefficients[i] != 0} << i;
    }
    set = paint_block(quantizer, change, coefficients, set);
    for (std::size_t i = 0; i < block.size(); ++i)
        block[zigzag_to_natural[i]] = set >> i & 1 ? coefficients[i] : std::int16_t{0};
}

/// A row of blocks of one component.
void repaint_row(Painting& painting, const JpegScan& scan, const Quantizer& quantizer,
                 std::size_t component, int row, std::span<JpegBlock> blocks) {
    const bool alone = scan.component_count == 1;
    const int wide = alone ? 1 : scan.components[component].horizontal;
    const int high = alone ? 1 : scan.components[component].vertical;
    const std::int64_t first = static_cast<std::int64_t>(row / high) * scan.mcus_wide();
    const std::int64_t last = first + scan.mcus_wide();
    for (const McuRun& run : painting.runs()) {
        const std::int64_t end = std::min(run.end, last);
        for (std::int64_t mcu = std::max(run.begin, first); mcu < end; ++mcu) {
            painting.enter(mcu);
            for (int x = 0; x < wide; ++x) {
                auto column = static_cast<std::size_t>((mcu - first) * wide + x);
                if (column < blocks.size())
                    repaint(quantizer, painting.change(component, x, row % high), blocks[column]);
            }
        }
    }
}

Bytes with_coefficients_changed(ByteView jpeg, const JpegScan& scan, Painting& painting) {
    std::vector<Quantizer> quantizers;
    return edit_jpeg_coefficients(jpeg, [&](const std::vector<JpegPlane>& planes,
                                            std::size_t component, int row,
                                            std::span<JpegBlock> blocks) {
        if (quantizers.empty())
            for (const JpegPlane& plane : planes)
                quantizers.emplace_back(in_zigzag(plane.quantisation));
        repaint_row(painting, scan, quantizers[component], component, row, blocks);
    });
}

} // namespace

Sheet sheet_of(const JpegScan& scan) {
    return {scan.size, {scan.mcu_width(), scan.mcu_height()}};
}

std::string_view word_for(Method method) {
    constexpr std::array<std::string_view, 3> words{"splice", "transcode", "coefficients"};
    return words[static_cast<std::size_t>(method)];
}

struct Inscriber::Impl {
    TableCache cache;
    InkMaskCache masks;
    std::optional<BlockPainter> painter;

    BlockPainter& painter_for(const JpegScan& scan, const ScanTables& tables) {
        if (!painter || !painter->serves(scan, tables))
            painter.emplace(scan, tables);
        return *painter;
    }

    Bytes spliced(ByteView jpeg, const JpegScan& scan, Painting& painting, Verify verify) {
        Bytes out;
        reserve_at_once(out, jpeg.size() + jpeg.size() / 16 + 8192);
        out.assign(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(scan.begin));
        ScanTables tables = tables_of(scan, cache);
        ScanCoder coder{scan, tables};
        PaintingPatch patch{painting, painter_for(scan, tables), coder};
        splice({jpeg, scan, coder, coder, painting.runs(), verify}, patch, out);
        return out;
    }

    Bytes transcoded(ByteView jpeg, const JpegScan& scan, Painting& painting) {
        JpegScan complete = with_complete_tables(scan);
        Bytes out = header_with_tables(jpeg, complete);
        ScanTables tables = tables_of(complete, cache);
        ScanCoder from{scan, tables_of(scan, cache)}, to{complete, tables};
        PaintingPatch patch{painting, painter_for(complete, tables), from};
        splice({jpeg, scan, from, to, painting.runs(), Verify::full}, patch, out);
        return out;
    }
};

Inscriber::Inscriber() : impl_(std::make_unique<Impl>()) {}
Inscriber::Inscriber(Inscriber&&) noexcept = default;
Inscriber::~Inscriber() = default;

Inscribed Inscriber::inscribe(ByteView jpeg, const JpegScan& scan, const Artwork& artwork,
                              Verify verify) {
    Painting painting{scan, artwork, impl_->masks};
    if (!scan.other.empty())
        return {with_coefficients_changed(jpeg, scan, painting), Method::coefficients, {}};
    try {
        return {impl_->spliced(jpeg, scan, painting, verify), Method::splice, painting.runs()};
    } catch (const MissingCode&) { // then in codes of our own
    }
    try {
        return {impl_->transcoded(jpeg, scan, painting), Method::transcode, painting.runs()};
    } catch (const MissingCode&) {
        throw Error("JPEG: the picture has a coefficient out of range");
    }
}

} // namespace img
