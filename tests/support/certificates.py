"""An authority, and a server's certificate that it vouches for: made once a run, by openssl."""

import atexit
import shutil
import ssl
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

NAME = "dns.home.example"  # of the server that is asked over TLS
NAMES = (
    "DNS:lists.example,DNS:www.example,DNS:localhost,DNS:dns.home.example,DNS:*.dns.home.example,"
    "IP:127.0.0.1,IP:127.0.0.2,IP:127.0.0.3"
)


def tls_server(certificate: str = "server") -> ssl.SSLContext:
    """For a server with that certificate, or with `expired` or `selfsigned`, of the same key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates() / f"{certificate}.pem", certificates() / "server.key")
    return context


def listeners(tls: int, https: int) -> dict[str, Any]:
    """`dns.encrypted` with that certificate and these ports of loopback."""
    return {
        "certificate": str(certificates() / "server.pem"),
        "key": str(certificates() / "server.key"),
        "name": NAME,
        "tls": [f"127.0.0.1:{tls}"],
        "https": [f"127.0.0.1:{https}"],
    }


@cache
def certificates() -> Path:
    """A folder with `ca.pem`, `server.key`, and of that key `server.pem` and two bad ones."""
    folder = Path(mkdtemp(prefix="blocker-ca-"))
    atexit.register(shutil.rmtree, folder)
    (folder / "san").write_text(f"subjectAltName={NAMES}\n")
    new = "openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    for command in (
        f"{new} -x509 -days 2 -subj /CN=authority -keyout ca.key -out ca.pem",
        f"{new} -subj /CN=server -keyout server.key -out server.csr",
        "openssl x509 -req -days 2 -in server.csr -CA ca.pem -CAkey ca.key -out server.pem"
        " -extfile san",
        "openssl x509 -req -days -1 -in server.csr -CA ca.pem -CAkey ca.key -out expired.pem"
        " -extfile san",
        "openssl x509 -req -days 2 -in server.csr -signkey server.key -out selfsigned.pem"
        " -extfile san",
    ):
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True, timeout=20)
    return folder


def expired(folder: Path) -> tuple[Path, Path]:
    """A certificate of the past, and its key, in `folder`: only `openssl ca` makes one."""
    (folder / "index").touch()
    (folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca = past\n[past]\ndatabase = index\nserial = serial\nnew_certs_dir = .\n"
        "default_md = sha256\npolicy = any\nx509_extensions = named\n[any]\n"
        "commonName = supplied\n[named]\nsubjectAltName = DNS:past.example\n"
    )
    for command in (
        "openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=past"
        " -keyout past.key -out past.csr",
        "openssl ca -batch -config ca.cnf -selfsign -rand_serial -keyfile past.key -in past.csr"
        " -startdate 20200101000000Z -enddate 20200201000000Z -out past.pem",
    ):
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True, timeout=20)
    return folder / "past.pem", folder / "past.key"


@cache
def pin() -> str:
    """Of the server's key, as openssl finds it (RFC 7858 appendix A)."""
    key = "openssl x509 -in server.pem -pubkey -noout | openssl pkey -pubin -outform der"
    command = f"{key} | openssl dgst -sha256 -binary | openssl enc -base64"
    made = subprocess.run(
        ["sh", "-c", command], cwd=certificates(), check=True, capture_output=True, timeout=20
    )
    return made.stdout.decode().strip()
