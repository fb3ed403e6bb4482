/**
 * What SST's own components may say about themselves. Each exports its link to `sst shell`, to sst-env.d.ts and to the
 * state, linked or not: a Postgres its master password, a Queue `sqs:*`, a Task `ecs:*`. Services are given the
 * narrow links of database.ts and queue.ts instead. Imported first: a component is exported as it is created.
 */
sst.Linkable.wrap(sst.aws.Postgres, ({ host, port, database }) => ({ properties: { host, port, database } }));
sst.Linkable.wrap(sst.aws.Queue, ({ url }) => ({ properties: { url } }));
sst.Linkable.wrap(sst.aws.Task, ({ taskDefinition }) => ({ properties: { taskDefinition } }));

// Makes this file a module.
export {};
