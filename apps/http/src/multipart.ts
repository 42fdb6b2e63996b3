import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type { HeaderFields, Multipart, TextFields, Validated } from '@backline/contracts/http';
import type { MediaTooLarge } from '@backline/core/catalog';
import { type Result, err, ok } from '@backline/core/kernel';
import { drain } from './drain.ts';
import {
  type FileTaker,
  type Form,
  type FormRefused,
  type Intake,
  type Takers,
  badForm,
  openIntake,
} from './form-intake.ts';

const LIMITS = { parts: 64, headerPairs: 16, headerSize: 8 * 1024 };

/** What a form may hold beside its files. */
const MAX_OVERHEAD_BYTES = 1024 * 1024;

/** RFC 2046, 5.1.1: at most 70 characters. */
const BOUNDARY = /;\s*boundary=("[^"]{1,70}"|[^;"\s]{1,70})\s*(;|$)/i;

/**
 * Reads a multipart form as it arrives, its parts in any order, files never whole in memory unless their taker
 * collects them. Either the whole form is as `contract` and `judge` say, or nothing of it is kept. Where the
 * answer is a refusal and the request is not complete, its connection is of no more use.
 */
export const readForm = async <Fields, Files extends object, E>(
  request: IncomingMessage,
  contract: Multipart,
  takers: Takers<Files, E>,
  judge: (fields: TextFields) => Validated<Fields>,
): Promise<Result<Form<Fields, Files>, FormRefused | E>> => {
  const refusal = refusalOfHeaders(request, contract);
  if (refusal !== null) return err(refusal);

  const intake = openIntake(contract, takers);
  const parser = openParser(request.headers['content-type'] ?? '', intake);
  await feed(request, parser, intake);
  const form = await intake.settle(judge);
  if (!form.ok) await drain(request);
  return form;
};

/** For an answer to a request that may not have been read to its end: then its connection ends with it. */
export const connectionHeaders = (request: IncomingMessage): HeaderFields =>
  request.complete ? {} : { Connection: 'close' };

/** Keeps the bytes, up to a limit. */
export const collect = (maxBytes: number): FileTaker<Uint8Array, MediaTooLarge> => ({
  take: async (bytes) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of bytes) {
      size += chunk.byteLength;
      if (size > maxBytes) return err({ code: 'media_too_large', maxBytes });
      chunks.push(chunk);
    }
    return ok(Buffer.concat(chunks, size));
  },
  discard: () => Promise.resolve(),
});

const refusalOfHeaders = ({ headers }: IncomingMessage, { files }: Multipart): FormRefused | null => {
  const contentType = headers['content-type'] ?? '';
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType)) return { code: 'not_a_form' };
  if (!BOUNDARY.test(contentType)) return badForm('content-type', 'must name the boundary between the parts');
  const maxBytes = Object.values(files).reduce((sum, file) => sum + file.maxBytes, 0);
  const isTooLarge = Number(headers['content-length'] ?? 0) > maxBytes + MAX_OVERHEAD_BYTES;
  return isTooLarge ? { code: 'media_too_large', maxBytes } : null;
};

/** Every part is given as bytes, text as well, so that text is decoded strictly and each limit is its own. */
const openParser = (contentType: string, intake: Intake): BusboyInstance => {
  const parser = Busboy({ headers: { 'content-type': contentType }, isPartAFile: () => true, limits: LIMITS });
  parser.on('file', intake.part);
  parser.on('partsLimit', () => intake.refuse(badForm('body', `must have at most ${LIMITS.parts} parts`)));
  parser.on('error', () => intake.refuse(badForm('body', 'must be a complete multipart form')));
  return parser;
};

/** Never rejects: whatever breaks off here is the client's form, or the refusal of it. */
const feed = async (request: IncomingMessage, parser: BusboyInstance, { signal, refuse }: Intake): Promise<void> => {
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      if (signal.aborted) return;
      if (!parser.write(chunk)) await once(parser, 'drain', { signal });
    }
    const finished = once(parser, 'finish', { signal });
    parser.end();
    await finished;
  } catch {
    refuse(badForm('body', 'must be a complete multipart form'));
  }
};
