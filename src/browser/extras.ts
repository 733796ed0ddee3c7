// What nobody needs in the first second, as a script of its own: `/extras.js`, which the page loads once
// it can be used. All of it is given what it works on and keeps nothing that the page has, too.

export { Announcer } from "./announcer.ts";
export { Attention } from "./attention.ts";
export { Comings } from "./comings.ts";
export { copyRows, makeCopyButton } from "./copying.ts";
export { watchDoor } from "./door_watch.ts";
export { inherit } from "./inheritance.ts";
export { listenForKeys } from "./keyboard.ts";
export { loadMissed } from "./lost_messages.ts";
export { Menu } from "./menu.ts";
export { atMidnight } from "./midnight.ts";
export { hintAtPastes } from "./paste_hint.ts";
export { showPeople, showTyping } from "./people.ts";
export { moveByKeys } from "./row_keys.ts";
export { aboutComings } from "./words.ts";
