import { createHash } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Of design/reliability.md, U8; each lasts until another is set. */
export type CloudinaryMood =
  | 'well'
  | 'down'
  | 'hangs'
  | 'fails'
  | 'garbles'
  | 'floods'
  /** It says that the picture lies with another host. */
  | 'lies'
  | 'confuses'
  /** It takes the picture, and the answer is lost. */
  | 'forgets to answer';

export type CloudinaryStandIn = {
  readonly url: string;
  readonly cloudName: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly set: (mood: CloudinaryMood) => void;
  /** What lies there, by public id. */
  readonly pictures: ReadonlyMap<string, Uint8Array>;
  /** How many requests came. */
  readonly asked: () => number;
  readonly close: () => Promise<void>;
};

/** cloudinary.com/documentation/signatures: the sorted parameters but these, the secret after them, as SHA-1. */
const UNSIGNED: ReadonlySet<string> = new Set(['file', 'api_key', 'signature', 'cloud_name', 'resource_type']);

const SECRET = 'a-secret-of-the-stand-in';

/** An account at Cloudinary as far as Backline knows it, by its documentation as of 2026-11. */
export const cloudinaryStandIn = async (): Promise<CloudinaryStandIn> => {
  const pictures = new Map<string, Uint8Array>();
  let mood: CloudinaryMood = 'well';
  let requests = 0;
  let version = 1_790_000_000;

  const signed = (form: FormData): boolean => {
    const text = [...form.entries()]
      .filter(([name]) => !UNSIGNED.has(name))
      .map(([name, value]) => `${name}=${String(value).replaceAll('&', '%26')}`)
      .sort()
      .join('&');
    return (
      form.get('signature') ===
      createHash('sha1')
        .update(text + SECRET)
        .digest('hex')
    );
  };

  const upload = async (form: FormData, url: string): Promise<object> => {
    const publicId = String(form.get('public_id'));
    const file = form.get('file') as File;
    pictures.set(publicId, new Uint8Array(await file.arrayBuffer()));
    version += 1;
    const host = mood === 'lies' ? 'http://evil.example.com' : url;
    return {
      public_id: mood === 'confuses' ? 'somebody/elses' : publicId,
      version,
      resource_type: 'image',
      secure_url: `${host}/cloud/image/upload/v${version}/${publicId}.webp`,
    };
  };

  const destroy = (form: FormData): object => ({
    result: pictures.delete(String(form.get('public_id'))) ? 'ok' : 'not found',
  });

  const serve = async (request: IncomingMessage, response: ServerResponse, url: string): Promise<void> => {
    requests += 1;
    const say = (status: number, body: object): void =>
      void response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    if (mood === 'down') return void request.socket.destroy();
    if (mood === 'hangs') return;
    if (mood === 'fails') return say(500, { error: { message: 'General Error' } });
    if (mood === 'garbles') return void response.writeHead(200).end('<html>');
    if (mood === 'floods') return flood(response);
    const { pathname } = new URL(request.url ?? '/', url);
    if (pathname === '/v1_1/cloud/ping') {
      const isKnown = request.headers.authorization === `Basic ${Buffer.from(`123:${SECRET}`).toString('base64')}`;
      return isKnown ? say(200, { status: 'ok' }) : say(401, { error: { message: 'unknown api_key' } });
    }
    const form = await formOf(request);
    if (form.get('api_key') !== '123' || !signed(form))
      return say(401, { error: { message: `Invalid Signature ${String(form.get('signature'))}` } });
    if (pathname === '/v1_1/cloud/image/destroy') return say(200, destroy(form));
    if (pathname !== '/v1_1/cloud/image/upload') return say(404, { error: { message: 'no such action' } });
    const answer = await upload(form, url);
    if (mood === 'forgets to answer') return void request.socket.destroy();
    say(200, answer);
  };

  const server = createServer((request, response) => void serve(request, response, urlOf()));
  const urlOf = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: urlOf(),
    cloudName: 'cloud',
    apiKey: '123',
    apiSecret: SECRET,
    set: (to) => {
      mood = to;
    },
    pictures,
    asked: () => requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const formOf = async (request: IncomingMessage): Promise<FormData> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = { 'Content-Type': request.headers['content-type'] ?? '' };
  return new Response(Buffer.concat(chunks), { headers }).formData();
};

/** Until nobody reads any more. */
const flood = (response: ServerResponse): void => {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  const more = (): void => {
    while (!response.destroyed && response.write(' '.repeat(65_536)));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
};
