// Measures what one call costs by @pydantic/genai-prices: the same usage and the same models as the other subjects'.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const peers = new URL('../../tests/peers/', import.meta.url);
const require = createRequire(peers);
const name = '@pydantic/genai-prices';
const version = JSON.parse(readFileSync(new URL('package.json', peers))).dependencies[name];

let calcPrice;
try {
  ({ calcPrice } = require(name));
} catch (error) {
  console.error(`${name} is not installed: run npm ci --prefix tests/peers (${error.code})`);
  process.exit(1);
}

const calls = [['openai', 'gpt-5-2025-08-07'], ['anthropic', 'claude-sonnet-4-6'], ['google', 'gemini-2.5-pro']];
const usage = { input_tokens: 9396, cache_read_tokens: 8192, output_tokens: 412 };
const timestamp = new Date('2026-06-01T12:00:00Z');
let charged = 0;

const round = (count) => {
  const start = process.hrtime.bigint();
  for (let i = 0; i < count; i++) {
    const [providerId, model] = calls[i % calls.length];
    charged += calcPrice(usage, model, { providerId, timestamp }).total_price;
  }
  return Number(process.hrtime.bigint() - start) / count;
};
round(20_000);
const rounds = Array.from({ length: 15 }, () => round(10_000)).sort((a, b) => a - b);
const meanNs = rounds[7];
if (!(charged > 0)) throw new Error('Nothing was charged.');
console.log(JSON.stringify({ subject: `${name} ${version}`, case: 'price a call', meanNs, opsPerSecond: 1e9 / meanNs }));
