/** A process of its own with an embedded PostgreSQL: `node hold-postgres.ts <data folder> [adapter's index.ts]`. */
const [, , dataDir = '', adapter = '@backline/embedded-postgres'] = process.argv;

const { startEmbeddedPostgres }: typeof import('@backline/embedded-postgres') = await import(adapter);
process.on('SIGINT', () => undefined);
const server = await startEmbeddedPostgres({ dataDir, log: () => undefined });
process.stdout.write(`${server.url}\n`);
process.stdin.once('data', () => void server.stop().then(() => process.exit()));
