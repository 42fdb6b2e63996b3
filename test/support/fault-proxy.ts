import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

/** Stands between a program and a server on this machine, and does to their connections what networks do. */
export type FaultProxy = {
  readonly port: number;
  /** Ends all connections; new ones are refused. */
  readonly cut: () => Promise<void>;
  readonly restore: () => Promise<void>;
  /** Nothing goes through in either direction, and nobody is told; also of new connections. */
  readonly blackhole: () => void;
  /** Ends the next connection over which the server would send these bytes, before they arrive. */
  readonly breakBefore: (bytes: Buffer) => { readonly hasBroken: () => boolean };
  readonly close: () => Promise<void>;
};

export const faultProxy = async (target: { readonly host: string; readonly port: number }): Promise<FaultProxy> => {
  const sockets = new Set<Socket>();
  let isSilent = false;
  let trap: { readonly bytes: Buffer; sprung: boolean } | null = null;

  const server = createServer((near) => {
    const far = connect(target);
    const pair = [near, far] as const;
    for (const socket of pair) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        // A blackhole doesn't tell the other side either.
        if (!isSilent) for (const other of pair) other.destroy();
      });
    }
    near.on('data', (bytes: Buffer) => {
      if (!isSilent) far.write(bytes);
    });
    far.on('data', (bytes: Buffer) => {
      if (isSilent) return;
      if (trap !== null && !trap.sprung && bytes.includes(trap.bytes)) {
        trap.sprung = true;
        near.destroy();
      } else near.write(bytes);
    });
  });

  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const cut = async (): Promise<void> => {
    isSilent = false;
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;

  return {
    port,
    cut,
    restore: () => listen(port),
    blackhole: () => {
      isSilent = true;
    },
    breakBefore: (bytes) => {
      const set = { bytes, sprung: false };
      trap = set;
      return { hasBroken: () => set.sprung };
    },
    close: cut,
  };
};
