// What the tests of Patterns.Stripe ask of the official SDK, of Stripe's published schemas and types, and of a mock that keeps state.
import Ajv from 'ajv';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import qs from 'qs';
import Stripe from 'stripe';

const require = createRequire(import.meta.url);
const decode = (form) => qs.parse(form, { depth: 20, arrayLimit: 1000, strictNullHandling: true });

// {"$v2date": "..."} stands for a Date, which JSON cannot carry.
const revive = (value) => JSON.parse(JSON.stringify(value), (_, part) => (part?.$date ? new Date(part.$date) : part));

// Runs the SDK's function named "customers.create" against the server at the address.
async function call({ address, key, name, args, account, version }) {
  const { hostname, port } = new URL(address);
  const stripe = new Stripe(key, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false, stripeAccount: account ?? undefined, apiVersion: version ?? undefined });
  const path = name.split('.');
  const method = path.pop();
  const resource = path.reduce((parent, part) => parent[part], stripe);
  await resource[method](...revive(args));
}

let api;
let ajv;

// Validates a decoded form with the request schema of its operation: null when there is none, else the errors.
function validate({ method, path, form }) {
  api ??= JSON.parse(readFileSync(join(import.meta.dirname, 'node_modules/.openapi/stripe.com.json'), 'utf8'));
  const template = Object.keys(api.paths).find((known) => api.paths[known][method.toLowerCase()] && new RegExp(`^${known.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(path));
  const operation = template && api.paths[template][method.toLowerCase()];
  if (!operation) return null;
  const schema =
    method !== 'GET'
      ? operation.requestBody.content['application/x-www-form-urlencoded'].schema
      : {
          type: 'object',
          additionalProperties: false,
          properties: Object.fromEntries(operation.parameters.filter((parameter) => parameter.in === 'query').map((parameter) => [parameter.name, parameter.schema])),
        };
  ajv ??= new Ajv({ coerceTypes: true, strict: false, allErrors: true, validateFormats: false });
  const check = ajv.compile(schema);
  return check(decode(form)) ? [] : check.errors.map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
}

// Compiles the arguments of each function, such as "customers.create", against its types in the SDK, and returns what the compiler says.
const typed = ({ function: name, value }, index) => `export const p${index}: Parameters<Stripe['${name.split('.').join("']['")}']> = ${JSON.stringify(revive(value), null, 1)};`;
function typecheck({ literals }) {
  const ts = require('typescript');
  const file = join(import.meta.dirname, 'literals.ts');
  const source = `import type Stripe from 'stripe';\n${literals.map(typed).join('\n')}\n`;
  const options = { noEmit: true, strict: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) => (name === file ? ts.createSourceFile(name, source, options.target) : getSourceFile.call(host, name, ...rest));
  host.fileExists = (name) => name === file || fileExists.call(host, name);
  host.readFile = (name) => (name === file ? source : readFile.call(host, name));
  const program = ts.createProgram([file], options, host);
  const found = [...program.getSyntacticDiagnostics(program.getSourceFile(file)), ...program.getSemanticDiagnostics(program.getSourceFile(file))];
  return found.map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
}

// The mock listens for as long as this process lives.
let mock;
function startMock() {
  mock ??= new Promise((resolve) => {
    require('loglevel').setLevel('silent');
    const server = require('stripe-stateful-mock').createExpressApp().listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`));
    server.unref();
  });
  return mock;
}

export const stripeCalls = {
  'stripe.call': call,
  'stripe.decode': ({ form }) => decode(form),
  'stripe.validate': validate,
  'stripe.typecheck': typecheck,
  'stripe.mock': startMock,
};
