import type { DeployedService } from "../deployment.ts";
import { service as ofService } from "../series.ts";
import { type Chart, type Group, line } from "./chart.ts";
import type { Watched } from "./watched.ts";

/** Tasks of each service, and how full they are. */
export function serviceGroup(services: readonly DeployedService[], { chart }: Watched): Group {
  return {
    title: "ECS",
    charts: [
      ...services.map(({ name }) => tasks(name)),
      ...services.map(({ name }) => chart(`tasks-missing-${name}`, `${name}: tasks missing`)),
      {
        title: "CPU in percent of what is reserved",
        display: "line",
        lines: services.map(({ name }) => line(name, ofService(name, "aws.ecs.service.cpuutilization"))),
      },
      {
        title: "Memory in percent of what is reserved",
        display: "line",
        lines: services.map(({ name }) => line(name, ofService(name, "aws.ecs.service.memory_utilization"))),
      },
      chart("agent-silent-log", "Log lines that the agent can't read"),
    ],
  };
}

function tasks(name: string): Chart {
  return {
    title: `${name}: tasks`,
    display: "line",
    lines: [
      line("desired", ofService(name, "aws.ecs.service.desired")),
      line("running", ofService(name, "aws.ecs.service.running")),
    ],
  };
}
