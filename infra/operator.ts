import { databaseLink } from "./database.ts";
import { image } from "./image.ts";
import { network } from "./network.ts";
import { declareOneShot, runOf } from "./one-shot.ts";

const name = "Operator";

/**
 * Where operators work on a deployed stage: a task inside the VPC as `gift_ops`, its command replaced at each run (`bun
 * run operate`). There is no bastion: no port of the database's network is open to people.
 */
export const operator =
  image &&
  runOf(
    name,
    declareOneShot(name, { image: image.uri, words: ["--help"], link: [databaseLink.operator] }),
    network.securityGroups.operator,
  );
