// Signs and verifies with the official packages, for the tests: one JSON object per line in, one per line out, until the input ends.
//   {"id":1,"call":"stripe.sign","with":{...}}  ->  {"id":1,"result":...} or {"id":1,"error":"..."}
import '@shopify/shopify-api/adapters/node';
import { ApiVersion, shopifyApi } from '@shopify/shopify-api';
import { createSHA256HMAC } from '@shopify/shopify-api/runtime';
import { sign as octokitSign, verify as octokitVerify } from '@octokit/webhooks-methods';
import { createPrivateKey, createPublicKey, sign as cryptoSign } from 'node:crypto';
import { parse } from 'node:querystring';
import { createInterface } from 'node:readline';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import twilio from 'twilio';
import { genaiPricesCalls } from './genai-prices.mjs';
import { stripeCalls } from './stripe.mjs';

const stripe = new Stripe('sk_test_unused');

// Verifiers of some packages throw, others answer false: here all answer.
const accepted = async (verify) => {
  try {
    return (await verify()) !== false;
  } catch {
    return false;
  }
};

// An Ed25519 key from its 32-byte seed: the fixed DER header of RFC 8410 in front of it.
const privateKey = (seed) => createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(seed, 'hex')]), format: 'der', type: 'pkcs8' });

const calls = {
  ...genaiPricesCalls,
  ...stripeCalls,
  'stripe.sign': ({ body, secret, timestamp }) => stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp }),
  'stripe.verify': ({ body, secret, header }) => accepted(() => stripe.webhooks.constructEvent(body, header, secret)),
  'standardwebhooks.sign': ({ body, secret, id, timestamp }) => new StandardWebhook(secret).sign(id, new Date(timestamp * 1000), body),
  'standardwebhooks.verify': ({ body, secret, headers }) => accepted(() => new StandardWebhook(secret).verify(body, headers) ?? true),
  'svix.sign': ({ body, secret, id, timestamp }) => new SvixWebhook(secret).sign(id, new Date(timestamp * 1000), body),
  'svix.verify': ({ body, secret, headers }) => accepted(() => new SvixWebhook(secret).verify(body, headers) ?? true),
  'github.sign': ({ body, secret }) => octokitSign(secret, body),
  'github.verify': ({ body, secret, header }) => octokitVerify(secret, body, header),
  'twilio.sign': ({ form, secret, url }) => twilio.getExpectedTwilioSignature(secret, url, form === null ? {} : parse(form)),
  'twilio.hash': ({ body }) => twilio.getExpectedBodyHash(body),
  'twilio.verify': ({ form, secret, url, header }) => twilio.validateRequest(secret, header, url, parse(form)),
  'twilio.verifyBody': ({ body, secret, url, header }) => twilio.validateRequestWithBody(secret, header, url, body),
  'shopify.sign': ({ body, secret }) => createSHA256HMAC(secret, body),
  'shopify.verify': async ({ body, secret, headers }) => {
    const shopify = shopifyApi({ apiSecretKey: secret, apiKey: 'unused', hostName: 'example.com', apiVersion: ApiVersion.July25, isEmbeddedApp: false, logger: { level: 0 } });
    return (await shopify.webhooks.validate({ rawBody: body, rawRequest: { method: 'POST', url: '/', headers }, rawResponse: {} })).valid;
  },
  'ed25519.publicKey': ({ seed }) => createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64'),
  'ed25519.sign': ({ seed, message }) => cryptoSign(null, Buffer.from(message, 'utf8'), privateKey(seed)).toString('base64'),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, call, with: parameters } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ id, result: await calls[call](parameters) }));
  } catch (error) {
    console.log(JSON.stringify({ id, error: String(error.stack) }));
  }
}
