// The test of three clients as a document: three real pages play the conversation of a class against the
// whole server, every step is checked, and what was expected and seen goes to docs/test-report with a
// picture of each page. `deno task report`.

import { VERSION } from "../../src/config.ts";
import { launch } from "./browser.ts";
import { Lesson } from "./lesson.ts";
import { type Step, STEPS } from "./lesson_steps.ts";
import { takePicture } from "./picture.ts";
import { measureSpeed, type Speed } from "./speed.ts";

/** How a step went. */
interface Outcome extends Step {
  readonly seen: string;
  readonly isRight: boolean;
}

const FOLDER = new URL("../../docs/test-report/", import.meta.url);

async function play(lesson: Lesson): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const step of STEPS) {
    try {
      outcomes.push({ ...step, seen: await step.run(lesson), isRight: true });
    } catch (error) {
      const [reason = ""] = String(error).split("\n");
      outcomes.push({ ...step, seen: reason.replaceAll("|", "\\|"), isRight: false });
    }
  }
  return outcomes;
}

function write(outcomes: readonly Outcome[], browser: string, speed: Speed): string {
  const wrong = outcomes.filter(({ isRight }) => !isRight).length;
  const rows = outcomes.map(({ title, expected, seen, isRight }, index) =>
    `| ${index + 1} | ${title} | ${expected} | ${seen} | ${isRight ? "passed" : "**failed**"} |`
  );
  return `# The test of three clients

One server with the permissions and the flags of \`deno task start\`, and three real pages, each with
cookies and storage of its own: Ann at a desk, in English and light; Ben on a tablet, dark; Петя on a
phone, in Russian. They play the conversation of a class. \`deno task report\` plays it again and writes
this page.

${
    wrong === 0
      ? `All ${outcomes.length} steps passed.`
      : `${wrong} of ${outcomes.length} steps failed.`
  }

| | step | expected | seen | result |
| --- | --- | --- | --- | --- |
${rows.join("\n")}

## What they saw at the end

| Ann, at a desk | Ben, on a tablet | Петя, on a phone |
| --- | --- | --- |
| ![The page of Ann](ann.png) | ![The page of Ben](ben.png) | ![The page of Petya](petya.png) |

While Ben was offline, his page said so and kept what he wrote:

![The page of Ben while he is offline](ben-offline.png)

## How fast the page was

Measured in the same browser, which draws without a graphics card; the numbers are those of the machine.

| what | measured |
| --- | --- |
| one's own row is there after Enter | in frame ${speed.own.frames}, after ${
    speed.own.ms.toFixed(0)
  } ms |
| while 1000 messages come in a second | ${speed.burst.fps.toFixed(0)} frames a second |
| the most rows in the list meanwhile | ${speed.burst.rows} |
| the script, minified | ${(speed.bundleBytes / 1024).toFixed(1)} KB |

## Played with

Parley ${VERSION}, Deno ${Deno.version.deno}, V8 ${Deno.version.v8}, Chromium ${browser},
${Deno.build.os} ${Deno.build.arch}, ${new Date().toISOString().slice(0, 10)}.
`;
}

await Deno.mkdir(FOLDER, { recursive: true });
const browser = await launch();
try {
  const lesson = await Lesson.begin(browser, FOLDER);
  const outcomes = await play(lesson);
  await lesson.end();
  const speed = await measureSpeed(browser);
  await takePicture(browser, new URL("../../docs/screenshot.png", import.meta.url));
  await Deno.writeTextFile(
    new URL("report.md", FOLDER),
    write(outcomes, browser.version(), speed),
  );
  if (outcomes.some(({ isRight }) => !isRight)) Deno.exitCode = 1;
} finally {
  await browser.close();
}
