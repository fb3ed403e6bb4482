/* The resource bindings: what `sst deploy` and `sst dev` generate from infra/, and what the local stack sets. */
declare module "sst/resource" {
  export interface Resource {
    Database:
      | { type: string; host: string; port: number; database: string; username: string; auth: "iam" }
      | {
          type: string;
          host: string;
          port: number;
          database: string;
          username: string;
          auth: "password";
          password: string;
        };
    GiftQueueProducer: { type: string; url: string };
    GiftQueueConsumer: { type: string; url: string };
    GiftDeadLettersConsumer: { type: string; url: string };
  }
}

export {};
