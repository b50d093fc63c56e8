"""eval-service over HTTP."""
import json
import time
import urllib.error
import urllib.request


def ask(port, path, body=None):
    """JSON in and out."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/{path}", None if body is None else json.dumps(body).encode(),
                                     {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)
    except urllib.error.HTTPError as e:
        raise SystemExit(f"{request.full_url}: {e.code}: {e.read().decode()}")


def run(port, **body):
    """Asks for a run and waits for its end; returns its number."""
    number = ask(port, "runs", body)["id"]
    started = time.monotonic()
    while (found := ask(port, f"runs/{number}"))["state"] in ("QUEUED", "RUNNING"):
        # seldom: to be asked costs the service time
        time.sleep(max(.02, .02 * (time.monotonic() - started), .2 * (found["etaSeconds"] or 0)))
    if found["state"] != "DONE" or found.get("examplesFailed"):
        raise SystemExit(f"run {number} is {found['state']}: {found.get('error')}, {found.get('examplesFailed')} examples failed")
    return number


def examples(port, number, task):
    """All examples of a task of a run."""
    found, page = [], 0
    while True:
        reply = ask(port, f"runs/{number}/examples?task={task}&size=500&page={page}")
        found += reply["items"]
        page += 1
        if len(found) >= reply["total"]:
            return found
