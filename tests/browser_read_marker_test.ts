import { assertEquals } from "@std/assert";
import { ReadMarker } from "../src/browser/read_marker.ts";
import { memoryStorage } from "../src/client/platform.ts";

function world() {
  const storage = memoryStorage();
  const reader = { isAway: false };
  const open = (log: string, ...seqs: number[]) => {
    const marker = new ReadMarker({ storage, isAway: () => reader.isAway });
    marker.open(log, seqs.map((seq) => ({ seq })));
    marker.save();
    return marker;
  };
  const arrive = (marker: ReadMarker, ...seqs: number[]) => {
    marker.arrived(seqs.map((seq) => ({ seq })));
    marker.save();
  };
  return { storage, reader, open, arrive };
}

Deno.test("5: New stands above the first message that came while nobody looked, and stays", () => {
  const { reader, open, arrive } = world();
  const marker = open("a", 1, 2);
  arrive(marker, 3);
  assertEquals(marker.newFrom, undefined);
  reader.isAway = true;
  arrive(marker, 4, 5);
  arrive(marker, 6);
  assertEquals(marker.newFrom, 4);
  reader.isAway = false;
  marker.look();
  arrive(marker, 7);
  assertEquals(marker.newFrom, 4);
});

Deno.test("5: New moves when one was here and went away again, and goes when one answers", () => {
  const { reader, open, arrive } = world();
  const marker = open("a");
  reader.isAway = true;
  arrive(marker, 1);
  reader.isAway = false;
  marker.look();
  reader.isAway = true;
  arrive(marker, 2);
  assertEquals(marker.newFrom, 2);
  reader.isAway = false;
  marker.answered();
  assertEquals(marker.newFrom, undefined);
});

Deno.test("5: New survives a reload, and stands above what came while the page was closed", () => {
  const { reader, open, arrive } = world();
  const marker = open("a", 1);
  reader.isAway = true;
  arrive(marker, 2);
  reader.isAway = false;
  assertEquals(open("a", 1, 2).newFrom, 2);
  const other = world();
  other.open("a", 1, 2);
  assertEquals(other.open("a", 2, 3, 4).newFrom, 3);
});

Deno.test("5: New is of one log, and nothing is new at the first visit", () => {
  const { open } = world();
  assertEquals(open("a", 1, 2).newFrom, undefined);
  assertEquals(open("b", 8, 9).newFrom, undefined);
});

Deno.test("ReadMarker takes a value that it cannot read for none", () => {
  for (const value of ["", "{", "null", '{"log":1}', '{"log":"a","read":-1}', "[]"]) {
    const { storage, open } = world();
    storage.setItem("parley.read", value);
    assertEquals(open("a", 1).newFrom, undefined);
  }
});
