// How a stream that was there already differs from one that would be made here.

/** Each limit of `wanted` that is another in `found`, in words; empty when there is none. */
export function differencesOf(found: object, wanted: object): string {
  const limits: Readonly<Record<string, unknown>> = { ...found };
  return Object.entries(wanted).flatMap(([limit, value]) => {
    const [is, isNot] = [limits[limit], value].map((one) => JSON.stringify(one));
    return is === isNot ? [] : [`${limit} is ${is}, not ${isNot}`];
  }).join("; ");
}
