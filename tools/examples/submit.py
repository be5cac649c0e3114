#!/usr/bin/python3
"""Hands one file to a troupe node over RabbitMQ and prints its reply.

    submit.py KIND FILE...        audio.analyze, image.embed or text.embed

The server is $RABBITMQ_URL, or guest on this host. The file travels as the
message's body, so the node need not see our disk. The same id is never done
twice: here it is drawn once per file, so that a lost connection may be
answered by sending again. Exit 1 when a reply is not "ok".
"""

import json
import mimetypes
import os
import sys
import time
import uuid

import pika


def submit(channel, kind, path):
    """Publishes one request and returns its correlation id."""
    with open(path, "rb") as file:
        body = file.read()
    correlation_id = str(uuid.uuid4())
    channel.basic_publish(
        exchange="",
        routing_key="jobs." + kind,
        body=body,
        properties=pika.BasicProperties(
            type=kind,
            content_type=mimetypes.guess_type(path)[0]
            or "application/octet-stream",
            message_id=str(uuid.uuid4()),
            correlation_id=correlation_id,
            reply_to="amq.rabbitmq.reply-to",
            delivery_mode=2,
        ),
    )
    return correlation_id


def main(kind, paths):
    url = os.environ.get("RABBITMQ_URL", "amqp://guest:guest@127.0.0.1/")
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    replies = {}
    # Replies come to this very channel, without a queue of their own.
    channel.basic_consume(
        "amq.rabbitmq.reply-to",
        lambda _channel, _method, properties, body: replies.update(
            {properties.correlation_id: json.loads(body)}
        ),
        auto_ack=True,
    )
    failed = 0
    for path in paths:
        correlation_id = submit(channel, kind, path)
        deadline = time.monotonic() + 60
        while correlation_id not in replies:
            if time.monotonic() > deadline:
                sys.exit("no reply within 60 s: is a node running?")
            connection.process_data_events(time_limit=1)
        reply = replies.pop(correlation_id)
        print(json.dumps({"file": path, **reply}))
        failed += reply["status"] != "ok"
    connection.close()
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
