// HTML with holes.

/**
 * Replaces every `{{name}}` of `template` by its value, which must be HTML already. All of them in one
 * pass, so a value that contains `{{title}}` stays as it is.
 *
 * @throws {RangeError} When the template asks for something that has no value.
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  const known = new Map(Object.entries(values));
  // A function, because in a replacement string `$&` would have a meaning.
  return template.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_, name: string) => {
    const value = known.get(name);
    if (value === undefined) throw new RangeError(`Cannot render the page: no "${name}" is known`);
    return value;
  });
}
