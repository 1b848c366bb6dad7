// Measures the verification of the same Stripe event of 2 KiB by the official npm packages: one JSON line per package.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const peers = new URL('../../tests/peers/', import.meta.url);
const require = createRequire(peers);
const load = (name) => {
  try {
    return require(name);
  } catch (error) {
    console.error(`${name} is not installed: run npm ci --prefix tests/peers (${error.code})`);
    process.exit(1);
  }
};
const Stripe = load('stripe').default ?? load('stripe');
const { Webhook } = load('standardwebhooks');
const versions = JSON.parse(readFileSync(new URL('package.json', peers))).dependencies;
const body = readFileSync(new URL('stripe-event.json', import.meta.url));
const text = body.toString('utf8');

function measure(subject, verify) {
  const round = (count) => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < count; i++) verify();
    return Number(process.hrtime.bigint() - start) / count;
  };
  round(5_000);
  const rounds = Array.from({ length: 15 }, () => round(5_000)).sort((a, b) => a - b);
  const meanNs = rounds[7];
  console.log(JSON.stringify({ subject: `${subject} ${versions[subject]}`, case: 'verify a 2 KiB Stripe event', meanNs, opsPerSecond: 1e9 / meanNs }));
}

// The signature alone: constructEvent would parse the body too.
const stripeSecret = 'whsec_0123456789abcdef0123456789abcdef';
const stripe = new Stripe('sk_test_unused');
const header = stripe.webhooks.generateTestHeaderString({ payload: text, secret: stripeSecret });
measure('stripe', () => stripe.webhooks.signature.verifyHeader(body, header, stripeSecret, 3600));

const webhook = new Webhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
const now = new Date();
const headers = {
  'webhook-id': 'msg_1',
  'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
  'webhook-signature': webhook.sign('msg_1', now, text),
};
measure('standardwebhooks', () => webhook.verify(text, headers, { jsonParse: false }));
