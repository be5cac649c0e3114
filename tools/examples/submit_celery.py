#!/usr/bin/python3
"""Hands files to a troupe node as Celery tasks and prints their results.

    submit_celery.py KIND FILE...        audio.analyze, image.embed, …

The server is $RABBITMQ_URL, or guest on this host. The node reads the files
itself: they must lie under one of its [broker] roots. Exit 1 when one fails.
"""

import json
import os
import sys

from celery import Celery
from kombu import Queue


def main(kind, paths):
    url = os.environ.get("RABBITMQ_URL", "amqp://guest:guest@127.0.0.1/")
    app = Celery("submit", broker=url, backend="rpc://")
    # The node has made its queue: the producer must not make another one.
    queue = Queue("jobs." + kind, exchange="", no_declare=True)
    failed = 0
    for path in paths:
        result = app.send_task(
            kind, kwargs={"input": {"path": os.path.realpath(path)}}, queue=queue
        )
        try:
            print(json.dumps(result.get(timeout=60)))
        except Exception as why:  # whatever the node says
            print(f"{path}: {why}", file=sys.stderr)
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
