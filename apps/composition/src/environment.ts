import { existsSync } from 'node:fs';
import { type Config, readConfig } from './config.ts';

/** The process's environment, and a `.env` in the working directory for what the environment doesn't say. */
export const configFromEnvironment = (): Config => {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return readConfig(process.env, process.cwd());
};
