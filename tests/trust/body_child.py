"""Run as a process of its own by test_r08: download addresses under limits, and print what became of each.

`portal` is our download; `plain` is what a careless importer does, for the control.
"""

from __future__ import annotations

import json
import sys
import time

from tests.memory import peak_kib


def portal_download(url: str, max_bytes: int, max_seconds: float) -> dict[str, object]:
    from portal.fetch import FetchError, fetch

    try:
        with fetch(url, max_bytes=max_bytes, max_seconds=max_seconds, allow_private=True) as found:
            return {"error": "", "bytes": found.size}
    except FetchError as error:
        return {"error": type(error).__name__, "sentence": error.in_words()}


def plain_download(url: str, max_bytes: int, max_seconds: float) -> dict[str, object]:
    """Timeouts on connecting and on each read, and a look at the watch between chunks: the usual advice."""
    import requests

    started, size = time.monotonic(), 0
    session = requests.Session()
    session.trust_env = False
    try:
        with session.get(url, stream=True, timeout=(3, 3)) as response:
            for chunk in response.iter_content(65_536):
                size += len(chunk)
                if time.monotonic() - started > max_seconds:
                    return {"error": "", "bytes": size}
    except requests.RequestException as error:
        return {"error": type(error).__name__, "bytes": size}
    return {"error": "", "bytes": size}


DOWNLOADS = {"portal": portal_download, "plain": plain_download}

if __name__ == "__main__":
    which, max_bytes, max_seconds, *urls = sys.argv[1:]
    import requests  # noqa: F401 - both ways start from the same memory

    import portal.fetch  # noqa: F401

    for url in urls:
        before = peak_kib()
        started = time.monotonic()
        answer = DOWNLOADS[which](url, int(max_bytes), float(max_seconds))
        answer["seconds"] = time.monotonic() - started
        answer["grown"] = (peak_kib() - before) // 1024
        print(json.dumps(answer), flush=True)
