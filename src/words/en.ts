// Everything Parley's page says, in English. The keys of this table are the keys of all tables.

import type { Entry, Table } from "./words.ts";

const sentences = {
  // The page
  people: "Here now",
  messages: "Messages",
  empty: "Nothing has been said yet. Say hello!",
  form: "Your message",
  youAre: "You are {name}",
  rename: "Change name",
  yourName: "Your name",
  connect: "Connect",
  connecting: "Connecting…",
  message: "Message",
  send: "Send",
  utc: "Times are in UTC.",
  loadNew: "Load new messages",

  // The door
  passwordNeeded: "This room has a password.",
  password: "Password",
  enter: "Enter",

  // Rows
  you: "(you)",
  andOthers: { one: "and {count} other", other: "and {count} others" },
  others: { one: "{count} other", other: "{count} others" },
  joined: { one: "{names} has joined", other: "{names} have joined" },
  left: { one: "{names} has left", other: "{names} have left" },
  missed: { one: "{count} message missed", other: "{count} messages missed" },
  lost: {
    one: "{count} message is lost: the server does not have it any more",
    other: "{count} messages are lost: the server does not have them any more",
  },
  loadMissed: "Load",
  beginning: "This is the beginning of what is kept",
  today: "Today",
  yesterday: "Yesterday",
  newDivider: "New",
  pill: "↓ {count} new",
  newMessages: { one: "{count} new message", other: "{count} new messages" },
  toNewest: "Go to the newest message",
  loadingMissed: "Loading…",
  spoken: "{name}: {text}",
  sending: "Sending…",
  stored: "Stored",
  failed: "Not sent",
  retry: "Retry",
  copy: "Copy",
  copied: "Copied",
  delete: "Delete",
  linkHost: "Goes to {host}",

  // The composer
  counter: "{length} of {limit} characters",
  tooLong: {
    one: "{count} character too many. Nothing is cut off: shorten it or send it in parts",
    other: "{count} characters too many. Nothing is cut off: shorten it or send it in parts",
  },
  pasted: {
    one: "Pasted {count} line. It is all here and goes as one message",
    other: "Pasted {count} lines. They are all here and go as one message",
  },
  outboxFull: "Too many messages are waiting to be sent. This one stays here",
  typing: { one: "{names} is typing…", other: "{names} are typing…" },

  // The connection
  connected: "Connected",
  reconnecting: "Reconnecting…",
  offline: "Offline",
  stopped: "Not connected",
  queued: { one: "{count} queued", other: "{count} queued" },
  notSent: "A message was not sent: {reason}",
  tooSlow: "the server does not answer",
  refusedEarlier: "the server refused it earlier",

  // Settings and keys
  settings: "Settings",
  language: "Language",
  theme: "Theme",
  themeSystem: "System",
  themeLight: "Light",
  themeDark: "Dark",
  sound: "Sound for new messages",
  notifications: "Notifications",
  notificationsDenied: "The browser blocks notifications for this page",
  notificationsNeedHttps: "Notifications need https",
  notificationTitle: "{name} in {title}",
  notificationMore: { one: "{count} new message", other: "{count} new messages" },
  keys: "Keys",
  close: "Close",
  keySend: "Send the message",
  keyNewLine: "Start a new line",
  keyAlwaysSend: "Send, also while composing",
  keyWrite: "Write a message",
  keyRows: "In the messages: from one to the next",
  keyEscape: "Close this, then go to the newest message",
  keyHelp: "Show these keys",

  useName: "Use “{name}”",
} as const satisfies Record<string, Entry>;

/** The name of a sentence. */
export type Key = keyof typeof sentences;

/** English. It needs no refusals: those of the server are English and say exactly what was wrong. */
export const en: Table = { sentences, refusals: {} };
