// Taking a stamp off again: what was replaced travels in segments of the stamped JPEG.

#include "verb/stamp/undo.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "foreign/openssl_digest.hpp"
#include "frame/jpeg_walk.hpp"
#include "frame/mpf.hpp"

#include <algorithm>

namespace img {

namespace {

constexpr std::string_view segment_name{"imgseq.undo\0", 12};
constexpr std::size_t segment_head = segment_name.size() + 4;
constexpr std::size_t most_payload = 65533;
constexpr std::size_t most_parts = 65535;
constexpr std::uint8_t format = 1;

/// What a record holds behind its head.
enum class Kind : std::uint8_t { replaced_bits, whole };

[[noreturn]] void no_way_back() {
    throw Error("the stamp cannot be taken off: the frame was changed since it was stamped");
}

/// Numbers and bytes one behind the other.
class RecordWriter {
public:
    void number(std::uint64_t value, int bytes) {
        for (int i = bytes - 1; i >= 0; --i)
            out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
    void raw(ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }
    void counted(ByteView bytes) {
        number(bytes.size(), 4);
        raw(bytes);
    }
    Bytes out;
};

class RecordReader {
public:
    explicit RecordReader(ByteView bytes) : rest(bytes) {}
    std::uint64_t number(std::size_t bytes) {
        std::uint64_t value = 0;
        for (std::uint8_t byte : raw(bytes))
            value = value << 8 | byte;
        return value;
    }
    ByteView raw(std::size_t count) {
        if (count > rest.size())
            no_way_back();
        ByteView taken = rest.first(count);
        rest = rest.subspan(count);
        return taken;
    }
    ByteView counted() { return raw(number(4)); }
    ByteView rest;
};

/// The difference between two headers: what stands between what they begin and end with.
struct HeaderChange {
    std::size_t begin = 0, end = 0; ///< how much they have in common
    ByteView middle;                ///< of the original
};

HeaderChange change_of(ByteView original, ByteView stamped) {
    std::size_t most = std::min(original.size(), stamped.size());
    HeaderChange change;
    while (change.begin < most && original[change.begin] == stamped[change.begin])
        ++change.begin;
    while (change.end < most - change.begin &&
           original[original.size() - 1 - change.end] == stamped[stamped.size() - 1 - change.end])
        ++change.end;
    change.middle = original.subspan(change.begin, original.size() - change.begin - change.end);
    return change;
}

/// The runs, and behind each the MCU whose DC differences count from it.
std::vector<McuRun> with_followers(const std::vector<McuRun>& runs, const JpegScan& scan) {
    std::int64_t total = static_cast<std::int64_t>(scan.mcus_wide()) * scan.mcus_high();
    std::int64_t length = scan.restart_interval ? scan.restart_interval : total;
    std::vector<McuRun> out;
    for (McuRun run : runs) {
        if (run.end % length != 0 && run.end < total)
            ++run.end;
        if (!out.empty() && run.begin <= out.back().end)
            out.back().end = run.end;
        else
            out.push_back(run);
    }
    return out;
}

/// Keeps the bits of the runs, and changes nothing.
class CollectBits final : public Patch {
public:
    CollectBits(const ScanCoder& coder, BitWriter& bits) : coder_(coder), bits_(bits) {}
    void write(const McuRun& run, BitReader& in, Predictors& in_predictors, BitWriter& out,
               Predictors& out_predictors) override {
        BitPosition begin = in.position();
        coder_.pass(in, run.end - run.begin, in_predictors);
        bits_.copy(begin, in.position());
        out.copy(begin, in.position());
        out_predictors = in_predictors;
    }

private:
    const ScanCoder& coder_;
    BitWriter& bits_;
};

/// Puts kept bits in the place of the runs.
class RestoreBits final : public Patch {
public:
    RestoreBits(const ScanCoder& stamped, const ScanCoder& original, ByteView bits)
        : stamped_(stamped), original_(original), bits_(bits) {}
    void write(const McuRun& run, BitReader& in, Predictors& in_predictors, BitWriter& out,
               Predictors& out_predictors) override {
        stamped_.pass(in, run.end - run.begin, in_predictors);
        BitPosition begin = bits_.position();
        original_.pass(bits_, run.end - run.begin, out_predictors);
        out.copy(begin, bits_.position());
    }

private:
    const ScanCoder &stamped_, &original_;
    BitReader bits_;
};

Bytes bits_of(ByteView jpeg, const JpegScan& scan, const std::vector<McuRun>& runs) {
    TableCache cache;
    ScanCoder coder{scan, tables_of(scan, cache)};
    Bytes bits, unchanged;
    BitWriter writer{bits};
    CollectBits patch{coder, writer};
    splice({jpeg, scan, coder, coder, runs, Verify::tail}, patch, unchanged);
    writer.finish();
    return bits;
}

RecordWriter begin_record(Kind kind, ByteView original) {
    RecordWriter record;
    record.number(format, 1);
    record.number(static_cast<std::uint8_t>(kind), 1);
    record.raw(sha256_of(original));
    record.number(original.size(), 8);
    return record;
}

Bytes record_of_bits(ByteView stamped, const std::vector<McuRun>& runs, ByteView original,
                     const JpegScan& scan) {
    RecordWriter record = begin_record(Kind::replaced_bits, original);
    HeaderChange change =
        change_of(original.first(scan.begin), stamped.first(read_scan(stamped).begin));
    record.number(change.begin, 4);
    record.number(change.end, 4);
    record.counted(change.middle);
    std::vector<McuRun> changed = with_followers(runs, scan);
    record.number(changed.size(), 4);
    for (const McuRun& run : changed) {
        record.number(static_cast<std::uint64_t>(run.begin), 4);
        record.number(static_cast<std::uint64_t>(run.end), 4);
    }
    record.raw(bits_of(original, scan, changed));
    return record.out;
}

/// Behind the leading segments of applications, and comments.
std::size_t place_of_record(ByteView jpeg) {
    std::size_t place = 2;
    for (const JpegSegment& segment : jpeg_segments(jpeg)) {
        bool application = segment.marker >= marker::app0 && segment.marker <= marker::app15;
        if (!application && segment.marker != marker::com)
            break;
        place = segment.end();
    }
    return place;
}

Bytes with_segments(ByteView jpeg, ByteView record) {
    const std::size_t part_size = most_payload - segment_head;
    const std::size_t parts = (record.size() + part_size - 1) / part_size;
    if (parts > most_parts)
        throw Error("the frame is too large for --reversible");
    const std::size_t place = place_of_record(jpeg);
    RecordWriter out;
    out.out.reserve(jpeg.size() + record.size() + parts * (segment_head + 4));
    out.raw(jpeg.first(place));
    for (std::size_t part = 0; part < parts; ++part) {
        ByteView data =
            record.subspan(part * part_size, std::min(part_size, record.size() - part * part_size));
        out.number(0xFF00 | marker::app15, 2);
        out.number(2 + segment_head + data.size(), 2);
        out.raw(bytes_of(segment_name));
        out.number(part + 1, 2);
        out.number(parts, 2);
        out.raw(data);
    }
    out.raw(jpeg.subspan(place));
    return std::move(out.out);
}

/// The last record of a frame, and where its segments stand.
struct FoundRecord {
    std::size_t begin, end;
    Bytes data;
};

std::optional<FoundRecord> find_record(ByteView jpeg) {
    std::optional<FoundRecord> found;
    std::uint64_t next = 0, parts = 0;
    for (const JpegSegment& segment : jpeg_segments(jpeg)) {
        if (segment.marker != marker::app15 || !text_of(segment.payload).starts_with(segment_name))
            continue;
        RecordReader in{segment.payload.subspan(segment_name.size())};
        std::uint64_t part = in.number(2), of = in.number(2);
        if (part == 1) {
            found = FoundRecord{segment.offset, segment.end(), {}};
            parts = of;
        } else if (!found || part != next || of != parts || segment.offset != found->end) {
            no_way_back();
        }
        next = part + 1;
        found->end = segment.end();
        found->data.insert(found->data.end(), in.rest.begin(), in.rest.end());
    }
    if (found && next != parts + 1)
        no_way_back();
    return found;
}

std::vector<McuRun> read_runs(RecordReader& record, const JpegScan& scan) {
    std::int64_t total = static_cast<std::int64_t>(scan.mcus_wide()) * scan.mcus_high();
    std::uint64_t count = record.number(4);
    if (count > record.rest.size() / 8)
        no_way_back();
    std::vector<McuRun> runs;
    std::int64_t last = -1;
    for (; count > 0; --count) {
        McuRun run;
        run.begin = static_cast<std::int64_t>(record.number(4));
        run.end = static_cast<std::int64_t>(record.number(4));
        if (run.begin <= last || run.end <= run.begin || run.end > total)
            no_way_back();
        last = run.end;
        runs.push_back(run);
    }
    return runs;
}

Bytes restored(ByteView stamped, RecordReader record) {
    const JpegScan now = read_scan(stamped);
    ByteView header = stamped.first(now.begin);
    std::size_t begin = record.number(4), end = record.number(4);
    ByteView middle = record.counted();
    if (begin > header.size() || end > header.size() - begin)
        no_way_back();
    RecordWriter out;
    out.out.reserve(stamped.size() + middle.size());
    out.raw(header.first(begin));
    out.raw(middle);
    out.raw(header.last(end));

    const JpegScan then = read_scan(out.out);
    if (then.size != now.size || !now.other.empty() || !then.other.empty() ||
        then.component_count != now.component_count)
        no_way_back();
    std::vector<McuRun> runs = read_runs(record, then);
    TableCache cache;
    ScanTables tables_now = tables_of(now, cache), tables_then = tables_of(then, cache);
    ScanCoder coder_now{now, tables_now}, coder_then{then, tables_then};
    bool same = tables_now.dc == tables_then.dc && tables_now.ac == tables_then.ac;
    RestoreBits patch{coder_now, coder_then, record.rest};
    splice({stamped, now, coder_now, same ? coder_now : coder_then, runs, Verify::full}, patch,
           out.out);
    return std::move(out.out);
}

} // namespace

Bytes with_undo_record(ByteView stamped, const Inscribed& how, ByteView original,
                       const JpegScan& scan) {
    if (how.method != Method::coefficients && scan.other.empty()) {
        Bytes out = with_segments(stamped, record_of_bits(stamped, how.runs, original, scan));
        // Pictures may be coded in ways that are not our own, such as with other padding.
        try {
            Bytes back = without_stamp(out);
            return out;
        } catch (const Error&) { // the whole original it is
        }
    }
    RecordWriter record = begin_record(Kind::whole, original);
    record.raw(original);
    return with_segments(stamped, record.out);
}

Bytes without_stamp(ByteView stamped) {
    std::optional<FoundRecord> found = find_record(stamped);
    if (!found)
        throw Error("there is no stamp that can be taken off; frames keep what is under it with "
                    "--reversible");
    Bytes bare(stamped.begin(), stamped.begin() + static_cast<std::ptrdiff_t>(found->begin));
    bare.insert(bare.end(), stamped.begin() + static_cast<std::ptrdiff_t>(found->end),
                stamped.end());

    RecordReader record{found->data};
    if (record.number(1) != format)
        throw Error("the stamp was made by a newer version, and cannot be taken off by this one");
    auto kind = static_cast<Kind>(record.number(1));
    ByteView digest = record.raw(Sha256{}.size());
    std::uint64_t size = record.number(8);
    Bytes original;
    try {
        original = kind == Kind::whole ? Bytes(record.rest.begin(), record.rest.end())
                                       : restored(bare, record);
    } catch (const MissingCode&) {
        no_way_back();
    } catch (const Error&) {
        no_way_back();
    }
    auto complete = [&] {
        return original.size() == size && std::ranges::equal(sha256_of(original), digest);
    };
    // The index of further pictures was corrected when the frame got longer.
    if (!complete())
        correct_mpf(original, stamped);
    if (!complete())
        no_way_back();
    return original;
}

} // namespace img
