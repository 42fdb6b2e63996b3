/** Where this platform's own HTTP app answers on this machine, for what must go through it. */
export type LocalAddress = { readonly url: () => string; readonly listensOn: (port: number) => void };

export const localAddress = (host: string, port: number): LocalAddress => {
  const reachable =
    host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  let current = port;
  return {
    url: () => `http://${reachable}:${current}`,
    listensOn: (actual) => {
      current = actual;
    },
  };
};
