import { connect } from "node:net";

/** One whole answer, as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface Sent {
  readonly method: string;
  readonly bytes: Buffer;
  /** Whether the other end is told that nothing more will come, before anything was answered. */
  readonly isHalfClosed?: boolean;
}

/** No answer is later than this: the API's own bound for a request is 15 s. */
const deadlineMilliseconds = 40_000;

/**
 * Sends bytes that no HTTP client would send and reads the first answer that isn't an interim one.
 * @returns undefined when the server closed the connection without a whole answer
 * @throws Error when there is neither an answer nor an end
 */
export async function exchange(port: number, { method, bytes, isHalfClosed = false }: Sent) {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  try {
    return await new Promise<WireAnswer | undefined>((resolve, reject) => {
      const received: Buffer[] = [];
      socket.setTimeout(deadlineMilliseconds, () => reject(new Error(`neither an answer nor an end: ${method}`)));
      socket.on("data", (chunk) => {
        received.push(chunk);
        const [answer] = answersIn(Buffer.concat(received), method);
        if (answer) resolve(answer);
      });
      socket.on("error", () => resolve(undefined));
      socket.once("end", () => resolve(undefined));
      socket.once("close", () => resolve(undefined));
      if (isHalfClosed) socket.end(bytes);
      else socket.write(bytes);
    });
  } finally {
    socket.destroy();
  }
}

/** The whole answers at the beginning of what was received; interim ones (100 Continue) are left out. */
export function answersIn(received: Buffer, method = "GET"): WireAnswer[] {
  const answers: WireAnswer[] = [];
  for (let rest = received; ; ) {
    const headEnd = rest.indexOf("\r\n\r\n");
    if (headEnd < 0) return answers;
    const [statusLine = "", ...lines] = rest.toString("latin1", 0, headEnd).split("\r\n");
    const headers = new Map(lines.map(headerOf));
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
    const end = status < 200 ? headEnd + 4 : bodyEnd(rest, headEnd + 4, headers, method);
    if (end === undefined) return answers;
    if (status >= 200) answers.push({ status, headers, body: rest.toString("utf8", headEnd + 4, end) });
    rest = rest.subarray(end);
  }
}

function headerOf(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

/** Undefined while the body isn't there in full. */
function bodyEnd(bytes: Buffer, start: number, headers: ReadonlyMap<string, string>, method: string) {
  if (method === "HEAD") return start;
  if (headers.get("transfer-encoding") === "chunked") {
    const last = bytes.indexOf("0\r\n\r\n", start);
    return last < 0 ? undefined : last + 5;
  }
  const end = start + Number(headers.get("content-length") ?? 0);
  return end <= bytes.length ? end : undefined;
}
