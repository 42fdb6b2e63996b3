import { Type } from '@mikro-orm/core';

/** A `text[]` whose elements are all quoted: the ORM's own array type leaves some bare, and a bare null is no text. */
export class TextArray extends Type<string[], string> {
  override convertToDatabaseValue(values: string[]): string {
    return `{${values.map((value) => `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(',')}}`;
  }

  override convertToJSValue(value: string | string[]): string[] {
    if (Array.isArray(value)) return value;
    throw new TypeError('the driver did not parse a text[]');
  }

  override getColumnType(): string {
    return 'text[]';
  }

  override compareAsType(): string {
    return 'string[]';
  }
}
