import { databaseLink } from "./database.ts";
import { image } from "./image.ts";
import { network } from "./network.ts";
import { declareOneShot } from "./one-shot.ts";

const name = "Operator";

/**
 * Where operators work on a deployed stage: a task inside the VPC as `gift_ops`, its command replaced at each run
 * (`aws ecs run-task --overrides`). There is no bastion: no port of the database's network is open to people.
 */
export const operator = image && {
  container: name,
  taskDefinition: declareOneShot(name, { image: image.uri, words: ["--help"], link: [databaseLink.operator] })
    .taskDefinition,
  subnets: network.subnets.task,
  securityGroup: network.securityGroups.operator.id,
};
