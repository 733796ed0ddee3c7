// Whether a value is what it is taken for. For what comes in as JSON, from a server or from a storage
// that anyone at the keyboard can edit: a handful of guards in place of a library, because the page
// carries them, and the library was a seventh of all its script.

/** Tells whether a value is a `T`. */
export type Guard<T> = (value: unknown) => value is T;

export const isString: Guard<string> = (value) => typeof value === "string";

export const isBoolean: Guard<boolean> = (value) => typeof value === "boolean";

export const isNumber: Guard<number> = (value) => typeof value === "number";

/** Zero or more, whole, and exact. */
export const isCount: Guard<number> = (value): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

/** Zero or more, and an end to it. */
export const isDuration: Guard<number> = (value): value is number =>
  Number.isFinite(value) && Number(value) >= 0;

/** A time as the server writes them: ISO 8601 in UTC with milliseconds. */
export const isTime: Guard<string> = (value): value is string =>
  isString(value) && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value;

/** For a field that may be missing: in JSON nothing else reads as `undefined`. */
export function isOptional<T>(is: Guard<T>): Guard<T> {
  return (value): value is T => value === undefined || is(value);
}

/** A list of nothing else. */
export function isListOf<T>(is: Guard<T>): Guard<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every(is);
}

/** An object with these fields; what else it has is nobody's business. */
export function isObjectOf<T>(
  fields: { readonly [Key in keyof T]-?: Guard<Required<T>[Key]> },
): Guard<T> {
  const guards = Object.entries<Guard<unknown>>(fields);
  return (value): value is T => {
    if (typeof value !== "object" || value === null) return false;
    return guards.every(([key, is]) => is(Reflect.get(value, key)));
  };
}

/** Reads JSON; `undefined` for what is none or does not fit. Never throws. */
export function parseAs<T>(text: unknown, is: Guard<T>): T | undefined {
  if (!isString(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return is(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
