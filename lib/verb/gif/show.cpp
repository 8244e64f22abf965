// Goes through the frames of a GIF in the order in which they are shown.

#include "verb/gif/show.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "verb/gif/order.hpp"
#include "verb/gif/timeline.hpp"
#include "verb/gif/view.hpp"

#include <vector>

namespace img {

namespace {

constexpr Duration standard_delay{1000};

GifWay way_of(const GifOptions& options) {
    if (options.bounce)
        return options.reverse ? GifWay::reverse_bounce : GifWay::bounce;
    return options.reverse ? GifWay::reverse : GifWay::forward;
}

void check_stop() {
    if (stop_requested())
        throw Error("stopped before the GIF was whole", Exit::unavailable);
}

/// What is read from a list names its place; what is decoded does not.
std::string placed(const std::string& place, const std::string& what) {
    return what.starts_with(place) ? what : str(place, ": ", what);
}

} // namespace

GifShow show_frames(const FrameList& frames, const GifOptions& options,
                    const std::function<void(std::size_t)>& step,
                    const std::function<void(const Frame&, const std::string&)>& load,
                    const std::function<void(const GifAppearance&)>& show) {
    enum class State : std::uint8_t { unknown, good, bad };
    GifShow done;
    std::vector<State> states(frames.size(), State::unknown);
    GifTimeline timeline{options.delay.value_or(standard_delay), options.speed};
    GifOrder order = gif_order(frames.size(), way_of(options));
    std::optional<std::size_t> first, before;
    for (std::size_t turn = 0; turn < order.frames.size(); ++turn) {
        check_stop();
        step(turn);
        std::size_t index = order.frames[turn];
        std::string place = frames.place(index);
        std::optional<Instant> time;
        if (turn == order.held && options.hold_last && before)
            timeline.hold(*options.hold_last);
        // Where the frame at an end is broken, the one beside it is shown once, too.
        bool at_end = turn >= order.held && (index == before || index == first);
        if (states[index] == State::bad || at_end)
            continue;
        try {
            Frame frame = frames.at(index);
            load(frame, options.silent ? std::string{} : place);
            time = frames.time(index, frame, options.zone);
        } catch (const OutsidePicture& error) {
            throw Error(placed(place, error.what()), error.status());
        } catch (const Error& error) {
            if (!options.silent)
                log_error(placed(place, error.what()));
            states[index] = State::bad;
            ++done.dropped;
            continue;
        }
        if (options.speed && !time)
            throw Error(str(place, ": has no time, which --speed needs"));
        done.shown += states[index] == State::good ? 0 : 1;
        states[index] = State::good;
        bool back = before ? *before > index : order.frames.front() > order.frames.back();
        before = index;
        first = first.value_or(index);
        show({place, time,
              timeline.next(time, back ? GifTimeline::Step::back : GifTimeline::Step::forward)});
    }
    if (done.shown == 0)
        throw Error("no frames");
    if (order.held == order.frames.size() && options.hold_last)
        timeline.hold(*options.hold_last);
    done.end = timeline.end();
    return done;
}

std::size_t turns_of(const FrameList& frames, const GifOptions& options) {
    return gif_order(frames.size(), way_of(options)).frames.size();
}

} // namespace img
