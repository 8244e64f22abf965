// One client's connection: handshake, requests one after another, their answers, and the end.
#pragma once

#include "verb/serve/client.hpp"
#include "verb/serve/http_body.hpp"
#include "verb/serve/http_request.hpp"
#include "verb/serve/http_response.hpp"
#include "verb/serve/moment.hpp"
#include "verb/serve/statistics.hpp"
#include "verb/serve/transport.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace img {

/// What a connection is at.
enum class Stage {
    preface,   ///< a proxy says who its client is
    handshake, ///< of TLS
    head,      ///< a request has begun, or the first one is awaited
    idle,      ///< between requests
    body,      ///< of a request
    answer,
    linger, ///< all is said; the client is to hang up
    closed,
};
constexpr std::size_t stage_count = 8;

/// How long a client may take.
struct Patience {
    Duration handshake{10'000}; ///< also for a PROXY header
    Duration head{10'000};      ///< for a whole head, from its first byte, or from the handshake
    Duration idle{60'000};      ///< between requests
    Duration body{5'000};       ///< until it is looked whether a body comes fast enough, each time
    Duration stall{30'000};     ///< without taking a byte of the answer
    Duration linger{2'000};     ///< to hang up after the last answer

    Duration at(Stage stage) const;
};

/// A request that was answered, for the log. `request` is nullptr when it was not understood.
struct Exchange {
    const Client& client;
    const HttpRequest* request;
    int status;
    std::uint64_t body_sent; ///< bytes
    Duration took;           ///< from the request's first byte to the answer's last
};

/// What connections ask their server for.
struct Exchanger {
    /// The request lives until the call returns; a BodySink must not keep it.
    std::function<Reply(const HttpRequest&, const Client&)> answer;
    /// The time, as http_time() spells it.
    std::function<std::string_view()> date;
    std::function<Moment()> clock;
    std::function<void(const Exchange&)> done;
    HttpLimits http;
    std::uint64_t least_body_rate = 1024; ///< bytes a second
    ServerStatistics& statistics;
};

/// Which readiness of the socket to wait for.
enum class Interest { reading, writing };

/// Whether a trusted proxy sends a PROXY header before all else.
enum class Preface { none, proxy_header };

class Connection {
public:
    /// `tls` is nullptr for plain HTTP. `scratch` and `exchanger` must outlive the connection.
    Connection(Fd socket, Client client, const TlsContext* tls, Preface preface,
               ScratchRoom& scratch, const Exchanger& exchanger, Moment now);

    /// To be called when the socket is ready; does what can be done without waiting, up to a
    /// turn's worth.
    void advance(Moment now);
    /// To be called when the stage has lasted as long as Patience has it. False when the client may
    /// go on all the same.
    bool expire(Moment now);
    /// Answers what is in hand and then ends; without anything in hand, at once.
    void wind_up(Moment now);

    /// Ends at once; an answer in hand is reported as far as it came.
    void give_up();

    int fd() const { return transport_.fd(); }
    Stage stage() const { return stage_; }
    /// When the stage began, or when it last moved on: what its deadline counts from.
    Moment since() const { return since_; }
    bool is_closed() const { return stage_ == Stage::closed; }
    Interest interest() const { return interest_; }
    /// Whether it only stopped for the others' sake: to be advanced again, whatever the socket
    /// says.
    bool wants_turn() const { return wants_turn_; }

private:
    /// One step; false when the socket must be waited for.
    bool step(Moment now);
    bool read_preface(Moment now);
    bool shake_hands(Moment now);
    bool read_head(Moment now);
    bool read_body(Moment now);
    bool send_answer(Moment now);

    void enter(Stage stage, Moment now);
    bool begin_head(Moment now);
    void meet_request(Moment now);
    void begin_body(std::unique_ptr<BodySink> sink, Moment now);
    std::optional<HttpRefusal> feed_sink();
    bool is_too_slow(Moment now) const;
    void begin_answer(HttpResponse response, Moment now);
    void refuse(int status, std::string_view why, Moment now);
    void answer_plain_http(Moment now);
    bool end_answer(Moment now);
    void begin_linger(Moment now);
    void report();

    Io read_more();
    void hold_request();
    void hold_input();

    bool is_for_kernel(const FileRange& file, std::uint64_t rest) const;
    Io send_piece();
    Io send_by_kernel(const FileRange& file, std::uint64_t rest);

    Transport transport_;
    Client client_;
    ScratchRoom& scratch_;
    const Exchanger& exchanger_;

    Stage stage_;
    Interest interest_ = Interest::reading;
    bool wants_turn_ = false;
    bool is_winding_up_ = false;
    Moment since_;
    Moment began_; ///< the request in hand

    /// Bytes that were read and not used: within a turn maybe in scratch_.input, else in held_.
    std::string_view input_;
    std::string held_;
    HttpParser parser_;
    std::string_view head_; ///< what request_ was read from, likewise
    std::string held_head_;
    std::optional<HttpRequest> request_;

    std::unique_ptr<BodySink> sink_;
    std::optional<BodyDecoder> decoder_;
    std::uint64_t taken_ = 0;   ///< bytes of the body, decoded
    std::uint64_t arrived_ = 0; ///< bytes of the body, as sent
    Moment body_began_, last_arrival_;

    HttpResponse response_;
    std::string answer_head_;       ///< until it is handed on
    std::size_t part_ = 0;          ///< of the response's body, the one in hand
    std::uint64_t part_offset_ = 0; ///< how much of it is handed on
    std::uint64_t left_ = 0;        ///< of the whole body, to be handed on
    std::uint64_t sent_ = 0;        ///< of it, handed on
};

} // namespace img
