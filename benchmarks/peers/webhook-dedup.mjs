// What a job queue of npm costs as a webhook inbox: an event of 1 KiB made durable once, under a unique key. Cases "receive" (new keys) and "duplicates"
// (1,000 known keys again). The other half of what WebhookDedup does, remembering after the job is done, neither does without more.
import { address, load, measure, newId, poolSize } from './closed-loop.mjs';

const { makeWorkerUtils } = load('graphile-worker');
const PgBoss = load('pg-boss');
const { Pool } = load('pg');
const filler = 'x'.repeat(900);
const payload = (id) => ({ id, type: 'invoice.paid', created: 1767225600, data: { object: { amount_paid: 4200, currency: 'eur', filler } } });

// A connection that is lost between calls: a failing subject has no speed.
function fail(error) {
  throw error;
}

async function both(subject, receive) {
  await measure('receive', subject, () => receive(newId()));
  const known = Array.from({ length: 1000 }, newId);
  for (const id of known) await receive(id);
  await measure('duplicates', subject, () => receive(known[Math.floor(Math.random() * known.length)]));
}

// The mode that leaves a job with the same key as it is, whatever has become of it.
const pgPool = new Pool({ ...address(), max: poolSize });
pgPool.on('error', fail).on('connect', (client) => client.on('error', fail));
const worker = await makeWorkerUtils({ pgPool });
await worker.migrate();
await both('graphile-worker', (id) => worker.addJob('webhook', payload(id), { jobKey: `stripe:${id}`, jobKeyMode: 'unsafe_dedupe' }));
await worker.release();
await pgPool.end();

// Unique within a slot of 12 hours, its longest, also after the job is done; a singleton key alone is unique only while the job waits.
const boss = new PgBoss({ ...address(), max: poolSize, supervise: false, schedule: false });
boss.on('error', fail);
await boss.start();
await boss.createQueue('webhook');
await both('pg-boss', (id) => boss.send('webhook', payload(id), { singletonKey: `stripe:${id}`, singletonSeconds: 43_200 }));
await boss.stop({ graceful: false });
