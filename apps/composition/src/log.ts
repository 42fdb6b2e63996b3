import { type Logger, pino } from 'pino';
import type { Config } from './config.ts';

/** A last line of defence: nothing of this kind should be given to the log in the first place. */
const SECRETS = ['password', 'accessToken', 'refreshToken', 'token', 'authorization', 'email', 'passwordHash'];

/** Of an error what says where and why; drivers hang whole connections on theirs. */
const describe = (thrown: unknown): object => {
  if (!(thrown instanceof Error)) return { message: String(thrown) };
  const code = 'code' in thrown ? thrown.code : undefined;
  const cause = thrown.cause === undefined ? undefined : describe(thrown.cause);
  return { type: thrown.name, message: thrown.message, code, stack: thrown.stack, cause };
};

export const createLog = ({ logLevel }: Pick<Config, 'logLevel'>): Logger =>
  pino({
    level: logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describe },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' },
  });
