import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from services import free_port, service

from knnlm_client import (
    Addresses,
    Evaluation,
    Knnlm,
    NearestNeighbors,
    NotAllowedError,
    NotFoundError,
    Options,
    Retry,
    Tls,
    UnavailableError,
    connect,
)

ONCE = Retry(attempts=1)


def index_settings(folder: Path, grpc: int, http: int) -> dict[str, str]:
    return {
        "knnlm.datastores": str(folder),
        "quarkus.grpc.server.port": str(grpc),
        "quarkus.http.port": str(http),
    }


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost that nobody else has signed, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    pem, key = folder / "service.pem", folder / "service.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost", "-out", pem, "-keyout", key),
        ],
        check=True,
        capture_output=True,
    )
    return pem, key


@pytest.fixture(scope="module")
def encrypted(certificate: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an index-service that talks TLS alone."""
    folder = tmp_path_factory.mktemp("encrypted")
    port = free_port()
    settings = index_settings(folder, port, free_port()) | {
        "quarkus.grpc.server.ssl.certificate": str(certificate[0]),
        "quarkus.grpc.server.ssl.key": str(certificate[1]),
        "quarkus.grpc.server.plain-text": "false",
    }
    with service("index-service", port, settings, folder / "log"):
        yield f"localhost:{port}"


def test_tls_with_the_services_authority(encrypted: str, certificate: tuple[Path, Path]) -> None:
    with (
        NearestNeighbors(encrypted, Options(tls=Tls(ca=certificate[0]), token="a token")) as index,
        pytest.raises(NotFoundError, match="no-such"),
    ):
        index.describe("no-such")


def test_tls_with_another_authority_is_refused(encrypted: str) -> None:
    with (
        NearestNeighbors(encrypted, Options(tls=Tls(), retry=ONCE)) as index,
        pytest.raises(UnavailableError, match=r"(?i)certificate|ssl|handshake"),
    ):
        index.describe("no-such")


def test_a_service_that_comes_later_is_waited_for(tmp_path: Path) -> None:
    port = free_port()
    done = threading.Event()

    def start_later() -> None:
        time.sleep(1)
        with service("index-service", port, index_settings(tmp_path, port, free_port()), tmp_path / "log"):
            done.wait(60)

    starting = threading.Thread(target=start_later)
    starting.start()
    try:
        patient = Options(retry=Retry(attempts=40, longest=1))
        with NearestNeighbors(f"127.0.0.1:{port}", patient) as index, pytest.raises(NotFoundError):
            index.describe("no-such")
    finally:
        done.set()
        starting.join()


def test_nobody_there() -> None:
    address = f"127.0.0.1:{free_port()}"
    with (
        connect(Addresses(address, address, address, f"http://{address}"), Options(retry=ONCE)) as nobody,
    ):
        with pytest.raises(UnavailableError):
            nobody.lm.info()
        with pytest.raises(UnavailableError, match="cannot be connected to"):
            nobody.evaluation.tasks()


def test_eval_service_wants_to_know_who_asks(knnlm: Knnlm, tmp_path: Path) -> None:
    accounts = tmp_path / "accounts"
    accounts.write_text("ann:reader:secret of ann\n")
    accounts.chmod(0o600)
    port = free_port()
    settings = {
        "quarkus.http.port": str(port),
        "knnlm.database": str(tmp_path / "postgres"),
        "knnlm.security.accounts-file": str(accounts),
    }
    for name, address in {"lm": knnlm.lm.address, "index": knnlm.index.address}.items():
        host, _, grpc = address.rpartition(":")
        settings |= {f"quarkus.grpc.clients.{name}.host": host, f"quarkus.grpc.clients.{name}.port": grpc}
    url = f"http://127.0.0.1:{port}"
    with service("eval-service", port, settings, tmp_path / "log"):
        with Evaluation(url, Options(user=("ann", "secret of ann"))) as ann:
            assert "obqa" in ann.tasks().index
            with pytest.raises(NotAllowedError, match="reader"):
                ann.cancel(1)
        for options in (Options(), Options(user=("ann", "a guess")), Options(token="a guess")):
            with Evaluation(url, options) as stranger, pytest.raises(NotAllowedError):
                stranger.tasks()


def test_secrets_do_not_go_out_in_plain_text() -> None:
    with pytest.raises(ValueError, match=r"would go to 10\.0\.0\.1 in plain text"):
        NearestNeighbors("10.0.0.1:9002", Options(token="a token"))
    with pytest.raises(ValueError, match=r"would go to eval\.example in plain text"):
        Evaluation("http://eval.example", Options(user=("a", "b")))
    Evaluation("https://eval.example", Options(user=("a", "b"))).close()


def test_options_do_not_show_secrets() -> None:
    assert "secret" not in repr(Options(token="secret"))
    with pytest.raises(ValueError, match="only one"):
        Options(token="a", user=("b", "c"))
    with pytest.raises(ValueError, match="one is given without the other"):
        Tls(key=Path("k"))


def test_addresses_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KNNLM_LM", "KNNLM_INDEX", "KNNLM_EMBEDDER", "KNNLM_URL"):
        monkeypatch.delenv(name, raising=False)
    assert Addresses.from_environment() == Addresses()
    monkeypatch.setenv("KNNLM_INDEX", "there:1")
    monkeypatch.setenv("KNNLM_URL", "https://there")
    assert Addresses.from_environment() == Addresses(index="there:1", evaluation="https://there")


def test_a_url_has_a_scheme() -> None:
    with pytest.raises(ValueError, match="found 'localhost:8080'"):
        Evaluation("localhost:8080")
