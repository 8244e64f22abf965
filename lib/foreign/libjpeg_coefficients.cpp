// libjpeg-turbo: the quantised coefficients of a JPEG of any process, read and changed.
// Markers: ITU-T T.81, annex B.

#include "foreign/libjpeg_coefficients.hpp"

#include "foreign/libjpeg_handles.hpp"

#include <algorithm>
#include <cstring>

namespace img {

namespace {

static_assert(sizeof(JpegBlock) == sizeof(JBLOCK) && alignof(JpegBlock) <= alignof(JBLOCK));

/// Each takes a pass over all blocks, and one that changes nothing takes but a few bytes.
constexpr std::ptrdiff_t most_scans = 256;

/// No JPEG of 8 bits has a larger one (T.81, tables F.1 and F.2).
constexpr int largest_coefficient = 2047;

constexpr std::uint8_t dht = 0xC4, dac = 0xCC, eoi = 0xD9, sos = 0xDA, dri = 0xDD;

/// A marker segment from its 0xFF on; a scan's has the entropy-coded data behind it.
struct Part {
    std::uint8_t marker;
    ByteView bytes;
};

/// Where the next marker stands at or behind `at`, as libjpeg looks for it: other bytes, stuffed
/// and fill bytes and markers that stand alone are passed over. The end when there is none.
std::size_t next_marker(ByteView jpeg, std::size_t at) {
    while (at + 1 < jpeg.size()) {
        const void* found = std::memchr(jpeg.data() + at, 0xFF, jpeg.size() - 1 - at);
        if (!found)
            break;
        at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - jpeg.data());
        std::uint8_t code = jpeg[at + 1];
        if (code > 0x01 && code != 0xFF && (code < 0xD0 || code > 0xD7))
            return at;
        at += code == 0xFF ? 1 : 2;
    }
    return jpeg.size();
}

/// The segments between the start marker and the end marker. Throws Error when one is cut off or
/// shorter than its own length, which libjpeg passes over.
std::vector<Part> parts_of(ByteView jpeg) {
    std::vector<Part> parts;
    for (std::size_t at = next_marker(jpeg, 2);;) {
        if (at == jpeg.size())
            throw Error("JPEG: cut off");
        std::uint8_t marker = jpeg[at + 1];
        if (marker == eoi)
            return parts;
        std::size_t length =
            at + 3 < jpeg.size() ? static_cast<std::size_t>(jpeg[at + 2] << 8 | jpeg[at + 3]) : 0;
        std::size_t end = at + 2 + length;
        if (length < 2 || end > jpeg.size())
            throw Error(str("JPEG: the segment at byte ", at, " is broken"));
        std::size_t next = next_marker(jpeg, end);
        parts.push_back({marker, jpeg.subspan(at, (marker == sos ? next : end) - at)});
        at = next;
    }
}

class CoefficientReader : public JpegReader {
public:
    explicit CoefficientReader(ByteView jpeg) : JpegReader(jpeg), parts_(parts_of(jpeg)) {
        if (raw.data_precision != 8)
            throw Error(
                str("JPEG: ", raw.data_precision, " bits a sample are not supported, only 8"));
        std::ptrdiff_t scans = std::ranges::count(parts_, sos, &Part::marker);
        if (scans > most_scans)
            throw Error(str("JPEG: ", scans, " scans are too many; at most ", most_scans));
        // Later it is that of the last scan.
        restart_interval_ = raw.restart_interval;
        errors.guard([&] { arrays_ = jpeg_read_coefficients(&raw); });
        errors.refuse_damage();
        for (int i = 0; i < raw.num_components; ++i)
            planes_.push_back(plane_of(raw.comp_info[i]));
    }

    const std::vector<Part>& parts() const { return parts_; }
    const std::vector<JpegPlane>& planes() const { return planes_; }
    unsigned restart_interval() const { return restart_interval_; }
    jvirt_barray_ptr* arrays() { return arrays_; }

    /// Valid until the next call.
    std::span<JpegBlock> row(std::size_t component, int block_row) {
        JBLOCKARRAY rows = nullptr;
        errors.guard([&] {
            rows = raw.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&raw),
                                               arrays_[component],
                                               static_cast<JDIMENSION>(block_row), 1, TRUE);
        });
        return {reinterpret_cast<JpegBlock*>(rows[0]),
                static_cast<std::size_t>(planes_[component].blocks_wide)};
    }

    /// The scans of the file.
    std::vector<jpeg_scan_info> script() const {
        std::vector<jpeg_scan_info> scans;
        for (const Part& part : parts_)
            if (part.marker == sos)
                scans.push_back(scan_of(part.bytes));
        return scans;
    }

    /// Whether a block may have any coefficients. Scans can leave out the low bits of some, or all.
    bool has_all_bits() const {
        if (!raw.progressive_mode)
            return true;
        for (int i = 0; i < raw.num_components; ++i)
            if (std::any_of(raw.coef_bits[i], raw.coef_bits[i] + DCTSIZE2,
                            [](int lowest) { return lowest != 0; }))
                return false;
        return true;
    }

private:
    static JpegPlane plane_of(const jpeg_component_info& component) {
        if (!component.quant_table)
            throw Error(str("JPEG: component ", component.component_id, " is in no scan"));
        JpegPlane plane;
        plane.horizontal = component.h_samp_factor;
        plane.vertical = component.v_samp_factor;
        plane.blocks_wide = static_cast<int>(component.width_in_blocks);
        plane.blocks_high = static_cast<int>(component.height_in_blocks);
        std::ranges::copy(component.quant_table->quantval, plane.quantisation.begin());
        return plane;
    }

    /// What is not as libjpeg has read it gives a scan that libjpeg does not write.
    jpeg_scan_info scan_of(ByteView segment) const {
        jpeg_scan_info scan{};
        auto count = static_cast<std::size_t>(segment.size() > 4 ? segment[4] : 0);
        if (count > MAX_COMPS_IN_SCAN || segment.size() < 8 + 2 * count)
            return scan;
        scan.comps_in_scan = static_cast<int>(count);
        for (std::size_t i = 0; i < count; ++i) {
            const auto* end = raw.comp_info + raw.num_components;
            const auto* found =
                std::find_if(raw.comp_info, raw.comp_info + raw.num_components,
                             [&](const jpeg_component_info& component) {
                                 return component.component_id == segment[5 + 2 * i];
                             });
            scan.component_index[i] = found == end ? -1 : static_cast<int>(found - raw.comp_info);
        }
        ByteView progression = segment.subspan(5 + 2 * count, 3);
        scan.Ss = progression[0];
        scan.Se = progression[1];
        scan.Ah = progression[2] >> 4;
        scan.Al = progression[2] & 0x0F;
        return scan;
    }

    std::vector<Part> parts_;
    std::vector<JpegPlane> planes_;
    unsigned restart_interval_ = 0;
    jvirt_barray_ptr* arrays_ = nullptr;
};

/// libjpeg's Huffman coders refuse what they cannot code, its arithmetic coder does not.
void check_range(std::span<const JpegBlock> blocks) {
    for (const JpegBlock& block : blocks)
        for (int coefficient : block)
            if (coefficient < -largest_coefficient || coefficient > largest_coefficient)
                throw Error("JPEG: DCT coefficient out of range");
}

/// The original's blocks, coded by its process.
class CoefficientWriter : public JpegWriter {
public:
    explicit CoefficientWriter(CoefficientReader& original) : original_(original) {
        errors.guard([&] {
            jpeg_copy_critical_parameters(&original_.raw, &raw);
            raw.restart_interval = original_.restart_interval();
            raw.arith_code = original_.raw.arith_code;
            raw.optimize_coding = raw.arith_code ? FALSE : TRUE;
        });
    }

    /// False when libjpeg does not write such scans; then this object is of no more use.
    bool begin(const std::vector<jpeg_scan_info>& script) {
        return errors.attempt([&] {
            raw.scan_info = script.data();
            raw.num_scans = static_cast<int>(script.size());
            jpeg_write_coefficients(&raw, original_.arrays());
        });
    }
    void begin_as_usual() {
        errors.guard([&] {
            if (original_.raw.progressive_mode)
                jpeg_simple_progression(&raw);
            jpeg_write_coefficients(&raw, original_.arrays());
        });
    }
    ByteView finish() {
        errors.guard([&] { jpeg_finish_compress(&raw); });
        return written();
    }

private:
    CoefficientReader& original_;
};

/// Tables of the entropy coding, and what is coded with them.
bool is_coding(const Part& part) {
    return part.marker == dht || part.marker == dac || part.marker == dri || part.marker == sos;
}

enum class Scans { as_they_were, others };

/// The segments of the original with the entropy-coded data of `coded`: scan for scan, or behind
/// all others.
Bytes joined(const std::vector<Part>& original, ByteView coded, Scans scans) {
    Bytes out{0xFF, 0xD8};
    out.reserve(coded.size() + 4096);
    auto append = [&](const Part& part) {
        out.insert(out.end(), part.bytes.begin(), part.bytes.end());
    };
    std::vector<Part> parts = parts_of(coded);
    auto next = parts.begin();
    auto append_scan = [&] {
        for (bool whole = false; next != parts.end() && !whole; ++next)
            if (is_coding(*next)) {
                append(*next);
                whole = next->marker == sos;
            }
    };
    for (const Part& part : original)
        if (!is_coding(part))
            append(part);
        else if (part.marker == sos && scans == Scans::as_they_were)
            append_scan();
    while (next != parts.end())
        append_scan();
    out.insert(out.end(), {0xFF, eoi});
    return out;
}

} // namespace

Bytes edit_jpeg_coefficients(ByteView jpeg, const JpegRowEdit& edit) {
    CoefficientReader original{jpeg};
    for (std::size_t i = 0; i < original.planes().size(); ++i)
        for (int row = 0; row < original.planes()[i].blocks_high; ++row) {
            std::span<JpegBlock> blocks = original.row(i, row);
            edit(original.planes(), i, row, blocks);
            check_range(blocks);
        }

    if (original.has_all_bits()) {
        std::vector<jpeg_scan_info> script = original.script();
        CoefficientWriter writer{original};
        if (writer.begin(script))
            return joined(original.parts(), writer.finish(), Scans::as_they_were);
    }
    CoefficientWriter writer{original};
    writer.begin_as_usual();
    return joined(original.parts(), writer.finish(), Scans::others);
}

JpegCoefficients read_jpeg_coefficients(ByteView jpeg) {
    CoefficientReader original{jpeg};
    JpegCoefficients all;
    all.planes = original.planes();
    all.blocks.resize(all.planes.size());
    for (std::size_t i = 0; i < all.planes.size(); ++i)
        for (int row = 0; row < all.planes[i].blocks_high; ++row) {
            std::span<JpegBlock> blocks = original.row(i, row);
            all.blocks[i].insert(all.blocks[i].end(), blocks.begin(), blocks.end());
        }
    return all;
}

} // namespace img
