// Deno's client (hyper, rustls) and its bare sockets, as clients of imgserve.
// usage: deno run --allow-net --allow-read serve_deno.ts HTTPS_URL CA_FILE HTTP_PORT
const [base, caFile, port] = Deno.args;
const client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(caFile)] });
let failures = 0;

function check(what: string, holds: boolean, got?: unknown) {
    if (holds) return;
    failures += 1;
    console.log(`FAILED: ${what}`, got ?? "");
}
async function ask(path: string, headers: Record<string, string> = {}, method = "GET") {
    const answer = await fetch(base + path, { client, headers, method });
    return { status: answer.status, headers: answer.headers, body: await answer.bytes() };
}

// rustls, and HTTP/1.1 although HTTP/2 is offered.
const whole = await ask("/big.bin");
check("a large file over rustls", whole.status === 200 && whole.body.length === 5_000_000);
const head = await ask("/big.bin", {}, "HEAD");
check("HEAD", head.headers.get("content-length") === "5000000" && head.body.length === 0);
const range = await ask("/big.bin", { range: "bytes=4999990-" });
check("a range", range.status === 206 && range.body.length === 10);
check("its bytes", range.body.every((byte, i) => byte === whole.body[4_999_990 + i]));
const tag = whole.headers.get("etag")!;
check("not modified", (await ask("/big.bin", { "if-none-match": tag })).status === 304);
check("another method", (await ask("/big.bin", {}, "DELETE")).status === 405);
const several = await Promise.all(Array.from({ length: 50 }, () => ask("/hello.txt")));
check("50 at once", several.every((each) => each.status === 200 && each.body.length === 6));

/// What comes back to the pieces, each sent when the one before has left.
async function talk(pieces: string[]): Promise<string> {
    const socket = await Deno.connect({ port: Number(port) });
    socket.setNoDelay();
    const encoder = new TextEncoder();
    for (const piece of pieces) {
        await socket.write(encoder.encode(piece));
        await new Promise((next) => setTimeout(next, 5));
    }
    await socket.closeWrite();
    const decoder = new TextDecoder();
    let text = "";
    try {
        for await (const bytes of socket.readable) text += decoder.decode(bytes, { stream: true });
    } catch {
        // Reset: what came before counts.
    }
    return text;
}
const statuses = (text: string) =>
    [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => match[1]).join(" ");

// One request in every two pieces, and letter by letter.
const request = "GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
for (let cut = 1; cut < request.length; ++cut) {
    const said = statuses(await talk([request.slice(0, cut), request.slice(cut)]));
    check(`cut at ${cut}`, said === "200", said);
}
check("letter by letter", statuses(await talk([...request])) === "200");

const h = "Host: localhost\r\n";
const rows: [string, string[], string][] = [
    ["two in one piece", [`GET /hello.txt HTTP/1.1\r\n${h}\r\n${request}`], "200 200"],
    ["no Host", ["GET / HTTP/1.1\r\n\r\n"], "400"],
    ["two Hosts", [`GET / HTTP/1.1\r\n${h}${h}\r\n`], "400"],
    ["a bare line feed", ["GET / HTTP/1.1\nHost: a\n\n"], "400"],
    ["a blank before the colon", ["GET / HTTP/1.1\r\nHost : a\r\n\r\n"], "400"],
    ["a folded line", [`GET / HTTP/1.1\r\n${h}X: a\r\n b\r\n\r\n`], "400"],
    ["length and chunks", [`POST / HTTP/1.1\r\n${h}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`], "400"],
    ["two lengths", [`POST / HTTP/1.1\r\n${h}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd`], "400"],
    ["a signed length", [`POST / HTTP/1.1\r\n${h}Content-Length: +4\r\n\r\nabcd`], "400"],
    ["a coding that nobody knows", [`POST / HTTP/1.1\r\n${h}Transfer-Encoding: gzip\r\n\r\n`], "400 501"],
    ["a body in pieces, then a request", [`POST / HTTP/1.1\r\n${h}Content-Length: 5\r\n\r\n`, "ab", "cde", request], "405 200"],
    ["chunks in pieces, then a request", [`POST / HTTP/1.1\r\n${h}Transfer-Encoding: chunked\r\n\r\n`, "3\r", "\nabc\r\n", "0\r\n\r", "\n", request], "405 200"],
    ["HTTP/2 at once", ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], "505"],
    ["HTTP/3.0", [`GET / HTTP/3.0\r\n${h}\r\n`], "505"],
    ["nonsense", ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"], "400"],
];
for (const [what, pieces, expected] of rows) {
    const said = statuses(await talk(pieces));
    check(what, said === expected || expected.split(" ").includes(said) && !expected.includes("200"), said);
}
client.close();
Deno.exit(failures === 0 ? 0 : 1);
