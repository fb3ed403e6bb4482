/// <reference path="./.sst/platform/config.d.ts" />

// biome-ignore lint/style/noDefaultExport: SST reads the default export
export default $config({
  async app(input) {
    // SST refuses static imports in this file.
    const { datadogSite, region, stageOf } = await import("./infra/stage-table.ts");
    const { removal, isProtected } = stageOf(input.stage);
    return {
      name: "gift",
      home: "aws",
      version: "4.17.1",
      removal,
      protect: isProtected,
      providers: {
        aws: { version: "7.20.0", region, defaultTags: { tags: { service: "gift", env: input.stage } } },
        // In the version that SST ships. The first builds the image, the second runs the migrations in the deploy.
        "docker-build": "0.0.14",
        command: "1.1.3",
        datadog: { version: "5.11.0", apiUrl: `https://api.${datadogSite}/` },
      },
    };
  },
  async run() {
    await import("./infra/component-link.ts");
    await import("./infra/network.ts");
    await import("./infra/database.ts");
    await import("./infra/queue.ts");
    await import("./infra/migration.ts");
    await import("./infra/operator.ts");
    await import("./infra/api.ts");
    await import("./infra/worker.ts");
    await import("./infra/firewall.ts");
    await import("./infra/dashboard.ts");
    await import("./infra/handbook.ts");
    const { outputs } = await import("./infra/output.ts");
    return outputs;
  },
  // For the SST Console instead of .github/workflows: with both, a push deploys twice.
  console: {
    autodeploy: {
      target(event) {
        if (event.type === "branch" && event.action === "pushed" && event.branch === "main")
          return { stage: "staging" };
        // A tag is the approval that GitHub's environment is otherwise.
        if (event.type === "tag" && event.action === "pushed" && /^v\d/.test(event.tag)) return { stage: "production" };
        return undefined;
      },
      // Builds the image on its own architecture: under emulation it takes minutes more.
      runner: { engine: "codebuild", architecture: "arm64", compute: "medium" },
      async workflow({ $ }) {
        await $`npx --yes bun@1.4.5 run check`;
        await $`npx --yes bun@1.4.5 x sst deploy`;
        await $`npx --yes bun@1.4.5 run release verify`;
      },
    },
  },
});
