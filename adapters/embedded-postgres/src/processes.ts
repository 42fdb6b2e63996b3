import { existsSync, readFileSync } from 'node:fs';

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
};

/** Whether the process is a PostgreSQL server of that folder, and not another that got the same id. */
export const isPostgresOf = (pid: number, cluster: string): boolean => {
  if (!isAlive(pid)) return false;
  const commandLine = `/proc/${pid}/cmdline`;
  if (!existsSync(commandLine)) return true;
  const words = readFileSync(commandLine, 'utf8').split('\0');
  return words.includes(cluster) && words.some((word) => word.endsWith('/postgres'));
};
