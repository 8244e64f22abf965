#!/bin/bash
# Installs what is missing, builds, and runs every test: once as released, once under ASan + UBSan.
# usage: tests/run.sh [--quick]   (--quick leaves the sanitizers out)
set -eu
cd "$(dirname "$0")/.."
packaging/install-dependencies.sh test

passed=0 failed=0 skipped=0
real='^(peers|web|examples)\.'
# Runs ctest in build directory $1 and adds its counts up; the rest are its arguments.
run_tests() {
    local directory=$1
    shift
    local summary=$directory/summary.xml
    rm -f "$summary"
    if ! ctest --test-dir "$directory" --output-on-failure --output-junit summary.xml "$@"; then
        echo "tests failed in $directory"
    fi
    grep -ah '^skipped:' "$directory/Testing/Temporary/LastTest.log" | sort -u || :
    count() { sed -nE "s/.*[^a-z]$1=\"([0-9]+)\".*/\1/p" "$summary" | head -1; }
    local all bad not_run
    all=$(count tests) bad=$(count failures) not_run=$(count skipped)
    failed=$((failed + bad)) skipped=$((skipped + not_run))
    passed=$((passed + all - bad - not_run))
}

cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build build
run_tests build -j "$(nproc)" -E "$real"
# Cameras, browsers and servers run in real time, and on a busy machine they stumble: they get a
# second try, which the output shows.
run_tests build -R "$real" --repeat until-pass:2

if [ "${1:-}" != --quick ]; then
    cmake -S . -B build-asan -G Ninja -DCMAKE_BUILD_TYPE=Debug \
        -DIMG_SANITIZE=address,undefined >/dev/null
    cmake --build build-asan
    run_tests build-asan -j "$(nproc)" -R '^(unit|fuzz|img[a-z]*)\.'
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
