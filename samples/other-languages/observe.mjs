// A run of two steps, published to RabbitMQ from Node with amqplib: plain JSON to the exchange of each contract.
//
//   npm install amqplib@2
//   RABBITMQ_URL=amqp://guest:guest@127.0.0.1:5672 node samples/other-languages/observe.mjs
//
// The exchanges exist since the ledger first started: they are durable fanout exchanges named after the contract.

import { randomUUID } from "node:crypto";
import amqp from "amqplib";

const connection = await amqp.connect(process.env.RABBITMQ_URL ?? "amqp://guest:guest@127.0.0.1:5672");
const channel = await connection.createConfirmChannel();
const run = randomUUID();
const common = {
  processRunId: run,
  processCandidateCode: "PROC-CAND:sample:node",
  correlationId: `node-${run}`,
  sourceSystem: "job_queue",
};

function observe(type, members = {}) {
  const body = JSON.stringify({ ...common, ...members, occurredAt: new Date().toISOString() });
  channel.publish(`RunLedger.Contracts:${type}`, run, Buffer.from(body), {
    contentType: "application/json",
    deliveryMode: 2, // survives a restart of the broker
    messageId: randomUUID(),
  });
}

async function step(dotCode, work) {
  const component = { componentRunId: randomUUID(), dotCode };
  observe("StepStarted", { ...component, componentRole: "step" });
  try {
    await work();
    observe("StepCompleted", component);
  } catch (error) {
    observe("StepFailed", { ...component, errorRef: String(error) });
    throw error;
  }
}

observe("RunStarted");
try {
  await step("fetch", async () => {});
  await step("load", async () => {
    if (process.env.SAMPLE_FAILS) throw new Error("no such table");
  });
  observe("RunCompleted", { evidenceRef: { rows: 42 } });
  console.log(run);
} catch (error) {
  observe("RunFailed", { errorRef: String(error) });
  process.exitCode = 1;
} finally {
  await channel.waitForConfirms(); // the broker has them, on disk where the queue is a quorum queue
  await connection.close();
}
