"""Calls over REST: retries, and problems (RFC 9457) with the fields at fault."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

import urllib3

from knnlm_client.errors import FieldProblem, KnnlmError, UnavailableError, error
from knnlm_client.options import Options, Tls

_CODES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class RestClient:
    """A connection to a REST service; closed by `close`, or at the end of a `with`.

    `url` is its address, http://127.0.0.1:8080 for example; https is encrypted.
    """

    def __init__(self, url: str, options: Options | None = None) -> None:
        self.url = url.rstrip("/")
        self.options = options or Options()
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"url: found {url!r}, allowed is http://HOST:PORT or https://HOST:PORT")
        self.options.check_secrets(parts.hostname, encrypted=parts.scheme == "https")
        tls = self.options.tls or Tls()
        self._pool = urllib3.PoolManager(
            headers=_headers(self.options),
            retries=False,
            ca_certs=tls.ca and str(tls.ca),
            cert_file=tls.certificate and str(tls.certificate),
            key_file=tls.key and str(tls.key),
        )

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """The JSON of a GET; entries of the query that are None are left out."""
        return self.options.retry.run(lambda: self._call("GET", _with(path, query)).json())

    def get_text(self, path: str, query: Mapping[str, Any] | None = None) -> str:
        """The text of a GET."""
        return self.options.retry.run(lambda: self._call("GET", _with(path, query)).data.decode())

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The JSON of a POST; made again only when the service refused it or could not be connected to."""
        return self.options.retry.run(lambda: self._call("POST", path, body).json())

    def events(self, path: str) -> Iterator[Any]:
        """The JSON of server-sent events as they come, until the service ends them."""
        response = self.options.retry.run(lambda: self._call("GET", path, stream=True))
        try:
            for line in _lines(response):
                if line.startswith("data:"):
                    yield json.loads(line.removeprefix("data:"))
        except urllib3.exceptions.HTTPError as e:
            raise error("UNAVAILABLE", f"{self.url}{path}: {e}") from e
        finally:
            response.close()

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, stream: bool = False
    ) -> urllib3.BaseHTTPResponse:
        timeout = urllib3.Timeout(connect=10, read=None if stream else self.options.timeout)
        try:
            response = self._pool.request(
                method, self.url + path, json=body, timeout=timeout, preload_content=not stream
            )
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as e:
            raise UnavailableError("UNAVAILABLE", f"{self.url} cannot be connected to: {e}") from e
        except urllib3.exceptions.TimeoutError as e:
            raise error("DEADLINE_EXCEEDED", f"{method} {self.url}{path}: {e}") from e
        except urllib3.exceptions.HTTPError as e:
            # A POST may have had its effect: only what may be asked twice passes.
            raise error("UNAVAILABLE" if method == "GET" else "UNKNOWN", f"{method} {self.url}{path}: {e}") from e
        if response.status >= 400:
            raise _problem(response)
        return response

    def close(self) -> None:
        """Closes its connections."""
        self._pool.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _headers(options: Options) -> dict[str, str]:
    if options.token is not None:
        return {"authorization": f"Bearer {options.token}"}
    return urllib3.make_headers(basic_auth=":".join(options.user)) if options.user else {}


def _with(path: str, query: Mapping[str, Any] | None) -> str:
    given = {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in (query or {}).items()
        if value is not None
    }
    return f"{path}?{urlencode(given)}" if given else path


def _lines(response: urllib3.BaseHTTPResponse) -> Iterator[str]:
    rest = b""
    for chunk in response.stream(amt=None):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line.decode() for line in lines)


def _problem(response: urllib3.BaseHTTPResponse) -> KnnlmError:
    code = _CODES.get(response.status, "UNKNOWN")
    try:
        problem = json.loads(response.data)
        fields = [FieldProblem(it["field"], it["problem"]) for it in problem["errors"]]
        return error(code, problem["detail"], fields)
    except (ValueError, KeyError, TypeError):
        reason = response.data.decode(errors="replace").strip()
        return error(code, f"HTTP {response.status}: {reason or response.reason or 'no reason given'}")
