// What a server is given in its data directory and keeps to itself: a certificate, a password, credentials.

import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { DataDirectory } from "./data_directory.ts";
import { Door } from "./door.ts";
import { StartError } from "./errors.ts";
import { Password } from "./password.ts";

/**
 * The certificate and its key, as PEM.
 *
 * @throws {StartError} when either is not there.
 */
export async function readTls(directory: DataDirectory, tls: Config["tls"]) {
  if (tls === undefined) return undefined;
  return { cert: await readText(directory, tls.cert), key: await readText(directory, tls.key) };
}

/**
 * The door of a room with a password.
 *
 * @throws {StartError} when the file is not there, or holds no password.
 */
export async function openDoor(
  directory: DataDirectory,
  path: string | undefined,
  clock: Clock,
): Promise<Door | undefined> {
  if (path === undefined) return undefined;
  // An editor ends a file with a newline that nobody would type into a form.
  const password = (await readText(directory, path)).replace(/\r?\n$/, "");
  if (password === "") throw new StartError(`Cannot use "${path}": it holds no password`);
  // A field of a page and a header cannot carry those, so nobody could ever enter.
  if (/\p{Cc}|^\s|\s$|\ufffd/u.test(password)) {
    throw new StartError(
      `Cannot use "${path}": the password must be one line of UTF-8 without spaces around it`,
    );
  }
  return new Door({
    password: await Password.create({ password, date: clock.date }),
    now: clock.now,
  });
}

async function readText(directory: DataDirectory, path: string): Promise<string> {
  return new TextDecoder().decode(await readFile(directory, path));
}

/**
 * What a file in the data directory holds that the command line names.
 *
 * @throws {StartError} when there is none, or it is elsewhere.
 */
export async function readFile(directory: DataDirectory, path: string): Promise<Uint8Array> {
  const bytes = await directory.read(directory.nameOf(path), 1024 * 1024);
  if (bytes === undefined) {
    throw new StartError(`Cannot read "${path}": there is no such file in the data directory`);
  }
  return bytes;
}
