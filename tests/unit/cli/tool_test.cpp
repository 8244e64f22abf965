#include "cli/tool.hpp"

#include "../scratch.hpp"

#include "base/log.hpp"

#include <cstdlib>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <new>

using namespace img;

namespace {

enum class Level { low, high };

/// What a run of a tool with every kind of option came to.
struct Run {
    int status = -1;
    std::string out, err;
    bool acted = false;
    std::vector<std::string> argv; ///< as ps(1) shows it while the tool acts

    bool loud = false;
    std::string text = "standard", camera;
    std::vector<std::string> outputs, files;
    int count = 1;
    std::optional<int> last;
    double shift = 0.5;
    std::optional<double> latitude;
    Duration every{0};
    std::optional<Duration> since;
    Size size{640, 360};
    Level level = Level::low;
};

Run run(std::vector<std::string> arguments, const std::function<Exit()>& act = {}) {
    Run result;
    Tool tool{"imgfoo", "does nothing"};
    tool.operands("FILE", result.files, "frames");
    tool.flag("-l,--loud", result.loud, "be loud");
    tool.option("--text", "TEXT", result.text, "what to say");
    tool.option("-o,--output", "FILE", result.outputs, "where to");
    tool.number("-n,--count", result.count, 0, 100, "how many");
    tool.number("--last", result.last, 1, 9, "only the last");
    tool.number("--shift", result.shift, -1.0, 1.0, "how far");
    tool.number("--lat", result.latitude, -90.0, 90.0, "north");
    tool.duration("--every", result.every, Duration{0}, std::chrono::hours{24}, "pause");
    tool.duration("--since", result.since, Duration{1000}, std::chrono::hours{24}, "not older");
    tool.size("--size", result.size, "in pixels");
    tool.choice("--level", result.level, {{"low", Level::low}, {"high", Level::high}}, "effort");
    tool.camera(result.camera, "whose");

    arguments.insert(arguments.begin(), "imgfoo");
    std::vector<char*> argv;
    for (std::string& argument : arguments)
        argv.push_back(argument.data());
    argv.push_back(nullptr);
    Captured out{STDOUT_FILENO}, err{STDERR_FILENO};
    result.status = tool.run(static_cast<int>(arguments.size()), argv.data(), [&] {
        result.acted = true;
        return act ? act() : Exit::ok;
    });
    result.out = out.text();
    result.err = err.text();
    result.argv = arguments;
    set_log("imgseq", LogLevel::normal);
    return result;
}

/// The one line that the arguments are refused with.
std::string refusal(std::vector<std::string> arguments) {
    Run result = run(std::move(arguments));
    CHECK(result.status == 2);
    CHECK_FALSE(result.acted);
    CHECK(result.out.empty());
    CHECK(result.err.find('\n') == result.err.size() - 1);
    return result.err.substr(0, result.err.size() - 1);
}

/// An environment variable, set while it lives.
class Variable {
public:
    Variable(const char* name, const std::string& value) : name_(name) {
        ::setenv(name, value.c_str(), 1);
    }
    ~Variable() { ::unsetenv(name_); }

private:
    const char* name_;
};

} // namespace

TEST_CASE("Tool: variables keep their values where nothing is said") {
    Run result = run({});
    CHECK(result.status == 0);
    CHECK(result.acted);
    CHECK(result.err == "");
    CHECK(result.text == "standard");
    CHECK(result.count == 1);
    CHECK_FALSE(result.last);
    CHECK_FALSE(result.loud);
    CHECK(result.files.empty());
}

TEST_CASE("Tool: every kind of option takes its value") {
    Run result =
        run({"a.jpg",      "-l",    "--text",     "x y",      "-o",       "1",       "b.jpg",
             "--output=2", "-n5",   "--last=9",   "--shift",  "-0.25",    "--lat",   "-33.5",
             "--every",    "1.5s",  "--since=5m", "--size",   "1280x720", "--level", "high",
             "--camera",   "north", "--config",   "/dev/null"});
    CHECK(result.err == "");
    CHECK(result.status == 0);
    CHECK(result.loud);
    CHECK(result.text == "x y");
    CHECK(result.outputs == std::vector<std::string>{"1", "2"});
    CHECK(result.files == std::vector<std::string>{"a.jpg", "b.jpg"});
    CHECK(result.count == 5);
    CHECK(result.last == 9);
    CHECK(result.shift == -0.25);
    CHECK(result.latitude == -33.5);
    CHECK(result.every == Duration{1500});
    CHECK(result.since == Duration{300'000});
    CHECK(result.size == Size{1280, 720});
    CHECK(result.level == Level::high);
    CHECK(result.camera == "north");
}

TEST_CASE("Tool: values are checked, and the message says what would be right") {
    CHECK(refusal({"--count", "101"}) == "imgfoo: --count: '101' is not a number from 0 to 100");
    CHECK(refusal({"--count", "-1"}) == "imgfoo: --count: '-1' is not a number from 0 to 100");
    CHECK(refusal({"--count", "3x"}) == "imgfoo: --count: '3x' is not a number from 0 to 100");
    CHECK(refusal({"--count="}) == "imgfoo: --count: its value is missing; try imgfoo --help");
    CHECK(refusal({"--last", "0"}) == "imgfoo: --last: '0' is not a number from 1 to 9");
    CHECK(refusal({"--last", "99999999999999999999"}) ==
          "imgfoo: --last: '99999999999999999999' is not a number from 1 to 9");
    CHECK(refusal({"--shift", "nan"}) == "imgfoo: --shift: 'nan' is not a number from -1 to 1");
    CHECK(refusal({"--lat", "90.5"}) == "imgfoo: --lat: '90.5' is not a number from -90 to 90");
    CHECK(refusal({"--every", "2 days"}) ==
          "imgfoo: --every: '2 days' is not a duration from 0s to 1d");
    CHECK(refusal({"--since", "999ms"}) ==
          "imgfoo: --since: '999ms' is not a duration from 1s to 1d");
    CHECK(refusal({"--size", "0x5"}) == "imgfoo: --size: '0x5' is not a size such as 1280x720");
    CHECK(refusal({"--level", "HIGH\n"}) == "imgfoo: --level: 'HIGH\\x0a' is not one of low, high");
}

TEST_CASE("Tool: an option that is unknown or lacks its value is named, with where to look") {
    CHECK(refusal({"--colour", "red"}).find("--colour") != std::string::npos);
    CHECK(refusal({"--colour"}).ends_with("; try imgfoo --help"));
    CHECK(refusal({"--text"}) == "imgfoo: --text: its value is missing; try imgfoo --help");
    CHECK(refusal({"-x"}).find("-x") != std::string::npos);
}

TEST_CASE("Tool: an option given again wins, a flag given again stays") {
    Run result = run({"-n", "3", "-n", "4", "-l", "-l"});
    CHECK(result.err == "");
    CHECK(result.count == 4);
    CHECK(result.loud);
}

TEST_CASE("Tool: a value may begin with a dash, and behind -- all are operands") {
    Run result = run({"--text", "-5", "--text=-x", "-l", "--", "-n", "--loud", "--", "-"});
    CHECK(result.err == "");
    CHECK(result.text == "-x");
    CHECK(result.files == std::vector<std::string>{"-n", "--loud", "--", "-"});
    CHECK(run({"--text", "-5"}).text == "-5");
    CHECK(run({"--text", "-x"}).text == "-x");
    CHECK(run({"-"}).files == std::vector<std::string>{"-"});
    CHECK(run({""}).files == std::vector<std::string>{""});
}

TEST_CASE("Tool: flag, then environment, then camera and tool of the configuration") {
    Scratch scratch;
    std::string file = (scratch / "a.toml").string();
    write_file(file, bytes_of("[imgfoo]\ncount = 10\ntext = \"tool\"\nloud = true\n"
                              "output = [\"x\", \"y\"]\nfile = [\"f.jpg\"]\n"
                              "[camera.north]\nlat = 40.5\nsource = \"rtsp://n/\"\n"
                              "[camera.north.imgfoo]\ncount = 20\n"));
    Run of_tool = run({"--config", file});
    CHECK(of_tool.err == "");
    CHECK(of_tool.count == 10);
    CHECK(of_tool.text == "tool");
    CHECK(of_tool.loud);
    CHECK(of_tool.outputs == std::vector<std::string>{"x", "y"});
    CHECK(of_tool.files == std::vector<std::string>{"f.jpg"});
    CHECK_FALSE(of_tool.latitude);
    Run of_camera = run({"--config", file, "--camera", "north", "-o", "z", "g.jpg"});
    CHECK(of_camera.err == "");
    CHECK(of_camera.count == 20);
    CHECK(of_camera.text == "tool");
    CHECK(of_camera.latitude == 40.5);
    CHECK(of_camera.outputs == std::vector<std::string>{"z"});
    CHECK(of_camera.files == std::vector<std::string>{"g.jpg"});
    Variable count{"IMGSEQ_COUNT", "30"}, loud{"IMGSEQ_LOUD", "no"}, config{"IMGSEQ_CONFIG", file},
        camera{"IMGSEQ_CAMERA", "north"}, empty{"IMGSEQ_TEXT", ""};
    Run of_environment = run({});
    CHECK(of_environment.err == "");
    CHECK(of_environment.count == 30);
    CHECK_FALSE(of_environment.loud);
    CHECK(of_environment.latitude == 40.5);
    CHECK(of_environment.text == "tool"); // an empty variable is as if unset
    CHECK(run({"-n", "40"}).count == 40);
}

TEST_CASE("Tool: the tool's section may name its camera") {
    Scratch scratch;
    std::string file = (scratch / "a.toml").string();
    write_file(file, bytes_of("[imgfoo]\ncamera = \"north\"\n[camera.north]\nlat = 40.5\n"
                              "[camera.south]\nlat = -40.5\n"));
    Run result = run({"--config", file});
    CHECK(result.err == "");
    CHECK(result.camera == "north");
    CHECK(result.latitude == 40.5);
    CHECK(run({"--config", file, "--camera", "south"}).latitude == -40.5);
}

TEST_CASE("Tool: what the configuration or the environment gets wrong names its place") {
    Scratch scratch;
    std::string file = (scratch / "a.toml").string();
    auto with = [&](std::string_view text) {
        write_file(file, bytes_of(text));
        std::string why = refusal({"--config", file});
        REQUIRE(why.find("/a.toml") != std::string::npos);
        return why.substr(std::string_view{"imgfoo: "}.size() + scratch.path().string().size() + 1);
    };
    CHECK(with("[imgfoo]\ncolour = 1\n") == "a.toml:2: imgfoo has no option 'colour'");
    CHECK(with("[imgfoo]\n\ncount = 101\n") ==
          "a.toml:3: count: '101' is not a number from 0 to 100");
    CHECK(with("[imgfoo]\nloud = \"maybe\"\n") == "a.toml:2: loud: 'maybe' is not true or false");
    CHECK(with("[imgfoo]\ncount = [1, 2]\n") == "a.toml:2: count takes one value");
    CHECK(with("[imgfoo]\ncount = []\n") == "a.toml:2: count takes one value");
    for (const char* key : {"config", "help", "version"})
        CHECK(with(std::string{"[imgfoo]\n"} + key + " = \"true\"\n") ==
              std::string{"a.toml:2: '"} + key + "' is for the command line only");
    Variable count{"IMGSEQ_COUNT", "many"};
    CHECK(refusal({}) == "imgfoo: IMGSEQ_COUNT: 'many' is not a number from 0 to 100");
}

TEST_CASE("Tool: --help lists every option with its limits and default; --version the version") {
    Run help = run({"--help", "--config", "/none"});
    CHECK(help.status == 0);
    CHECK_FALSE(help.acted);
    CHECK(help.err == "");
    for (const char* part :
         {"Usage: imgfoo [OPTION...] [FILE...]\n", "does nothing", "  -n, --count N", "0 to 100",
          "default 1)", "(low, high; default low)", "default 640x360", "      --camera NAME",
          "  -h, --help", "default standard", "(1s to 1d)"})
        CHECK_MESSAGE(help.out.find(part) != std::string::npos, part);
    Run version = run({"-V"});
    CHECK(version.status == 0);
    CHECK_FALSE(version.acted);
    CHECK(version.out.starts_with("imgfoo (imgseq) "));
}

TEST_CASE("Tool: each end has its status and one line") {
    auto ended = [](const std::function<Exit()>& act) {
        Run result = run({}, act);
        return std::pair{result.status, result.err};
    };
    using End = std::pair<int, std::string>;
    CHECK(ended([] { return Exit::failed; }) == End{1, ""});
    CHECK(ended([] { return Exit::unavailable; }) == End{75, ""});
    CHECK(ended([]() -> Exit { throw Error{"a: b"}; }) == End{1, "imgfoo: a: b\n"});
    CHECK(ended([]() -> Exit { throw Error{"a: b", Exit::usage}; }) == End{2, "imgfoo: a: b\n"});
    CHECK(ended([]() -> Exit {
              throw Error{"a: b", Exit::unavailable};
          }) == End{75, "imgfoo: a: b\n"});
    CHECK(ended([]() -> Exit { throw std::bad_alloc{}; }) == End{75, "imgfoo: out of memory\n"});
    CHECK(ended([]() -> Exit { throw std::out_of_range{"x\ny"}; }) == End{1, "imgfoo: x\\x0ay\n"});
}

TEST_CASE("Tool: a password on the command line is hidden from ps and from messages") {
    Run result = run({"rtsp://admin:SECRET@camera/live", "--text=http://a:b@SECRET@c/", "d:e@f"});
    CHECK(result.argv[1] == "rtsp://admin:******@camera/live");
    CHECK(result.argv[2] == "--text=http://a:********@c/");
    CHECK(result.argv[3] == "d:e@f");
    CHECK(result.files[0] == "rtsp://admin:SECRET@camera/live");
    CHECK(result.err == "imgfoo: a password on the command line is seen by every user until now\n");
    CHECK(run({"rtsp://camera:554/live"}).err == "");
    CHECK(refusal({"-n", "rtsp://admin:SECRET@camera/"}).find("SECRET") == std::string::npos);
    CHECK(refusal({"--nothing", "rtsp://admin:SECRET@camera/"}).find("SECRET") ==
          std::string::npos);
    CHECK(refusal({"--nothing=rtsp://admin:SECRET@camera/"}).find("SECRET") == std::string::npos);
    Run thrown = run({}, []() -> Exit { throw Error{"rtsp://admin:SECRET@camera/: 404"}; });
    CHECK(thrown.err == "imgfoo: rtsp://camera/: 404\n");
}

TEST_CASE("Tool: where a password belongs is an option that the tool has") {
    for (const std::string name : {"--password-file", "--login-file"}) {
        std::string operand, file;
        Tool tool{"imgfoo", "does nothing"};
        tool.operand("REMOTE", operand, "where to");
        tool.option(name, "FILE", file, "a secret");
        std::string program = "imgfoo", address = "https://a:SECRET@host/";
        char* argv[] = {program.data(), address.data(), nullptr};
        Captured err{STDERR_FILENO};
        tool.run(2, argv, [] { return Exit::ok; });
        set_log("imgseq", LogLevel::normal);
        CHECK(err.text() == "imgfoo: a password on the command line is seen by every user until "
                            "now; use " +
                                name + "\n");
    }
}

TEST_CASE("print_line: a full disk under stdout is unavailable") {
    Exit status = Exit::ok;
    {
        Captured out{STDOUT_FILENO};
        Fd full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
        ::dup2(*full, STDOUT_FILENO);
        try {
            print_line("x");
        } catch (const Error& error) {
            status = error.status();
        }
        std::clearerr(stdout);
    }
    CHECK(status == Exit::unavailable);
}
