const fallback = "postgres://postgres:postgres@localhost:5432/gift";

/**
 * The developer's own Postgres, for `sst dev`: DATABASE_URL, as for `bun run local`.
 * @throws Error when that isn't the URL of a database on this machine: its password becomes part of a link
 */
export function localDatabase() {
  const url = new URL(process.env.DATABASE_URL ?? fallback);
  if (!["localhost", "127.0.0.1"].includes(url.hostname))
    throw new Error(
      "DATABASE_URL must name a Postgres on this machine: a link would carry its password into the state",
    );
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    database: decodeURIComponent(url.pathname.slice(1)),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
}
