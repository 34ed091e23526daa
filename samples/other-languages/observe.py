#!/usr/bin/env python3
"""A run of two steps, reported from Python with the standard library alone. RUNLEDGER_URL is the ledger's address.

    RUNLEDGER_URL=http://127.0.0.1:5080 python3 samples/other-languages/observe.py

A ledger that is away costs the work nothing: what is not taken within two seconds is dropped with a line on stderr.
"""

import contextlib
import datetime
import json
import os
import sys
import urllib.request
import uuid

URL = os.environ.get("RUNLEDGER_URL", "http://127.0.0.1:5080")


def observe(message_type, **members):
    """Sends one observation; what JSON makes null is left out."""
    members["occurredAt"] = datetime.datetime.now(datetime.timezone.utc).isoformat()
    body = json.dumps({"type": message_type} | {k: v for k, v in members.items() if v is not None}).encode()
    request = urllib.request.Request(f"{URL}/api/observations", body, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=2):
            pass
    except OSError as error:  # HTTP errors are OSErrors too, with the ledger's reason in their body
        reason = error.read().decode(errors="replace") if hasattr(error, "read") else ""
        print(f"not observed: {message_type}: {error} {reason}", file=sys.stderr)


class Run:
    """A run that is open. Leaving `run` ends it, and says why where it was left by an exception."""

    def __init__(self, candidate, correlation=None):
        self.id = uuid.uuid4()
        self.common = {
            "processRunId": str(self.id),
            "processCandidateCode": candidate,
            "correlationId": correlation or f"python-{self.id}",
            "sourceSystem": "job_queue",
        }

    @contextlib.contextmanager
    def step(self, code):
        component = {"componentRunId": str(uuid.uuid4()), "dotCode": code}
        observe("StepStarted", **self.common, **component, componentRole="step")
        try:
            yield
        except BaseException as error:
            observe("StepFailed", **self.common, **component, errorRef=repr(error))
            raise
        observe("StepCompleted", **self.common, **component)


@contextlib.contextmanager
def run(candidate, **options):
    opened = Run(candidate, **options)
    observe("RunStarted", **opened.common)
    try:
        yield opened
    except BaseException as error:
        observe("RunFailed", **opened.common, errorRef=repr(error))
        raise
    observe("RunCompleted", **opened.common, evidenceRef={"rows": 42})


if __name__ == "__main__":
    with run("PROC-CAND:sample:python") as work:
        print(work.id, flush=True)
        with work.step("fetch"):
            pass
        with work.step("load"):
            if os.environ.get("SAMPLE_FAILS"):
                raise RuntimeError("no such table")
