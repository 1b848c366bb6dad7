// Measures the change of a subscription through the official npm package, against a server in a process of its own: one JSON line.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const peers = new URL('../../tests/peers/', import.meta.url);

function serve() {
  const answer = readFileSync(new URL('stripe-subscription.json', import.meta.url));
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': answer.length, 'Request-Id': 'req_1' }).end(answer));
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('disconnect', () => process.exit());
}

async function measure() {
  const require = createRequire(peers);
  const Stripe = require('stripe').default ?? require('stripe');
  const versions = JSON.parse(readFileSync(new URL('package.json', peers))).dependencies;
  const server = fork(fileURLToPath(import.meta.url), ['serve']);
  const port = await new Promise((resolve) => server.once('message', resolve));
  const stripe = new Stripe('sk_test_benchmark', { host: '127.0.0.1', port, protocol: 'http', telemetry: false });
  const change = () =>
    stripe.subscriptions.update('sub_1', {
      items: [{ id: 'si_QXhVnC2h0Jczwc', price: 'price_1PgafmB7WZ01zgkW6dKueIc5', quantity: 3 }],
      proration_behavior: 'always_invoice',
      proration_date: 1777863721,
      payment_behavior: 'pending_if_incomplete',
      cancel_at_period_end: false,
      metadata: { tenant_id: 'tenant-42', plan: 'pro', changed_by: 'ada@example.com' },
    });
  const round = async (count) => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < count; i++) await change();
    return Number(process.hrtime.bigint() - start) / count;
  };
  await round(1_000);
  const rounds = [];
  for (let i = 0; i < 9; i++) rounds.push(await round(500));
  const meanNs = rounds.sort((a, b) => a - b)[4];
  console.log(JSON.stringify({ subject: `stripe ${versions.stripe}`, case: 'change a subscription', meanNs, opsPerSecond: 1e9 / meanNs }));
  server.disconnect();
}

await (process.argv[2] === 'serve' ? serve() : measure());
