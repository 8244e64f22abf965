// FFmpeg's libraries: packets and pictures from cameras, devices and clips.

#include "foreign/ffmpeg.hpp"

#include "base/error.hpp"
#include "base/stop.hpp"
#include "base/time.hpp"
#include "base/url.hpp"
#include "foreign/shared_library.hpp"

#include <algorithm>
#include <array>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavdevice/avdevice.h>
#include <libavformat/avformat.h>
#include <libavutil/log.h>
#include <libswscale/swscale.h>
}

namespace img {

namespace {

using namespace std::chrono_literals;

/// The libraries are loaded when the first stream is opened: linking them would cost every start
/// of the program 30 ms, for the 130 libraries behind them. The versions are those of the headers.
void* load_library(const char* name, int major) {
    return open_library(str("lib", name, ".so.", major),
                        " of FFmpeg is not installed, and is needed to read video",
                        Symbols::global);
}

struct Libraries {
    void* avutil = load_library("avutil", LIBAVUTIL_VERSION_MAJOR);
    IMG_FUNCTION(avutil, av_dict_free);
    IMG_FUNCTION(avutil, av_dict_get);
    IMG_FUNCTION(avutil, av_dict_set);
    IMG_FUNCTION(avutil, av_frame_alloc);
    IMG_FUNCTION(avutil, av_frame_free);
    IMG_FUNCTION(avutil, av_frame_move_ref);
    IMG_FUNCTION(avutil, av_frame_unref);
    IMG_FUNCTION(avutil, av_log_set_level);
    IMG_FUNCTION(avutil, av_strerror);
    void* avcodec = load_library("avcodec", LIBAVCODEC_VERSION_MAJOR);
    IMG_FUNCTION(avcodec, av_packet_alloc);
    IMG_FUNCTION(avcodec, av_packet_free);
    IMG_FUNCTION(avcodec, avcodec_alloc_context3);
    IMG_FUNCTION(avcodec, avcodec_find_decoder);
    IMG_FUNCTION(avcodec, avcodec_flush_buffers);
    IMG_FUNCTION(avcodec, avcodec_free_context);
    IMG_FUNCTION(avcodec, avcodec_open2);
    IMG_FUNCTION(avcodec, avcodec_parameters_to_context);
    IMG_FUNCTION(avcodec, avcodec_receive_frame);
    IMG_FUNCTION(avcodec, avcodec_send_packet);
    void* avformat = load_library("avformat", LIBAVFORMAT_VERSION_MAJOR);
    IMG_FUNCTION(avformat, av_find_input_format);
    IMG_FUNCTION(avformat, av_read_frame);
    IMG_FUNCTION(avformat, avformat_alloc_context);
    IMG_FUNCTION(avformat, avformat_close_input);
    IMG_FUNCTION(avformat, avformat_find_stream_info);
    IMG_FUNCTION(avformat, avformat_open_input);
    void* swscale = load_library("swscale", LIBSWSCALE_VERSION_MAJOR);
    IMG_FUNCTION(swscale, sws_freeContext);
    IMG_FUNCTION(swscale, sws_getCoefficients);
    IMG_FUNCTION(swscale, sws_getContext);
    IMG_FUNCTION(swscale, sws_scale);
    IMG_FUNCTION(swscale, sws_setColorspaceDetails);
};

const Libraries& av() {
    static const Libraries libraries = [] {
        Libraries loaded;
        // What they would print may hold the URL with its password, and says less than we do.
        loaded.av_log_set_level(AV_LOG_QUIET);
        return loaded;
    }();
    return libraries;
}

/// Devices drag in more libraries than all the rest, so only their user loads them.
const AVInputFormat* device_format() {
    static void* avdevice = load_library("avdevice", LIBAVDEVICE_VERSION_MAJOR);
    reinterpret_cast<decltype(&::avdevice_register_all)>(
        find_function(avdevice, "avdevice_register_all"))();
    return av().av_find_input_format("v4l2");
}

std::string text_of_error(int code) {
    std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
    av().av_strerror(code, text.data(), text.size());
    return text.data();
}

/// Containers that hold their own video. Others (playlists, lists of files, subtitles, text shown
/// as pictures) would open further files, or see video in what is none.
constexpr const char* clip_formats =
    "mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,h264,hevc,mjpeg,flv,asf,ogg,ivf,nut,mxf,m4v,"
    "dv,av1,obu,gif";

/// Whether the camera or file answered in a way that it would answer again.
bool is_final(int code) {
    return code == AVERROR_HTTP_UNAUTHORIZED || code == AVERROR_HTTP_FORBIDDEN ||
           code == AVERROR_HTTP_NOT_FOUND || code == AVERROR_HTTP_BAD_REQUEST ||
           code == AVERROR_HTTP_OTHER_4XX || code == AVERROR_PROTOCOL_NOT_FOUND ||
           code == AVERROR_DECODER_NOT_FOUND || code == AVERROR(ENOENT) ||
           code == AVERROR(EACCES) || code == AVERROR(EPERM) || code == AVERROR(ENOTTY);
}

std::string meaning_of(int code) {
    switch (code) {
    case AVERROR_HTTP_UNAUTHORIZED:
        return "the camera refuses the user or password (or asks for a kind of login that FFmpeg "
               "lacks)";
    case AVERROR_HTTP_FORBIDDEN:
        return "the camera forbids this user the stream";
    case AVERROR_HTTP_NOT_FOUND:
        return "the camera has no stream of this path";
    case AVERROR(ENOTTY):
        return "this is not a camera";
    default:
        return text_of_error(code);
    }
}

struct FreePacket {
    void operator()(AVPacket* packet) const { av().av_packet_free(&packet); }
};
struct FreeFrame {
    void operator()(AVFrame* frame) const { av().av_frame_free(&frame); }
};
struct FreeDecoder {
    void operator()(AVCodecContext* context) const { av().avcodec_free_context(&context); }
};
struct FreeScaler {
    void operator()(SwsContext* context) const { av().sws_freeContext(context); }
};
using OwnedPacket = std::unique_ptr<AVPacket, FreePacket>;
using OwnedFrame = std::unique_ptr<AVFrame, FreeFrame>;

template <class Handle>
Handle checked(Handle handle) {
    if (!handle)
        throw std::bad_alloc{};
    return handle;
}

/// The matrix of the frame's YCbCr; where it does not say, HD is BT.709 and the rest BT.601.
int color_matrix(const AVFrame& frame) {
    if (frame.colorspace != AVCOL_SPC_UNSPECIFIED && frame.colorspace != AVCOL_SPC_RGB)
        return frame.colorspace;
    return frame.width >= 1280 || frame.height > 576 ? SWS_CS_ITU709 : SWS_CS_ITU601;
}

Picture to_rgb(const AVFrame& frame) {
    auto format = static_cast<AVPixelFormat>(frame.format);
    std::unique_ptr<SwsContext, FreeScaler> scaler{av().sws_getContext(
        frame.width, frame.height, format, frame.width, frame.height, AV_PIX_FMT_RGB24,
        SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP, nullptr, nullptr,
        nullptr)};
    if (!scaler)
        throw Error("FFmpeg cannot convert the picture to RGB");
    bool full_range = frame.color_range == AVCOL_RANGE_JPEG || format == AV_PIX_FMT_YUVJ420P ||
                      format == AV_PIX_FMT_YUVJ422P || format == AV_PIX_FMT_YUVJ444P;
    constexpr int unity = 1 << 16;
    av().sws_setColorspaceDetails(scaler.get(), av().sws_getCoefficients(color_matrix(frame)),
                                  full_range ? 1 : 0, av().sws_getCoefficients(SWS_CS_DEFAULT), 1,
                                  0, unity, unity);
    Picture picture{{frame.width, frame.height}, ColorSpace::rgb};
    std::array<std::uint8_t*, 4> planes{picture.pixels.data(), nullptr, nullptr, nullptr};
    std::array<int, 4> strides{static_cast<int>(picture.stride()), 0, 0, 0};
    av().sws_scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, planes.data(),
                   strides.data());
    return picture;
}

} // namespace

struct VideoPacket::Impl {
    OwnedPacket packet;
    AVRational time_base{};
};

VideoPacket::VideoPacket() : impl_(std::make_unique<Impl>()) {}
VideoPacket::VideoPacket(VideoPacket&&) noexcept = default;
VideoPacket& VideoPacket::operator=(VideoPacket&&) noexcept = default;
VideoPacket::~VideoPacket() = default;

bool VideoPacket::is_key() const {
    return (impl_->packet->flags & AV_PKT_FLAG_KEY) != 0;
}

std::optional<double> VideoPacket::decode_time() const {
    const AVPacket& packet = *impl_->packet;
    std::int64_t time = packet.dts != AV_NOPTS_VALUE ? packet.dts : packet.pts;
    if (time == AV_NOPTS_VALUE)
        return std::nullopt;
    return static_cast<double>(time) * av_q2d(impl_->time_base);
}

std::optional<double> VideoPacket::presentation_time() const {
    const AVPacket& packet = *impl_->packet;
    if (packet.pts == AV_NOPTS_VALUE)
        return decode_time();
    return static_cast<double>(packet.pts) * av_q2d(impl_->time_base);
}

ByteView VideoPacket::bytes() const {
    return {impl_->packet->data, static_cast<std::size_t>(impl_->packet->size)};
}

struct VideoStream::Impl {
    AVFormatContext* format = nullptr;
    std::unique_ptr<AVCodecContext, FreeDecoder> decoder;
    int index = -1;
    Deadline deadline;
    std::string shown;
    bool is_clip = false, was_interrupted = false, closing = false;

    static int interrupted(void* context) {
        Impl& self = *static_cast<Impl*>(context);
        bool stop = stop_requested() && !self.closing;
        if (stop || monotonic_now() >= self.deadline)
            self.was_interrupted = true;
        return self.was_interrupted ? 1 : 0;
    }

    ~Impl() {
        closing = true;
        was_interrupted = false;
        deadline = monotonic_now() + 500ms;
        av().avformat_close_input(&format);
    }

    const AVStream& stream() const { return *format->streams[index]; }

    [[noreturn]] void fail(int code, const std::string& doing) const {
        if (stop_requested())
            throw Error(str(shown, ": interrupted"), Exit::unavailable);
        if (code == AVERROR_EXIT || monotonic_now() >= deadline)
            throw Error(str(shown, ": time is over while ", doing), Exit::unavailable);
        if (code == AVERROR_EOF)
            throw Error(str(shown, ": the camera hung up while ", doing), Exit::unavailable);
        if (is_clip && code == AVERROR_INVALIDDATA)
            throw Error(str(shown, ": neither a JPEG nor a video"));
        throw Error(str(shown, ": ", redacted(meaning_of(code))),
                    is_clip || is_final(code) ? Exit::failed : Exit::unavailable);
    }

    void open(const VideoTarget& target) {
        AVDictionary* options = nullptr;
        const AVInputFormat* input = nullptr;
        is_clip = target.kind == VideoTarget::Kind::clip;
        if (target.kind == VideoTarget::Kind::device) {
            input = device_format();
            if (!input)
                throw Error(str(shown, ": this FFmpeg reads no V4L2 devices"));
        } else if (target.kind == VideoTarget::Kind::camera) {
            av().av_dict_set(&options, "rtsp_transport", "tcp", 0);
            av().av_dict_set(&options, "allowed_media_types", "video", 0);
            av().av_dict_set(&options, "fflags", "nobuffer", 0);
        }
        if (is_clip)
            av().av_dict_set(&options, "format_whitelist", clip_formats, 0);
        av().av_dict_set(
            &options, "protocol_whitelist",
            target.kind == VideoTarget::Kind::camera ? "rtsp,rtsps,tcp,tls,rtp,udp" : "file", 0);
        format = checked(av().avformat_alloc_context());
        format->interrupt_callback = {interrupted, this};
        int code = av().avformat_open_input(&format, target.url.c_str(), input, &options);
        av().av_dict_free(&options);
        if (code < 0)
            fail(code, "connecting");
        // For a camera the SDP has told all; asking further would cost seconds and age the picture.
        if (is_clip) {
            code = av().avformat_find_stream_info(format, nullptr);
            if (code < 0)
                fail(code, "reading");
        }
        for (unsigned i = 0; i < format->nb_streams; ++i) {
            bool video = format->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
                         (format->streams[i]->disposition & AV_DISPOSITION_ATTACHED_PIC) == 0;
            if (video && index < 0)
                index = static_cast<int>(i);
            else
                format->streams[i]->discard = AVDISCARD_ALL;
        }
        if (index < 0)
            throw Error(str(shown, ": there is no video in it"));
    }

    void open_decoder() {
        const AVCodecParameters& parameters = *stream().codecpar;
        const AVCodec* codec = av().avcodec_find_decoder(parameters.codec_id);
        if (!codec)
            throw Error(str(shown, ": FFmpeg has no decoder for this video"));
        decoder.reset(checked(av().avcodec_alloc_context3(codec)));
        int code = av().avcodec_parameters_to_context(decoder.get(), &parameters);
        decoder->thread_count = 1;
        decoder->pkt_timebase = stream().time_base;
        if (code >= 0)
            code = av().avcodec_open2(decoder.get(), codec, nullptr);
        if (code < 0)
            fail(code, "opening the decoder");
    }

    /// Takes what the decoder has ready; keeps the last frame not later than `until`.
    void collect(OwnedFrame& best, std::optional<double> until) const {
        OwnedFrame frame{checked(av().av_frame_alloc())};
        while (av().avcodec_receive_frame(decoder.get(), frame.get()) >= 0) {
            bool late =
                until && frame->best_effort_timestamp != AV_NOPTS_VALUE && time_of(*frame) > *until;
            if (late && best)
                continue;
            if (!best)
                best.reset(checked(av().av_frame_alloc()));
            av().av_frame_unref(best.get());
            av().av_frame_move_ref(best.get(), frame.get());
        }
    }

    double time_of(const AVFrame& frame) const {
        return static_cast<double>(frame.best_effort_timestamp) * av_q2d(stream().time_base);
    }
};

VideoStream::VideoStream(const VideoTarget& target, Deadline deadline)
    : impl_(std::make_unique<Impl>()) {
    impl_->deadline = deadline;
    impl_->shown = target.shown;
    impl_->open(target);
}

VideoStream::~VideoStream() = default;

std::optional<VideoPacket> VideoStream::read(Deadline deadline) {
    impl_->deadline = deadline;
    impl_->was_interrupted = false;
    for (;;) {
        VideoPacket packet;
        packet.impl_->packet.reset(checked(av().av_packet_alloc()));
        packet.impl_->time_base = impl_->stream().time_base;
        AVPacket* raw = packet.impl_->packet.get();
        int code = av().av_read_frame(impl_->format, raw);
        // An interrupted read hands out what it has of the next picture, as if that were whole.
        if (impl_->was_interrupted)
            impl_->fail(AVERROR_EXIT, "waiting for a picture");
        bool clip_ended = code == AVERROR_EOF && impl_->format->pb && !stop_requested() &&
                          monotonic_now() < deadline;
        if (clip_ended)
            return std::nullopt;
        if (code < 0)
            impl_->fail(code, "waiting for a picture");
        bool intact = raw->stream_index == impl_->index && raw->size > 0 &&
                      (raw->flags & AV_PKT_FLAG_CORRUPT) == 0;
        if (intact)
            return packet;
    }
}

bool VideoStream::is_mjpeg() const {
    return impl_->stream().codecpar->codec_id == AV_CODEC_ID_MJPEG;
}

std::optional<std::chrono::milliseconds> VideoStream::recorded_at() const {
    const AVDictionaryEntry* entry =
        av().av_dict_get(impl_->format->metadata, "creation_time", nullptr, 0);
    if (!entry)
        return std::nullopt;
    // Written with microseconds; we read three digits.
    std::string text = entry->value;
    if (text.size() > 24 && text[19] == '.')
        text = text.substr(0, 23) + "Z";
    std::optional<Instant> time = parse_iso_time(text);
    return time ? std::optional{time->time_since_epoch()} : std::nullopt;
}

VideoPicture VideoStream::decode(std::span<const VideoPacket> packets,
                                 std::optional<double> until) {
    Impl& impl = *impl_;
    if (!impl.decoder)
        impl.open_decoder();
    av().avcodec_flush_buffers(impl.decoder.get());
    OwnedFrame best;
    for (const VideoPacket& packet : packets) {
        // A packet that does not decode leaves a damaged picture behind, which is refused below.
        av().avcodec_send_packet(impl.decoder.get(), packet.impl_->packet.get());
        impl.collect(best, until);
    }
    av().avcodec_send_packet(impl.decoder.get(), nullptr);
    impl.collect(best, until);
    bool whole =
        best && (best->flags & AV_FRAME_FLAG_CORRUPT) == 0 && best->decode_error_flags == 0;
    if (!whole)
        throw Error(str(impl.shown, ": the picture is damaged"), Exit::unavailable);
    VideoPicture out{to_rgb(*best), std::nullopt};
    if (best->best_effort_timestamp != AV_NOPTS_VALUE)
        out.time = impl.time_of(*best);
    return out;
}

} // namespace img
