#!/usr/bin/env node
// Hands files to a troupe node over RabbitMQ and prints their replies.
//
//   node submit.js KIND FILE...     audio.analyze, image.embed, text.embed, …
//
// Needs amqplib (npm install amqplib). The server is $RABBITMQ_URL, or guest
// on this host. Files travel as bodies, all at once; each reply is printed as
// it comes. An enlarged picture (image.upscale) is written beside its file.
// Exit 1 when a reply is not "ok".
"use strict";

const { randomUUID } = require("node:crypto");
const { readFile, writeFile } = require("node:fs/promises");
const { extname } = require("node:path");
const amqp = require("amqplib");

const MEDIA_TYPES = {
  ".flac": "audio/flac", ".jpg": "image/jpeg", ".mp3": "audio/mpeg",
  ".ogg": "audio/ogg", ".png": "image/png", ".txt": "text/plain",
  ".wav": "audio/wav", ".webp": "image/webp",
};
const WAIT_MS = 60_000;

/** The JSON of a reply; a picture travels as the body, its JSON in a header. */
async function readReply(message, file) {
  const text = message.properties.headers?.["x-result"];
  if (text === undefined) return JSON.parse(message.content.toString());
  await writeFile(`${file}.large.png`, message.content, { flag: "wx" });
  return JSON.parse(text);
}

async function main(kind, files) {
  const url = process.env.RABBITMQ_URL ?? "amqp://guest:guest@127.0.0.1/";
  const connection = await amqp.connect(url);
  const channel = await connection.createConfirmChannel();
  const waiting = new Map();
  // A request that no queue takes comes back.
  channel.on("return", ({ properties }) =>
    waiting.get(properties.correlationId)?.reject(
      new Error(`there is no queue jobs.${kind}: does a node run?`)));
  await channel.consume(
    "amq.rabbitmq.reply-to",
    (message) => waiting.get(message.properties.correlationId)?.resolve(message),
    { noAck: true });

  const ask = async (file) => {
    const id = randomUUID();
    const reply = new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      setTimeout(() => reject(new Error("no reply in time")), WAIT_MS).unref();
    });
    channel.sendToQueue(`jobs.${kind}`, await readFile(file), {
      type: kind,
      contentType: MEDIA_TYPES[extname(file)] ?? "application/octet-stream",
      messageId: id,
      correlationId: id,
      replyTo: "amq.rabbitmq.reply-to",
      deliveryMode: 2,
      mandatory: true,
    });
    const answer = await readReply(await reply, file);
    console.log(JSON.stringify({ file, ...answer }));
    return answer.status === "ok";
  };

  const ends = await Promise.allSettled(files.map(ask));
  for (const { reason } of ends) if (reason) console.error(reason.message);
  await connection.close();
  return ends.every(({ value }) => value) ? 0 : 1;
}

const [kind, ...files] = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: node submit.js KIND FILE...");
  process.exitCode = 2;
} else {
  main(kind, files).then(
    (code) => { process.exitCode = code; },
    (error) => { console.error(error.message); process.exitCode = 1; });
}
