#!/usr/bin/python3
"""The loop that troupe replaces: one I/O thread owns the connection, callers
hand it work by a queue, and it looks into that queue every 0.1 s.

    polling_pika.py URL rpc QUEUE COUNT             p50 of a call, microseconds
    polling_pika.py URL publish QUEUE COUNT BYTES   confirmed messages a second
    polling_pika.py URL consume QUEUE COUNT         consumed and acknowledged

Prints one number.
"""

import queue
import statistics
import sys
import threading
import time

import pika

POLL_S = 0.1
PREFETCH = 300


class PollingClient(threading.Thread):
    """Owns the connection; `handed` is all that others may touch."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.url = url
        self.handed = queue.Queue()
        self.ready = threading.Event()
        self.stopping = threading.Event()

    def run(self):
        connection = pika.BlockingConnection(pika.URLParameters(self.url))
        channel = connection.channel()
        self.open(channel)
        self.ready.set()
        while not self.stopping.is_set():
            while True:
                try:
                    work = self.handed.get_nowait()
                except queue.Empty:
                    break
                work(channel)
            connection.process_data_events(time_limit=POLL_S)
        connection.close()

    def open(self, channel):
        """Prepares the channel; the owner's thread."""


class Caller(PollingClient):
    def open(self, channel):
        self.waiting = {}
        channel.basic_consume(
            "amq.rabbitmq.reply-to", self.on_reply, auto_ack=True
        )

    def on_reply(self, _channel, _method, properties, _body):
        self.waiting.pop(properties.correlation_id).set()

    def call(self, target, number):
        answered = threading.Event()
        correlation_id = str(number)

        def publish(channel):
            self.waiting[correlation_id] = answered
            channel.basic_publish(
                "",
                target,
                b"ping",
                pika.BasicProperties(
                    correlation_id=correlation_id,
                    reply_to="amq.rabbitmq.reply-to",
                ),
            )

        self.handed.put(publish)
        answered.wait(60)


class Publisher(PollingClient):
    def open(self, channel):
        channel.confirm_delivery()


class Consumer(PollingClient):
    def __init__(self, url, source, count):
        super().__init__(url)
        self.source = source
        self.left = count
        self.done = threading.Event()
        self.begun = None

    def open(self, channel):
        channel.basic_qos(prefetch_count=PREFETCH)
        self.begun = time.perf_counter()
        channel.basic_consume(self.source, self.on_message)

    def on_message(self, channel, method, _properties, _body):
        channel.basic_ack(method.delivery_tag)
        self.left -= 1
        if self.left == 0:
            self.done.set()


def started(client):
    client.start()
    client.ready.wait(60)
    return client


def rpc(url, target, count):
    caller = started(Caller(url))
    took = []
    for number in range(count):
        begun = time.perf_counter()
        caller.call(target, number)
        took.append(time.perf_counter() - begun)
    caller.stopping.set()
    return statistics.median(took) * 1e6


def publish(url, target, count, size):
    publisher = started(Publisher(url))
    body = b"x" * size
    done = threading.Event()

    def send(channel):
        channel.basic_publish(
            "", target, body, pika.BasicProperties(delivery_mode=2)
        )

    begun = time.perf_counter()
    for _ in range(count):
        publisher.handed.put(send)
    publisher.handed.put(lambda _channel: done.set())
    done.wait(600)
    return count / (time.perf_counter() - begun)


def consume(url, source, count):
    consumer = started(Consumer(url, source, count))
    consumer.done.wait(600)
    return count / (time.perf_counter() - consumer.begun)


if __name__ == "__main__":
    verb = {"rpc": rpc, "publish": publish, "consume": consume}[sys.argv[2]]
    print(verb(sys.argv[1], sys.argv[3], *map(int, sys.argv[4:])))
