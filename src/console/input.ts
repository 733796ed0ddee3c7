// Lines of a stream of bytes.

/** The lines of `input` without their ends; a last line without an end counts too. */
export async function* linesOf(input: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of input.pipeThrough(new TextDecoderStream() as ToText)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield line.replace(/\r$/, "");
  }
  if (rest !== "") yield rest;
}

// The library's types want a stream of BufferSource, of which Uint8Array is one.
type ToText = TransformStream<Uint8Array, string>;
