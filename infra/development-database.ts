const onThisMachine = "postgres://postgres:postgres@localhost:5432/gift";

/**
 * The Postgres of `sst dev`: one on this machine, unless DATABASE_URL names another. One elsewhere is used only when
 * the URL asks for `sslmode=verify-full`: its password goes there with each connection, and a URL left in a shell for
 * something else rarely says so. Pulumi keeps the password encrypted, in the link as in the state.
 * @throws Error that names what is wrong and doesn't repeat the URL
 */
export function developmentDatabase() {
  const url = parse(process.env.DATABASE_URL || onThisMachine);
  const isTls = url.searchParams.get("sslmode") === "verify-full";
  if (!isTls && !["localhost", "127.0.0.1"].includes(url.hostname))
    throw new Error(
      "DATABASE_URL names a Postgres on another machine: add ?sslmode=verify-full, so that it has to prove who it is, or unset it",
    );
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    database: decodeURIComponent(url.pathname.slice(1)),
    username: decodeURIComponent(url.username),
    password: $util.secret(decodeURIComponent(url.password)),
    isTls,
  };
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^postgres(ql)?:$/.test(url.protocol) && url.pathname.length > 1) return url;
  throw new Error("DATABASE_URL can't be used: give postgres://USER:PASSWORD@HOST:PORT/DATABASE, or unset it");
}
