import { type Json, type JsonObject, isJsonObject, plain } from './json.ts';

/** Collects the shapes that have a name (`title`), each once, and refers to them. */
export type Components = {
  /** The schema as the document shows it: named shapes by reference, without what is not JSON Schema. */
  readonly schema: (schema: object) => JsonObject;
  /** By name, in alphabetical order. */
  readonly all: () => JsonObject;
};

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

export const components = (): Components => {
  const byName = new Map<string, JsonObject>();

  const register = (name: string, shape: JsonObject): JsonObject => {
    const known = byName.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(shape))
      throw new Error(`two shapes are named ${name}`);
    byName.set(name, shape);
    return { $ref: `#/components/schemas/${name}` };
  };

  const shown = (value: Json): Json => {
    if (isList(value)) return value.map(shown);
    if (!isJsonObject(value)) return value;
    const entries = Object.entries(value).flatMap(([key, inner]) =>
      key === 'errorMessage' ? [] : [[key, key === 'properties' ? shownProperties(inner) : shown(inner)] as const],
    );
    const shape = Object.fromEntries(entries);
    return shape['type'] === 'object' && typeof shape['title'] === 'string' ? register(shape['title'], shape) : shape;
  };

  /** Here keys are names of fields, which may well be called `title` or `type`. */
  const shownProperties = (properties: Json): Json =>
    isJsonObject(properties)
      ? Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, shown(schema)]))
      : properties;

  return {
    schema: (schema) => {
      const shape = shown(plain(schema));
      return isJsonObject(shape) ? shape : {};
    },
    all: () => Object.fromEntries([...byName].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
};
