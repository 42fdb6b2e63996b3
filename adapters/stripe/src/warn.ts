/** Tells an operator of what no caller can act on. */
export type Warn = (message: string, detail: { readonly [name: string]: unknown }) => void;
