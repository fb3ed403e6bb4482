/**
 * Preloaded into every child (`node --import`): when the supervisor is gone, even by SIGKILL, the IPC channel closes
 * and the child stops as if it had been told to. A preload, so that the services know nothing of being supervised.
 */
const graceMilliseconds = 60_000;

function stop(): void {
  // A drain that hangs has nobody left to kill it.
  setTimeout(() => process.kill(process.pid, "SIGKILL"), graceMilliseconds).unref();
  process.kill(process.pid, "SIGTERM");
}

if (process.channel) {
  process.once("disconnect", stop);
  // The channel alone must not keep a finished process alive.
  process.channel.unref();
  // The log pipes close together with the channel, and a last line into one would end the process mid-drain.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}
