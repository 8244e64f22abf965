// One client's connection: handshake, requests one after another, their answers, and the end.
#pragma once

#include "verb/serve/client.hpp"
#include "verb/serve/http_body.hpp"
#include "verb/serve/http_request.hpp"
#include "verb/serve/http_response.hpp"
#include "verb/serve/moment.hpp"
#include "verb/serve/transport.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace img {

/// How long a client may take.
struct Patience {
    Duration handshake{10'000};
    Duration head{10'000};  ///< for a whole head, from its first byte, or from the handshake
    Duration idle{60'000};  ///< between requests
    Duration stall{30'000}; ///< without taking a byte of the answer
    Duration linger{2'000}; ///< to hang up after the last answer
};

/// A request that was answered, for the log. `request` is nullptr when it was not understood.
struct Exchange {
    const Client& client;
    const HttpRequest* request;
    int status;
    std::uint64_t body_sent; ///< bytes
    Duration took;           ///< from the request's first byte to the answer's last
};

/// What a connection asks its server for.
struct Exchanger {
    std::function<Reply(const HttpRequest&, const Client&)> answer;
    /// The time, as http_time() spells it.
    std::function<std::string_view()> date;
    std::function<void(const Exchange&)> done;
};

/// Which readiness of the socket to wait for.
enum class Interest { reading, writing };

class Connection {
public:
    /// `scratch`, `patience` and `exchanger` must outlive the connection.
    Connection(Fd socket, Client client, const TlsContext* tls, Scratch& scratch,
               const Patience& patience, const Exchanger& exchanger, Moment now);

    /// To be called when the socket is ready; does what can be done without waiting.
    void advance(Moment now);
    /// To be called when deadline() has passed.
    void expire(Moment now);
    /// Answers what is in hand and then ends; without anything in hand, at once.
    void wind_up();

    int fd() const { return transport_.fd(); }
    bool is_closed() const { return state_ == State::closed; }
    Moment deadline() const { return deadline_; }
    Interest interest() const { return interest_; }
    /// Whether it may be closed to make room: nothing was asked, or not yet wholly.
    bool is_waiting() const { return state_ == State::handshake || state_ == State::head; }
    Moment waiting_since() const { return waiting_since_; }

private:
    enum class State { handshake, head, answer, linger, closed };

    /// One step; false when the socket must be waited for.
    bool step(Moment now);
    bool shake_hands(Moment now);
    bool read_head(Moment now);
    bool send_answer(Moment now);
    Io send_file(const FileRange& file, std::uint64_t left);
    Io send_piece(const FileRange* file, std::uint64_t left);
    void report();
    bool end_answer(Moment now);
    void begin_head(Moment now);
    void begin_answer(HttpResponse response, int minor, Moment now);
    void begin_linger(Moment now);
    void refuse(int status, std::string_view why, Moment now);
    void answer_plain_http();

    Transport transport_;
    Client client_;
    Scratch& scratch_;
    const Patience& patience_;
    const Exchanger& exchanger_;

    State state_ = State::handshake;
    Interest interest_ = Interest::reading;
    Moment deadline_, waiting_since_;
    bool is_winding_up_ = false;

    std::string input_;           ///< the head in hand, and what follows it
    std::size_t head_length_ = 0; ///< of the head that is being answered
    HttpParser parser_;
    std::optional<HttpRequest> request_;
    HttpResponse response_;
    std::string head_;         ///< of the answer, until it is sent
    std::uint64_t offset_ = 0; ///< of the body, how much is handed on
};

} // namespace img
