/**
 * Rules that the emulator (fauxqs 2.4.1) breaks. Each still runs there and is expected to fail, so that an emulator
 * that learns one is noticed, and the entry goes.
 */
export const differences: Readonly<Record<string, string>> = {
  "twelve hours count from the receive: an extension past them is refused, not shortened":
    "it checks each call alone against 43,200 s and forgets when the message was received",
  "after its timeout the last handle still hides, until the message is received again":
    "once it has queued the message again it says that the message isn't in flight",
  "a handle that SQS never gave is invalid": "it confirms a delete with any handle",
  "a visibility change with a handle that SQS never gave is invalid":
    "it answers MessageNotInflight; in a batch it is right",
  "a message whose timeout has ended counts as visible without anybody receiving":
    "it notices the end of a timeout when somebody receives",
  "one message ends one of two long polls: the other waits on":
    "it wakes all waiting receives, and those that find nothing return at once",
  "the receive count goes on in the dead-letter queue: one allowed, and its first receive there is the second":
    "it counts the receive that moved the message too: one more than AWS",
  "a dead letter names the queue it comes from": "it sets no DeadLetterQueueSourceArn",
  "an entry's id has at most 80 characters": "it takes any length",
  "a body may have characters beyond the basic plane, such as emoji": "it refuses them as invalid contents",
  "message attributes come only when they are asked for": "it returns them always",
  "a message has at most 10 attributes": "it takes more",
  "an attribute isn't empty": "it takes an empty one",
  "a delay is at most 900 s": "it takes a longer one",
  "one receive returns as many as possible of one group, in order": "it returns one message per group",
  "of several in flight the released first one is handed out alone":
    "it never has several of a group in flight, for the same reason",
  "an expired handle doesn't delete": "it deletes",
};
