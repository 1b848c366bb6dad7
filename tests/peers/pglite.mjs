// PostgreSQL 17 in WebAssembly, behind a port of this machine that it prints, until its input ends. One connection at a time.
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

const db = await PGlite.create();
const server = new PGLiteSocketServer({ db, port: 0, host: '127.0.0.1' });
await server.start();
console.log(server.getServerConn());
process.stdin.resume().on('end', async () => {
  await server.stop();
  await db.close();
  process.exit(0);
});
