// An artwork onto a JPEG.

#include "verb/stamp/inscribe.hpp"

#include "base/error.hpp"
#include "verb/stamp/block_painter.hpp"

namespace img {

Sheet sheet_of(const JpegScan& scan) {
    return {scan.size, {scan.mcu_width(), scan.mcu_height()}};
}

struct Inscriber::Impl {
    TableCache cache;
    std::unique_ptr<BlockPainter> painter;

    BlockPainter& painter_for(const JpegScan& scan, const ScanTables& tables) {
        if (!painter || !painter->serves(scan, tables))
            painter = std::make_unique<BlockPainter>(scan, tables);
        return *painter;
    }

    Bytes spliced(ByteView jpeg, const JpegScan& scan, Painting& painting, Verify verify) {
        Bytes out;
        out.reserve(jpeg.size() + jpeg.size() / 16 + 8192);
        out.assign(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(scan.begin));
        ScanTables tables = tables_of(scan, cache);
        ScanCoder coder{scan, tables};
        PaintingPatch patch{painting, painter_for(scan, tables), coder};
        splice({jpeg, scan, coder, coder, painting.runs(), verify}, patch, out);
        return out;
    }
};

Inscriber::Inscriber() : impl_(std::make_unique<Impl>()) {}
Inscriber::Inscriber(Inscriber&&) noexcept = default;
Inscriber::~Inscriber() = default;

Inscribed Inscriber::inscribe(ByteView jpeg, const JpegScan& scan, const Artwork& artwork,
                              Verify verify) {
    Painting painting{scan, artwork};
    if (!scan.other.empty())
        throw Error("JPEG: " + scan.other + " is not supported");
    try {
        return {impl_->spliced(jpeg, scan, painting, verify), Method::splice, painting.runs()};
    } catch (const MissingCode&) {
        throw Error("JPEG: missing code");
    }
}

} // namespace img
