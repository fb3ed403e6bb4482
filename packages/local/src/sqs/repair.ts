import { Server } from "node:net";
import { DatabaseSync, type StatementSync } from "node:sqlite";

/**
 * What fauxqs 2.4.1 does wrong and can't be told to do otherwise: the parts concerned aren't exported, so the calls are
 * mended on their way into Node. Call it before fauxqs starts; tests fail when a newer version changes what is mended.
 */
export function repairFauxqs(address: string): void {
  forceAddress(address);
  keepReceiveCounts();
  moveAtOnce();
}

/** It listens on 0.0.0.0 whatever it's told, and would offer the queues to the whole network. */
function forceAddress(host: string): void {
  Server.prototype.listen = new Proxy(Server.prototype.listen, {
    apply(target, server, [options, ...rest]: [unknown, ...unknown[]]) {
      const bound = typeof options === "object" && options !== null ? { ...options, host } : options;
      return Reflect.apply(target, server, [bound, ...rest]);
    },
  });
}

/**
 * For a message that is released at once (visibility 0) it writes a null receive count into a column that allows none.
 * The statement fails after the message has left its memory: it is gone until the emulator restarts.
 */
function keepReceiveCounts(): void {
  DatabaseSync.prototype.prepare = new Proxy(DatabaseSync.prototype.prepare, {
    apply: (target, database, [text, ...rest]: [string, ...unknown[]]) =>
      Reflect.apply(target, database, [keepingCount(text), ...rest]),
  });
}

function keepingCount(text: string): string {
  return text.replace(
    /\b(approximate_(?:receive_count|first_receive_timestamp)) = \?/g,
    (_, column: string) => `${column} = coalesce(?, ${column})`,
  );
}

/**
 * It moves a message to the dead-letter queue by a delete and an insert that are committed one after the other: killed
 * between them, it has lost the message. What follows a delete without a pause is committed together with it, and
 * before anybody is answered.
 */
function moveAtOnce(): void {
  DatabaseSync.prototype.prepare = new Proxy(DatabaseSync.prototype.prepare, {
    apply(target, database: DatabaseSync, words: [string, ...unknown[]]) {
      const statement: StatementSync = Reflect.apply(target, database, words);
      if (/^DELETE FROM sqs_messages WHERE message_id\b/.test(words[0]))
        statement.run = inTransaction(database, statement.run);
      return statement;
    },
  });
}

function inTransaction(database: DatabaseSync, run: StatementSync["run"]): StatementSync["run"] {
  return new Proxy(run, {
    apply(target, statement, values) {
      if (!database.isTransaction) {
        database.exec("BEGIN");
        queueMicrotask(() => database.exec("COMMIT"));
      }
      return Reflect.apply(target, statement, values);
    },
  });
}
