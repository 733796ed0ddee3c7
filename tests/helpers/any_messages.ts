// Messages that fast-check makes up: any that a file may hold.

import fc from "fast-check";
import { type Message, type StoredMessage, toStored } from "../../src/message.ts";

/** What can be the id of a message or of a log. */
export const anyId: fc.Arbitrary<string> = fc.stringMatching(/^[\w-]{1,64}$/);

const anyMessage: fc.Arbitrary<Message> = fc.record({
  seq: fc.integer({ min: 1, max: 1000 }),
  id: anyId,
  name: fc.string({ unit: "binary", minLength: 1, maxLength: 32 }),
  text: fc.string({ unit: "binary", minLength: 1, maxLength: 200 }),
  time: fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true })
    .map((date) => date.toISOString()),
});

/** Messages of one log: no id twice, numbers that rise with gaps. */
export const anyMessages: fc.Arbitrary<StoredMessage[]> = fc
  .uniqueArray(anyMessage, { selector: ({ id }) => id, maxLength: 20 })
  .map((messages) => {
    let last = 0;
    return messages.map((message) => toStored({ ...message, seq: last += message.seq }));
  });
