import { describe, expect, test } from "vitest";
import { deployments } from "./deployment.ts";
import { renderSnapshot } from "./snapshot.ts";
import { synthesized } from "./synth/synthesized.ts";

// A change here is a change of what runs on AWS: read it in the review, then accept it with `vitest -u`.
describe("each stage deploys what was last reviewed", () => {
  test.each(deployments)(
    "$label",
    async (deployment) => {
      const name = deployment.isDev ? `${deployment.stage}.dev` : deployment.stage;
      await expect(renderSnapshot(await synthesized(deployment))).toMatchFileSnapshot(`snapshot/${name}.txt`);
    },
    60_000,
  );
});
