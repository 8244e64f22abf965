// Changing some MCUs of a JPEG and leaving the bits of all others as they are.

#include "verb/stamp/splice.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

namespace img {

namespace {

/// From here before the end of a scan, its codes are read to find where they end. Decoding that
/// starts anywhere in Huffman codes falls into step with them soon: of several hundred camera
/// pictures the slowest needed 1.1 KB.
constexpr std::ptrdiff_t tail_length = 8192;

class Splicer {
public:
    Splicer(const SpliceJob& job, Patch& patch, Bytes& out)
        : job_(job), patch_(patch), out_(out), begin_(job.jpeg.data() + job.scan.begin),
          end_(job.jpeg.data() + job.jpeg.size()), verbatim_(begin_) {}

    void run() {
        const JpegScan& scan = job_.scan;
        std::int64_t total = static_cast<std::int64_t>(scan.mcus_wide()) * scan.mcus_high();
        std::int64_t length = scan.restart_interval ? scan.restart_interval : total;
        unsigned restarts = 0;
        for (std::int64_t first = 0; first < total; first += length) {
            McuRun interval{first, std::min(first + length, total)};
            bool last = interval.end == total;
            if (job_.verify == Verify::full || touched(interval) || recodes())
                change(interval);
            else
                begin_ = find_marker(begin_);
            if (last)
                break;
            begin_ = expect_restart(begin_, restarts++);
        }
        flush(end_);
    }

private:
    bool recodes() const { return &job_.from != &job_.to; }
    bool touched(const McuRun& interval) const {
        return next_ < job_.runs.size() &&
               std::max(job_.runs[next_].begin, interval.begin) < interval.end;
    }

    /// The bytes up to `to` that were not written yet stay as they are.
    void flush(const std::uint8_t* to) {
        out_.insert(out_.end(), verbatim_, to);
        verbatim_ = to;
    }

    /// One restart interval; begin_ goes on to the marker behind it.
    void change(const McuRun& interval) {
        BitReader in{ByteView{begin_, end_}};
        if (!touched(interval) && !recodes()) {
            Predictors predictors{};
            job_.from.pass(in, interval.end - interval.begin, predictors);
            begin_ = find_marker(behind(in.position()));
            return;
        }
        flush(begin_);
        BitWriter out{out_};
        BitPosition end = write(interval, in, out);
        out.finish();
        // What cameras leave between the picture and the marker.
        verbatim_ = behind(end);
        begin_ = find_marker(verbatim_);
    }

    /// Gives where the interval's codes end.
    BitPosition write(const McuRun& interval, BitReader& in, BitWriter& out) {
        Predictors from{}, to{};
        std::int64_t at = interval.begin;
        BitPosition copied{begin_, 0};
        while (touched({at, interval.end})) {
            McuRun run = part_of_run(interval);
            keep(run.begin - at, in, from, out, to, copied);
            patch_.write(run, in, from, out, to);
            at = run.end;
            copied = in.position();
        }
        if (!recodes() && job_.verify == Verify::tail && at < interval.end) {
            keep(1, in, from, out, to, copied);
            copied = in.position();
            ++at;
            if (std::optional<BitPosition> end = end_of_codes(copied)) {
                out.copy(copied, *end);
                return *end;
            }
        }
        keep(interval.end - at, in, from, out, to, copied);
        return in.position();
    }

    /// The next run as far as it lies in the interval.
    McuRun part_of_run(const McuRun& interval) {
        const McuRun& whole = job_.runs[next_];
        McuRun part{std::max(whole.begin, interval.begin), std::min(whole.end, interval.end)};
        if (whole.end <= interval.end)
            ++next_;
        return part;
    }

    /// The next MCUs as they are. Of the first one behind a change, the DC differences count from
    /// what was changed, so it is coded anew.
    void keep(std::int64_t mcus, BitReader& in, Predictors& from, BitWriter& out, Predictors& to,
              BitPosition copied) {
        if (recodes()) {
            job_.from.recode(in, mcus, from, job_.to, out, to);
            return;
        }
        if (mcus > 0 && from != to) {
            job_.from.recode(in, 1, from, job_.to, out, to);
            --mcus;
            copied = in.position();
        }
        job_.from.pass(in, mcus, from);
        to = from;
        out.copy(copied, in.position());
    }

    /// Where the codes end that go on from `from` to the next marker, or nullopt when they do not
    /// end as they should.
    std::optional<BitPosition> end_of_codes(BitPosition from) {
        const std::uint8_t* marker = find_marker(from.byte);
        const std::uint8_t* start = std::max(from.byte + (from.bit > 0), marker - tail_length);
        if (start == from.byte || start - from.byte < tail_length)
            return std::nullopt;
        // Not between 0xFF and its stuffed zero.
        while (start < marker && start[-1] == 0xFF)
            ++start;
        BitReader in{ByteView{start, marker}};
        Predictors predictors{};
        try {
            for (;;) {
                BitPosition at = in.position();
                if (marker - at.byte <= 2 && behind(at) == marker && only_padding(at))
                    return at;
                job_.from.pass(in, 1, predictors);
            }
        } catch (const Error&) {
            return std::nullopt; // out of step, or really broken: reading it all will tell
        }
    }

    static bool only_padding(BitPosition at) {
        return at.bit == 0 || (*at.byte & (0xFFU >> at.bit)) == (0xFFU >> at.bit);
    }

    /// The first byte that no bit before `at` is in.
    static const std::uint8_t* behind(BitPosition at) {
        if (at.bit == 0)
            return at.byte;
        return at.byte + (*at.byte == 0xFF ? 2 : 1);
    }

    /// The next 0xFF that belongs to no data.
    const std::uint8_t* find_marker(const std::uint8_t* at) const {
        for (; at < end_; at += 2) {
            at = static_cast<const std::uint8_t*>(
                std::memchr(at, 0xFF, static_cast<std::size_t>(end_ - at)));
            if (!at || at + 1 >= end_)
                break;
            if (at[1] != 0x00)
                return at;
        }
        throw Error("JPEG: the picture is cut off");
    }

    /// Behind the restart marker at `at`.
    const std::uint8_t* expect_restart(const std::uint8_t* at, unsigned number) const {
        while (at + 1 < end_ && at[1] == 0xFF)
            ++at;
        if (at + 1 >= end_ || at[1] != 0xD0 + number % 8)
            throw Error("JPEG: a restart marker is missing");
        return at + 2;
    }

    const SpliceJob& job_;
    Patch& patch_;
    Bytes& out_;
    std::size_t next_ = 0; ///< of the runs
    const std::uint8_t *begin_, *end_;
    const std::uint8_t* verbatim_; ///< from here, nothing was written yet
};

} // namespace

void splice(const SpliceJob& job, Patch& patch, Bytes& out) {
    Splicer{job, patch, out}.run();
}

} // namespace img
