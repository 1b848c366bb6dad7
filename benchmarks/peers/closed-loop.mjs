// What the peers of a closed loop share: callers that each send the next call when the last one is answered, in rounds after a warm-up, medians of the
// rounds. The environment says what the other subjects get: DATABASE_URL (postgresql:///db?host=...&port=...&user=...&password=..., the host a name or the
// directory of a Unix socket), CALLERS (1,16,64,256), ROUNDS, ROUND_SECONDS, WARM_UP_SECONDS.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';

const peers = new URL('../../tests/peers/', import.meta.url);
const require = createRequire(peers);
const versions = JSON.parse(readFileSync(new URL('package.json', peers))).dependencies;

export function load(name) {
  try {
    return require(name);
  } catch (error) {
    console.error(`${name} is not installed: run npm ci --prefix tests/peers (${error.code})`);
    process.exit(1);
  }
}

export function address() {
  const url = new URL(process.env.DATABASE_URL ?? fail('DATABASE_URL is not set: where is the database?'));
  const part = (name, otherwise) => url.searchParams.get(name) ?? (decodeURIComponent(otherwise) || undefined);
  return {
    host: part('host', url.hostname),
    port: Number(part('port', url.port) ?? 5432),
    user: part('user', url.username),
    password: part('password', url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
  };
}

export const callers = (process.env.CALLERS ?? '1,16,64,256').split(',').map(Number);

// As large as the callers, as far as the server's connections go.
export const poolSize = Math.min(Math.max(...callers), 90);

/** 36 characters that grow with time, as the other subjects' keys (UUIDv7). */
export function newId() {
  const hex = Date.now().toString(16).padStart(12, '0') + '7' + randomBytes(10).toString('hex').slice(1);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Prints one line for each number of callers. */
export async function measure(name, subject, call) {
  const { ROUNDS = '7', ROUND_SECONDS = '1.5', WARM_UP_SECONDS = '2' } = process.env;
  for (const count of callers) {
    await round(count, call, Number(WARM_UP_SECONDS));
    const rounds = [];
    for (let i = 0; i < Number(ROUNDS); i++) rounds.push(await round(count, call, Number(ROUND_SECONDS)));
    console.log(JSON.stringify({
      case: name,
      callers: count,
      subject: `${subject} ${versions[subject]}`,
      opsPerSecond: median(rounds, (r) => r.opsPerSecond),
      p50Ms: median(rounds, (r) => r.p50Ms),
      p99Ms: median(rounds, (r) => r.p99Ms),
    }));
  }
}

async function round(count, call, seconds) {
  const latencies = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(Array.from({ length: count }, async () => {
    for (let started = start; started < end;) {
      await call();
      const done = performance.now();
      latencies.push(done - started);
      started = done;
    }
  }));
  const elapsed = performance.now() - start;
  latencies.sort((a, b) => a - b);
  const quantile = (share) => latencies[Math.ceil(latencies.length * share) - 1];
  return { opsPerSecond: latencies.length * 1000 / elapsed, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
}

function median(rounds, figure) {
  const sorted = rounds.map(figure).sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
