import { Elysia } from "elysia";
import { operatorOf } from "../../access/caller.ts";
import type { Dependencies } from "../../dependencies.ts";
import { discardDeadLettersRoute, redriveDeadLettersRoute } from "./change-dead-letters.ts";
import { listDeadLettersRoute } from "./list-dead-letters.ts";
import { showDeadLetterRoute } from "./show-dead-letter.ts";

/** Everything below `/operator`: every route in here asks for a key of operators before anything is done. */
export function operatorRoutes(dependencies: Dependencies) {
  return new Elysia()
    .onTransform(({ request }) => void operatorOf(request))
    .use(listDeadLettersRoute(dependencies))
    .use(showDeadLetterRoute(dependencies))
    .use(redriveDeadLettersRoute(dependencies))
    .use(discardDeadLettersRoute(dependencies));
}
