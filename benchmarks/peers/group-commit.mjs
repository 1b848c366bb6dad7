// One row with a new key inserted by each caller through a driver that pipelines: callers share connections, and each row is a transaction and a flush of its own.
// CASE names the case, where the server differs.
import { address, load, measure, newId } from './closed-loop.mjs';

const postgres = load('postgres');
const { host, port, user, password, database } = address();
const sql = postgres({ ...(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port }), user, password, database, onnotice: () => {} });
await sql`CREATE TABLE IF NOT EXISTS postgres_js_keys (key text COLLATE "C" PRIMARY KEY)`;
await measure(process.env.CASE ?? 'insert', 'postgres', () => sql`INSERT INTO postgres_js_keys (key) VALUES (${newId()}) ON CONFLICT DO NOTHING`);
await sql.end();
