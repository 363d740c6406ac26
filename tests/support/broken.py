"""What servers do to lists: each a step of a web server, and what is said of it."""

import gzip

from tests.support.downloading import HOST, lines
from tests.support.webserver import Step, answer, endless, head, raw, redirect, status

GOOD = lines(100)


def bomb() -> Step:
    """A quarter of a GiB, in a quarter of a MiB."""
    zeroes = gzip.compress(b"a.example\n" * (25 << 20), 9)
    assert len(zeroes) < 1 << 20
    return raw(head(Content_Encoding="gzip", Content_Length=len(zeroes)), zeroes)


WHOLE = gzip.compress(GOOD)
HALF = WHOLE[: len(WHOLE) // 2]
BROKEN: dict[str, tuple[Step, str]] = {
    "404": (status(404), "the server answers 404 Not Found"),
    "403": (status(403), "the server answers 403"),
    "500": (status(500), "the server answers 500"),
    "206": (status(206), "the server answers 206"),
    "empty": (answer(b""), "it is empty"),
    "blank": (answer(b"\n \n\r\n"), "nothing but comments"),
    "comments": (answer(b"# a\n! b\n"), "nothing but comments"),
    "html as text": (answer(b"<!DOCTYPE html>\n<html><body></html>"), "it is a page of the web"),
    "json": (answer(b'{"message": "Not Found"}'), "it is JSON"),
    "a zip": (answer(b"PK\x03\x04" + b"a.example\n" * 9), "it is a zip file; unpack it"),
    "binary": (answer(b"\x7fELF\x02\x01\x00\x00" * 64), "binary"),
    "binary late": (answer(lines(9000) + b"\0" * 9), "binary"),
    "utf-16": (answer(GOOD.decode().encode("utf-16")), "binary"),
    "one long line": (answer(b"a" * 100_000), "a line of more than 64 KiB"),
    "too short": (raw(head(Content_Length=9999), GOOD), "truncated"),
    "broken chunks": (raw(head(Transfer_Encoding="chunked"), b"400\r\na.example\n"), "truncated"),
    "half a gzip": (
        raw(head(Content_Encoding="gzip", Content_Length=len(HALF)), HALF),
        "its gzip ends in the middle",
    ),
    "gzip without its end": (
        raw(head(Content_Encoding="gzip", Content_Length=len(WHOLE) - 4), WHOLE[:-4]),
        "its gzip ends in the middle",
    ),
    "no gzip": (raw(head(Content_Encoding="gzip", Content_Length=5), b"a.b.c"), "gzip is damaged"),
    "wrong sum": (
        raw(head(Content_Encoding="gzip", Content_Length=len(WHOLE)), WHOLE[:-8] + bytes(8)),
        "gzip is damaged",
    ),
    "brotli": (raw(head(Content_Encoding="br", Content_Length=5), b"a.b.c"), "not asked for"),
    "bomb": (bomb(), "larger than 1,048,576 octets"),
    "too large": (raw(head(Content_Length=2 << 30), b"a"), "larger than 1,048,576 octets"),
    "endless": (endless(), "larger than 1,048,576 octets"),
    "silent": (raw(then="hang"), "the server says nothing for 0.3 s"),
    "stops": (raw(head(Content_Length=999), b"a", then="hang"), "the server says nothing"),
    "drips": (raw(head(Content_Length=999), *[b"a"] * 20, pause=0.1), "takes longer than 1.5 s"),
    "reset": (raw(head(Content_Length=999), b"a.example\n", then="reset"), "truncated"),
    "no http": (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "the server does not speak HTTP"),
    "hangs up": (raw(), "the server hangs up without a word"),
    "to http": (redirect(f"http://{HOST}/list"), "which is not https"),
    "to a file": (redirect("file:///etc/passwd"), "which is not https"),
    "to data": (redirect("data:text/plain,a.example"), "which is not https"),
    "to nowhere": (raw(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"), "without saying where"),
    "to 127.0.0.1": (redirect("https://127.0.0.1/list"), "127.0.0.1, which is no public address"),
    "to ::1": (redirect("https://[::1]/list"), "::1, which is no public address"),
    "to localhost": (redirect("https://localhost/list"), "which is no public address"),
    "to 10/8": (redirect("https://10.0.0.1/list"), "10.0.0.1, which is no public address"),
    "to metadata": (redirect("https://169.254.169.254/latest/"), "which is no public address"),
    "to a mapped one": (redirect("https://[::ffff:7f00:1]/"), "which is no public address"),
    "to a number": (redirect("https://2130706433/list"), "2130706433, which is no address"),
    "to a short form": (redirect("https://127.1/list"), "127.1, which is no address"),
    "to a name inside": (redirect("https://inside.example/"), "10.1.2.3, which is no public"),
    "to itself": (redirect("/list"), "it redirects more than 5 times"),
}  # fmt: skip
