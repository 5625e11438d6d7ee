/**
 * Parsers built from parts: one declaration gives both the check at run time and the TypeScript type.
 * Knows nothing of the protocol.
 */

export type Parse<T> = (value: unknown, path: string) => T;
export type Infer<P> = P extends Parse<infer T> ? T : never;

/** The value does not have the declared shape; `message` names the path. */
export class Mismatch extends Error {}

function fail(path: string, wanted: string): never {
  throw new Mismatch(`${path || "frame"}: want ${wanted}`);
}

export const string: Parse<string> = (value, path) =>
  typeof value === "string" ? value : fail(path, "a string");

export const number: Parse<number> = (value, path) =>
  typeof value === "number" && Number.isFinite(value) ? value : fail(path, "a finite number");

export const boolean: Parse<boolean> = (value, path) =>
  typeof value === "boolean" ? value : fail(path, "true or false");

export const unknownRecord: Parse<Record<string, unknown>> = (value, path) =>
  isRecord(value) ? value : fail(path, "an object");

export function oneOf<const T extends readonly string[]>(...options: T): Parse<T[number]> {
  return (value, path) =>
    options.includes(value as string) ? (value as T[number]) : fail(path, options.join(" | "));
}

export function literal<const T>(wanted: T): Parse<T> {
  return (value, path) => (value === wanted ? wanted : fail(path, String(wanted)));
}

export function nullable<T>(inner: Parse<T>): Parse<T | null> {
  return (value, path) => (value === null ? null : inner(value, path));
}

export function list<T>(inner: Parse<T>): Parse<T[]> {
  return (value, path) =>
    Array.isArray(value)
      ? value.map((item, index) => inner(item, `${path}[${index}]`))
      : fail(path, "a list");
}

/** One of several objects, told apart by their `kind`. */
export function variant<V extends Record<string, Parse<unknown>>>(options: V): Parse<Infer<V[keyof V]>> {
  const kind = object({ kind: oneOf(...Object.keys(options)) });
  return (value, path) => options[kind(value, path).kind]?.(value, path) as Infer<V[keyof V]>;
}

/** A list with a fixed number of items, each of its own shape. */
export function tuple<const P extends readonly Parse<unknown>[]>(
  ...parts: P
): Parse<{ -readonly [K in keyof P]: Infer<P[K]> }> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length !== parts.length) fail(path, `a list of ${parts.length}`);
    return parts.map((part, index) => part(value[index], `${path}[${index}]`)) as {
      -readonly [K in keyof P]: Infer<P[K]>;
    };
  };
}

export function record<T>(inner: Parse<T>): Parse<Record<string, T>> {
  return (value, path) =>
    isRecord(value)
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(item, `${path}.${key}`)]))
      : fail(path, "an object");
}

/** A field that may be missing. */
export interface Optional<T> {
  readonly optional: Parse<T>;
}

export function optional<T>(inner: Parse<T>): Optional<T> {
  return { optional: inner };
}

type Shape = Record<string, Parse<unknown> | Optional<unknown>>;
type Required_<S extends Shape> = { [K in keyof S as S[K] extends Parse<unknown> ? K : never]: Infer<S[K]> };
type Optional_<S extends Shape> = {
  [K in keyof S as S[K] extends Optional<unknown> ? K : never]?: S[K] extends Optional<infer T> ? T : never;
};
export type Fields<S extends Shape> = Required_<S> & Optional_<S>;

/** Fields that are not declared are dropped, so a newer server may say more. */
export function object<S extends Shape>(shape: S): Parse<Fields<S>> {
  return (value, path) => {
    if (!isRecord(value)) fail(path, "an object");
    const parsed: Record<string, unknown> = {};
    for (const [key, part] of Object.entries(shape)) {
      const at = path ? `${path}.${key}` : key;
      if (typeof part === "function") parsed[key] = part(value[key], at);
      else if (value[key] !== undefined) parsed[key] = part.optional(value[key], at);
    }
    return parsed as Fields<S>;
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
