import Database from 'better-sqlite3';
import Fastify from 'fastify';

/**
 * What the lookup is held against: a bare Fastify with one prepared SELECT on the same table, that trusts whoever asks to be who he
 * says. Run as `node bare-select.mjs PORT FILE`.
 */
const [port, file] = process.argv.slice(2);
const db = new Database(file, { readonly: true });
const select = db.prepare('SELECT address, facility FROM mailboxes WHERE customer_id = ?');
const app = Fastify();
app.get('/', (request) => ({ mailboxes: select.all(request.headers['x-customer'] ?? '') }));
await app.listen({ host: '127.0.0.1', port: Number(port) });
