import { type ChildProcess, spawn } from 'node:child_process';

/** Waits until the pipe from us breaks; then stops the server, if it is still ours. */
const SCRIPT = 'read -r word; [ "$(cat "$1" 2>/dev/null)" = "$2" ] && kill -INT "$3"';

export type Watchdog = { readonly dismiss: () => void };

/**
 * Stops the server when this process ends without having done so, even by SIGKILL. Where there is no `sh`, or the
 * watchdog is killed too, the server goes on and the next start takes it over.
 */
export const watchdog = (owner: string, mark: string, server: number): Watchdog => {
  const child: ChildProcess = spawn(
    '/bin/sh',
    ['-c', SCRIPT, 'backline-postgres-watchdog', owner, mark, String(server)],
    {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  );
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  child.unref();
  return { dismiss: () => void child.kill('SIGKILL') };
};
