// What a decoder must know of a JPEG before its first scan: geometry, colours, tables.

#include "verb/stamp/jpeg_scan.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "frame/jpeg_walk.hpp"

#include <algorithm>

namespace img {

namespace {

namespace code {
constexpr std::uint8_t sof0 = 0xC0, sof1 = 0xC1, sof2 = 0xC2, dht = 0xC4, sof9 = 0xC9, sof10 = 0xCA,
                       jpg = 0xC8, dac = 0xCC, dqt = 0xDB, dnl = 0xDC, dri = 0xDD;
} // namespace code

[[noreturn]] void broken(std::string_view what) {
    throw Error(str("JPEG: broken ", what));
}

/// Reads numbers one behind the other; throws when the segment is too short.
class Cursor {
public:
    Cursor(ByteView bytes, std::string_view what) : bytes_(bytes), what_(what) {}

    bool empty() const { return bytes_.empty(); }
    unsigned byte() {
        if (bytes_.empty())
            broken(what_);
        unsigned value = bytes_[0];
        bytes_ = bytes_.subspan(1);
        return value;
    }
    unsigned word() {
        unsigned high = byte();
        return high << 8 | byte();
    }

private:
    ByteView bytes_;
    std::string_view what_;
};

/// What is told by the markers that applications put in.
struct Application {
    bool jfif = false, adobe = false;
    unsigned adobe_transform = 0;
};

using Steps = std::array<std::optional<QuantizationTable>, 4>;

void read_quantization(ByteView payload, Steps& tables) {
    Cursor in{payload, "quantisation table"};
    while (!in.empty()) {
        unsigned head = in.byte();
        if (head >> 4 > 1 || (head & 15) > 3)
            broken("quantisation table");
        QuantizationTable& table = tables[head & 15].emplace();
        for (std::uint16_t& step : table) {
            step = static_cast<std::uint16_t>(head >> 4 ? in.word() : in.byte());
            if (step == 0)
                broken("quantisation table");
        }
    }
}

void read_huffman(ByteView payload, JpegScan& scan) {
    Cursor in{payload, "Huffman table"};
    while (!in.empty()) {
        unsigned head = in.byte();
        if (head >> 4 > 1 || (head & 15) > 3)
            broken("Huffman table");
        HuffmanSpec& table = (head >> 4 ? scan.ac : scan.dc)[head & 15].emplace();
        unsigned total = 0;
        for (std::uint8_t& count : table.counts)
            total += count = static_cast<std::uint8_t>(in.byte());
        if (total > 256)
            broken("Huffman table");
        for (unsigned i = 0; i < total; ++i)
            table.symbols[i] = static_cast<std::uint8_t>(in.byte());
    }
}

void read_frame_header(ByteView payload, JpegScan& scan, std::array<unsigned, 4>& steps) {
    Cursor in{payload, "frame header"};
    if (unsigned precision = in.byte(); precision != 8)
        throw Error(str("JPEG: ", precision, " bits a sample are not supported"));
    scan.size.height = static_cast<int>(in.word());
    scan.size.width = static_cast<int>(in.word());
    if (scan.size.height == 0)
        throw Error("JPEG: a height that is told after the picture is not supported");
    scan.component_count = in.byte();
    if (scan.size.width == 0)
        broken("frame header");
    if (scan.component_count != 1 && scan.component_count != 3 && scan.component_count != 4)
        throw Error(str("JPEG: ", scan.component_count, " components are not supported"));
    for (std::size_t i = 0; i < scan.component_count; ++i) {
        JpegComponent& component = scan.components[i];
        component.id = static_cast<std::uint8_t>(in.byte());
        unsigned factors = in.byte();
        component.horizontal = static_cast<int>(factors >> 4);
        component.vertical = static_cast<int>(factors & 15);
        steps[i] = in.byte();
        if (component.horizontal < 1 || component.horizontal > 4 || component.vertical < 1 ||
            component.vertical > 4 || steps[i] > 3)
            broken("frame header");
        scan.most_horizontal = std::max(scan.most_horizontal, component.horizontal);
        scan.most_vertical = std::max(scan.most_vertical, component.vertical);
    }
}

/// As libjpeg decides it: the frame itself hardly says what its components mean.
ColorModel model_of(const JpegScan& scan, const Application& application) {
    if (scan.component_count == 1)
        return ColorModel::gray;
    if (scan.component_count == 4) {
        if (!application.adobe)
            return ColorModel::cmyk;
        return application.adobe_transform == 2 ? ColorModel::inverted_ycck
                                                : ColorModel::inverted_cmyk;
    }
    if (application.jfif)
        return ColorModel::ycbcr;
    if (application.adobe)
        return application.adobe_transform == 0 ? ColorModel::rgb : ColorModel::ycbcr;
    bool named = scan.components[0].id == 'R' && scan.components[1].id == 'G' &&
                 scan.components[2].id == 'B';
    return named ? ColorModel::rgb : ColorModel::ycbcr;
}

/// The scan header. Sets `other` when the scan is not one that holds the whole picture.
void read_scan_header(ByteView payload, JpegScan& scan) {
    Cursor in{payload, "scan header"};
    std::size_t count = in.byte();
    if (count < 1 || count > most_components)
        broken("scan header");
    bool whole = count == scan.component_count;
    for (std::size_t i = 0; i < count; ++i) {
        unsigned id = in.byte(), tables = in.byte();
        if (tables >> 4 > 3 || (tables & 15) > 3)
            broken("scan header");
        JpegComponent& component = scan.components[i];
        whole = whole && component.id == id;
        component.dc_table = tables >> 4;
        component.ac_table = tables & 15;
    }
    unsigned first = in.byte(), last = in.byte(), approximation = in.byte();
    if (!scan.other.empty())
        return;
    if (!whole)
        scan.other = "in several scans";
    else if (first != 0 || last != 63 || approximation != 0)
        broken("scan header");
}

bool is_frame_header(std::uint8_t marker) {
    return marker >= code::sof0 && marker <= 0xCF && marker != code::dht && marker != code::jpg &&
           marker != code::dac;
}

std::string process_of(std::uint8_t marker) {
    switch (marker) {
    case code::sof0:
    case code::sof1:
        return "";
    case code::sof2:
        return "progressive";
    case code::sof9:
        return "arithmetic-coded";
    case code::sof10:
        return "progressive and arithmetic-coded";
    case 0xC3:
    case 0xCB:
        throw Error("JPEG: lossless coding is not supported");
    default:
        throw Error("JPEG: hierarchical coding is not supported");
    }
}

void take_typical_tables(JpegScan& scan) {
    for (std::size_t i = 0; i < 2; ++i) {
        scan.dc[i] = typical_dc(i);
        scan.ac[i] = typical_ac(i);
    }
}

std::size_t blocks_of_mcu(const JpegScan& scan) {
    std::size_t blocks = 0;
    for (std::size_t i = 0; i < scan.component_count; ++i)
        blocks +=
            static_cast<std::size_t>(scan.components[i].horizontal * scan.components[i].vertical);
    return scan.component_count == 1 ? 1 : blocks;
}

} // namespace

JpegScan read_scan(ByteView jpeg) {
    JpegScan scan;
    Steps tables;
    std::array<unsigned, 4> steps{};
    Application application;
    std::size_t at = 2;
    for (const JpegSegment& segment : jpeg_segments(jpeg)) {
        std::string_view text = text_of(segment.payload);
        at = segment.end();
        if (segment.marker == code::dqt)
            read_quantization(segment.payload, tables);
        else if (segment.marker == code::dht)
            read_huffman(segment.payload, scan);
        else if (segment.marker == code::dri)
            scan.restart_interval = Cursor{segment.payload, "restart interval"}.word();
        else if (segment.marker == code::dnl)
            throw Error("JPEG: a height that is told after the picture is not supported");
        else if (segment.marker == marker::app0 && text.starts_with(std::string_view{"JFIF", 5}))
            application.jfif = true;
        else if (segment.marker == marker::app14 && text.starts_with("Adobe") && text.size() >= 12)
            application = {application.jfif, true, segment.payload[11]};
        if (!is_frame_header(segment.marker))
            continue;
        if (scan.component_count != 0)
            throw Error("JPEG: hierarchical coding is not supported");
        scan.other = process_of(segment.marker);
        read_frame_header(segment.payload, scan, steps);
    }
    while (at + 1 < jpeg.size() && jpeg[at] == 0xFF && jpeg[at + 1] == 0xFF)
        ++at;
    if (scan.component_count == 0 || at + 4 > jpeg.size() || jpeg[at + 1] != marker::sos)
        broken("header: there is no picture");
    std::size_t length = static_cast<std::size_t>(jpeg[at + 2] << 8 | jpeg[at + 3]);
    if (length < 2 || at + 2 + length > jpeg.size())
        broken("scan header");
    read_scan_header(jpeg.subspan(at + 4, length - 2), scan);
    scan.begin = at + 2 + length;

    scan.model = model_of(scan, application);
    if (!scan.other.empty())
        return scan;
    bool tableless = std::none_of(scan.dc.begin(), scan.dc.end(), [](auto& t) { return !!t; }) &&
                     std::none_of(scan.ac.begin(), scan.ac.end(), [](auto& t) { return !!t; });
    if (tableless)
        take_typical_tables(scan);
    for (std::size_t i = 0; i < scan.component_count; ++i) {
        JpegComponent& component = scan.components[i];
        if (!tables[steps[i]])
            broken("header: a quantisation table is missing");
        component.steps = *tables[steps[i]];
        if (!scan.dc[component.dc_table] || !scan.ac[component.ac_table])
            broken("header: a Huffman table is missing");
    }
    if (blocks_of_mcu(scan) > most_mcu_blocks)
        throw Error("JPEG: more than 10 blocks in a unit are not supported");
    return scan;
}

const std::array<std::uint8_t, 64> zigzag_to_natural{
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

const HuffmanSpec& typical_dc(std::size_t which) {
    static const std::array<HuffmanSpec, 2> tables{
        {{{0, 1, 5, 1, 1, 1, 1, 1, 1}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
         {{0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}}};
    return tables.at(which);
}

const HuffmanSpec& typical_ac(std::size_t which) {
    static const std::array<HuffmanSpec, 2> tables{
        {{{0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7D},
          {0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61,
           0x07, 0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42, 0xB1, 0xC1, 0x15, 0x52,
           0xD1, 0xF0, 0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0A, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x25,
           0x26, 0x27, 0x28, 0x29, 0x2A, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A, 0x43, 0x44, 0x45,
           0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0x63, 0x64,
           0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x83,
           0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
           0x9A, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6,
           0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3,
           0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8,
           0xE9, 0xEA, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA}},
         {{0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77},
          {0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61,
           0x71, 0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xA1, 0xB1, 0xC1, 0x09, 0x23, 0x33,
           0x52, 0xF0, 0x15, 0x62, 0x72, 0xD1, 0x0A, 0x16, 0x24, 0x34, 0xE1, 0x25, 0xF1, 0x17, 0x18,
           0x19, 0x1A, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A, 0x43, 0x44,
           0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0x63,
           0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A,
           0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97,
           0x98, 0x99, 0x9A, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4,
           0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA,
           0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7,
           0xE8, 0xE9, 0xEA, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA}}}};
    return tables.at(which);
}

} // namespace img
