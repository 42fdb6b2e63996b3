import { type Logger, pino } from 'pino';
import type { Config } from './config.ts';

/** A last line of defence: nothing of this kind should be given to the log in the first place. */
const SECRETS = ['password', 'accessToken', 'refreshToken', 'token', 'authorization', 'email', 'passwordHash'];

export const createLog = ({ logLevel }: Pick<Config, 'logLevel'>): Logger =>
  pino({
    level: logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' },
  });
