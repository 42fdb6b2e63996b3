/** A form as Stripe reads it: `a[b][0]=c` nests; a member whose keys are all numbers, or empty, is a list. */
export type FormValue = string | readonly FormValue[] | FormFields;
export type FormFields = { readonly [name: string]: FormValue };

type Node = Map<string, Node | string>;

/** docs.stripe.com/api: bodies are form-encoded, and so are query strings. */
export const parseForm = (text: string): FormFields => {
  const root: Node = new Map();
  for (const [name, value] of new URLSearchParams(text)) put(root, pathOf(name), value);
  return fieldsOf(root);
};

const pathOf = (name: string): readonly string[] => {
  const [first = '', ...rest] = name.split('[');
  return [first, ...rest.map((part) => part.replace(/\]$/, ''))];
};

const put = (node: Node, [first = '', ...rest]: readonly string[], value: string): void => {
  const key = first === '' ? String(node.size) : first;
  if (rest.length === 0) {
    node.set(key, value);
    return;
  }
  const known = node.get(key);
  const child: Node = known instanceof Map ? known : new Map();
  node.set(key, child);
  put(child, rest, value);
};

const valueOf = (node: Node | string): FormValue => {
  if (typeof node === 'string') return node;
  const isList = node.size > 0 && [...node.keys()].every((key) => /^\d+$/.test(key));
  return isList ? [...node.values()].map(valueOf) : fieldsOf(node);
};

const fieldsOf = (node: Node): FormFields =>
  Object.fromEntries([...node].map(([name, child]) => [name, valueOf(child)]));
